import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { WhcrError } from '../errors.ts';
import type { Graph } from './graph.ts';

const CHUNK = 1 << 16;

/** What a written file carries besides its data. */
export interface WriteOptions {
  /** Comment lines at the top. Default: the graph's name, if it has one. */
  readonly comment?: string;
}

/** A comment of any number of lines, as lines that each start with the mark. */
function commentLines(mark: string, comment: string): string {
  return comment === ''
    ? ''
    : comment
        .split(/\r\n|\r|\n/)
        .map((line) => `${mark} ${line}\n`)
        .join('');
}

/** The DIMACS text of a graph in pieces of about 64 KB: `p edge N M`, then each edge once as `e U V` with U < V, from 1. */
export function* dimacsColText(graph: Graph, options: WriteOptions = {}): Generator<string> {
  let text = commentLines('c', options.comment ?? graph.name ?? '').replaceAll('\0', ' ');
  text += `p edge ${graph.n} ${graph.m}\n`;
  const { n, offsets, neighbors } = graph;
  for (let u = 0; u < n; u++) {
    for (let i = offsets[u]!, end = offsets[u + 1]!; i < end; i++) {
      const v = neighbors[i]!;
      if (v > u) text += `e ${u + 1} ${v + 1}\n`;
      if (text.length < CHUNK) continue;
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}

/** The text of a colouring file in pieces of about 64 KB: one colour a line, in the order of the vertices, from 0. */
export function* coloringText(coloring: ArrayLike<number>, options: WriteOptions = {}): Generator<string> {
  let text = commentLines('#', options.comment ?? '').replaceAll('\0', ' ');
  for (let v = 0; v < coloring.length; v++) {
    text += `${coloring[v]}\n`;
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

async function write(path: string, text: Generator<string>): Promise<void> {
  try {
    const source = Readable.from(text, { objectMode: true });
    const target = createWriteStream(path);
    await (path.endsWith('.gz') ? pipeline(source, createGzip(), target) : pipeline(source, target));
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    const message = `cannot write ${path}: ${reason}; check the folder and its permissions`;
    throw new WhcrError('ERR_WHCR_IO', message, { details: { value: path, reason }, cause });
  }
}

/**
 * Writes a graph as DIMACS text, gzipped where the path ends in `.gz`.
 *
 * @throws {WhcrError} `ERR_WHCR_IO` where the file cannot be written.
 */
export function writeGraph(path: string, graph: Graph, options: WriteOptions = {}): Promise<void> {
  return write(path, dimacsColText(graph, options));
}

/**
 * Writes a colouring, one colour a line, gzipped where the path ends in `.gz`.
 *
 * @throws {WhcrError} `ERR_WHCR_IO` where the file cannot be written.
 */
export function writeColoring(path: string, coloring: ArrayLike<number>, options: WriteOptions = {}): Promise<void> {
  return write(path, coloringText(coloring, options));
}
