import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { shown, WhcrError } from '../errors.ts';
import type { Graph } from './graph.ts';

const CHUNK = 1 << 16;

/** What a written file carries besides its data. */
export interface WriteOptions {
  /** Comment lines at the top. Default: the graph's name, if it has one. */
  readonly comment?: string;
}

/** A comment of any number of lines, as lines that each start with the mark. */
function commentLines(mark: string, comment: string): string {
  if (comment === '') return '';
  const lines = comment.replaceAll('\0', ' ').split(/\r\n|\r|\n/);
  return lines.map((line) => `${mark} ${line}\n`).join('');
}

/** Collects text in a block of bytes, digit by digit: ten times as fast as joining strings. */
class Block {
  #bytes: Buffer = Buffer.allocUnsafe(CHUNK);
  #used = 0;

  /** Appends ASCII text, a number, ASCII text; `text` and `after` are short. */
  put(text: string, value: number, after: string): void {
    for (let i = 0; i < text.length; i++) this.#bytes[this.#used++] = text.charCodeAt(i);
    let digits = 1;
    for (let bound = 10; value >= bound; bound *= 10) digits++;
    let rest = value;
    for (let i = this.#used + digits - 1; i >= this.#used; i--) {
      const tens = Math.floor(rest / 10);
      this.#bytes[i] = 48 + rest - 10 * tens;
      rest = tens;
    }
    this.#used += digits;
    for (let i = 0; i < after.length; i++) this.#bytes[this.#used++] = after.charCodeAt(i);
  }

  /** Whether another line might not fit. */
  get full(): boolean {
    return this.#used > CHUNK - 64;
  }

  /** Gives the block away and starts another. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#used);
    this.#bytes = Buffer.allocUnsafe(CHUNK);
    this.#used = 0;
    return taken;
  }
}

/**
 * A graph as DIMACS text, in blocks of up to 64 KB: `p edge N M`, then each edge once as `e U V` with U < V, from 1,
 * ascending. {@link parseGraph} reads it, strictly too.
 */
export function* encodeGraph(graph: Graph, options: WriteOptions = {}): Generator<Uint8Array> {
  const { n, m, offsets, neighbors } = graph;
  yield Buffer.from(`${commentLines('c', options.comment ?? graph.name ?? '')}p edge ${n} ${m}\n`);
  const block = new Block();
  for (let u = 0; u < n; u++) {
    for (let i = offsets[u]!, end = offsets[u + 1]!; i < end; i++) {
      const v = neighbors[i]!;
      if (v < u) continue;
      block.put('e ', u + 1, ' ');
      block.put('', v + 1, '\n');
      if (block.full) yield block.take();
    }
  }
  yield block.take();
}

/** A colouring as text, in blocks of up to 64 KB: one colour a line, in the order of the vertices, from 0. */
export function* encodeColoring(coloring: ArrayLike<number>, options: WriteOptions = {}): Generator<Uint8Array> {
  yield Buffer.from(commentLines('#', options.comment ?? ''));
  const block = new Block();
  for (let v = 0; v < coloring.length; v++) {
    const value = coloring[v]!;
    if (value >>> 0 !== value) {
      const message = `vertex ${v} has colour ${shown(value)}; colours are integers from 0`;
      throw new WhcrError('ERR_WHCR_COLOR_OUT_OF_RANGE', message, { details: { vertex: v, value } });
    }
    block.put('', value, '\n');
    if (block.full) yield block.take();
  }
  yield block.take();
}

async function write(path: string, blocks: Generator<Uint8Array>): Promise<void> {
  try {
    const source = Readable.from(blocks);
    const target = createWriteStream(path);
    await (path.endsWith('.gz') ? pipeline(source, createGzip(), target) : pipeline(source, target));
  } catch (cause) {
    if (cause instanceof WhcrError) throw cause;
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
  return write(path, encodeGraph(graph, options));
}

/**
 * Writes a colouring, one colour a line, gzipped where the path ends in `.gz`.
 *
 * @throws {WhcrError} `ERR_WHCR_IO` where the file cannot be written, `ERR_WHCR_COLOR_OUT_OF_RANGE` for what is no colour.
 */
export function writeColoring(path: string, coloring: ArrayLike<number>, options: WriteOptions = {}): Promise<void> {
  return write(path, encodeColoring(coloring, options));
}
