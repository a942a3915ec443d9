import { shown } from '../../errors.ts';
import { EdgeBuffer } from '../edge-buffer.ts';
import type { Graph } from '../graph.ts';
import { assemble, checkVertexCount, selfLoop } from './assemble.ts';
import type { ResolvedReadOptions } from './options.ts';
import { Scanner } from './scanner.ts';

const [NEWLINE, HASH, PERCENT, COMMA] = [10, 35, 37, 44];

interface Range {
  min: number;
  max: number;
  maxLine: number;
  minLine: number;
}

/**
 * Parses an edge list (SNAP, KONECT, Network Repository `.edges`, CSV without header): two vertex numbers a line, separated by
 * blanks, tabs or a comma; further columns (weights, times) are ignored; lines starting with # or % are comments.
 *
 * Vertices are numbered from 0 if a 0 occurs anywhere in the file, else from 1, unless `base` says which. Numbers that do
 * not occur are isolated vertices. Vertices beyond the largest number need `vertices`.
 *
 * @throws {WhcrError} as DIMACS text.
 */
export function parseEdgeList(bytes: Uint8Array, options: ResolvedReadOptions): Graph {
  const scanner = new Scanner(bytes, options.source);
  const range: Range = { min: Number.POSITIVE_INFINITY, max: -1, minLine: 0, maxLine: 0 };
  // Vertex numbers are kept as in the file until the base is known; they are below 2^32 by the limit on vertices.
  const raw = new EdgeBuffer();
  scan(scanner, options, raw, range, -1);
  const base = options.base === 'auto' ? (range.min === 0 ? 0 : 1) : options.base;
  if (range.min < base) {
    throw at(scanner, range.minLine).error(
      'ERR_WHCR_VERTEX_OUT_OF_RANGE',
      'vertex 0 occurs, but base is 1; pass base: 0',
      0,
    );
  }
  const needed = range.max < 0 ? 0 : range.max - base + 1;
  const n = options.vertices ?? checkVertexCount(at(scanner, range.maxLine), needed, options);
  if (needed > n) {
    const message = `vertex ${range.max} is outside ${base}..${n - 1 + base}, the range the option vertices gives`;
    throw at(scanner, range.maxLine).error('ERR_WHCR_VERTEX_OUT_OF_RANGE', message, range.max);
  }
  if (base === 1) {
    for (const { u, v, length } of raw.chunks()) {
      for (const column of [u, v] as Uint32Array[]) for (let i = 0; i < length; i++) column[i]!--;
    }
  }
  const lineOf = (index: number) =>
    scan(new Scanner(bytes, options.source), options, new EdgeBuffer(), { ...range }, index);
  return assemble(n, raw, base, options, lineOf);
}

/** Reads all lines and returns the line of the edge with index `wanted`. */
function scan(scanner: Scanner, options: ResolvedReadOptions, edges: EdgeBuffer, range: Range, wanted: number): number {
  const { bytes } = scanner;
  while (!scanner.done) {
    const byte = scanner.peek();
    if (byte === -1) break;
    if (byte === NEWLINE || byte === HASH || byte === PERCENT) {
      scanner.skipLine();
      continue;
    }
    const u = vertex(scanner, options, range);
    if (scanner.peek() === COMMA) scanner.pos++;
    const v = vertex(scanner, options, range);
    const after = bytes[scanner.pos];
    if (u !== v) {
      edges.push(u, v);
      if (edges.length - 1 === wanted) return scanner.line;
    } else if (options.selfLoops !== 'drop') throw selfLoop(scanner, u);
    if (options.strict && after === COMMA) {
      throw scanner.error('ERR_WHCR_PARSE', `${shown(scanner.rest())} follows the edge`, scanner.rest());
    }
    if (options.strict) scanner.endLine('the edge');
    else scanner.skipLine();
  }
  return scanner.line;
}

function vertex(scanner: Scanner, options: ResolvedReadOptions, range: Range): number {
  const v = scanner.unsigned('a vertex');
  // Base 1 allows the number maxVertices itself; the exact check follows when the base is known.
  if (v > options.maxVertices) checkVertexCount(scanner, v, options);
  if (v < range.min) {
    range.min = v;
    range.minLine = scanner.line;
  }
  if (v > range.max) {
    range.max = v;
    range.maxLine = scanner.line;
  }
  return v;
}

function at(scanner: Scanner, line: number): Scanner {
  scanner.line = line;
  return scanner;
}
