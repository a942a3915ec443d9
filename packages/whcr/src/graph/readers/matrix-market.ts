import { shown, WhcrError } from '../../errors.ts';
import { EdgeBuffer, type EdgeChunk } from '../edge-buffer.ts';
import { Graph } from '../graph.ts';
import { assemble, checkVertexCount, selfLoop } from './assemble.ts';
import type { ResolvedReadOptions } from './options.ts';
import { Scanner } from './scanner.ts';

const [NEWLINE, PERCENT] = [10, 37];
const FIELDS: Readonly<Record<string, number>> = { pattern: 0, real: 1, double: 1, integer: 1, complex: 2 };
const SYMMETRIES = ['general', 'symmetric', 'skew-symmetric', 'hermitian'];

interface Banner {
  /** Numbers after the coordinates. */
  readonly values: number;
  readonly general: boolean;
}

/**
 * Parses a square Matrix Market coordinate file as the graph of its pattern: an edge wherever entry (i, j) or (j, i) is
 * stored, explicit zeros included. Values are skipped. `general` matrices are symmetrised; diagonal entries are left out
 * unless `selfLoops` is `'error'`.
 *
 * Format: Boisvert, Pozo, Remington, "The Matrix Market Exchange Formats", NISTIR 5935, 1996.
 *
 * @throws {WhcrError} `ERR_WHCR_UNKNOWN_FORMAT` for dense (`array`) files; else as DIMACS text.
 */
export function parseMatrixMarket(bytes: Uint8Array, options: ResolvedReadOptions): Graph {
  const scanner = new Scanner(bytes, options.source);
  const banner = readBanner(scanner);
  skipComments(scanner);
  const rows = scanner.unsigned('the number of rows');
  const columns = scanner.unsigned('the number of columns');
  if (rows !== columns) {
    const message = `the matrix is ${rows} x ${columns}; a graph needs a square one (for Jacobians, colour the graph of A'A)`;
    throw scanner.error('ERR_WHCR_PARSE', message, [rows, columns]);
  }
  const n = checkVertexCount(scanner, rows, options);
  const entries = scanner.unsigned('the number of entries');
  scanner.endLine('the size line');

  const body = { pos: scanner.pos, line: scanner.line };
  const edges = new EdgeBuffer();
  readEntries(scanner, n, entries, banner.values, options, edges, -1);
  const lineOf = (index: number) => {
    const again = Object.assign(new Scanner(bytes, options.source), body);
    return readEntries(again, n, entries, banner.values, options, new EdgeBuffer(), index);
  };
  // In a general matrix (i, j) and (j, i) are two entries of one edge; only the same entry again is a duplicate.
  if (banner.general && options.duplicates === 'error') {
    refuseRepeatedEntries(n, edges.chunks(), options, lineOf);
    return assemble(n, edges, 1, { ...options, duplicates: 'merge' }, lineOf);
  }
  return assemble(n, edges, 1, options, lineOf);
}

function readBanner(scanner: Scanner): Banner {
  const words = Array.from({ length: 5 }, () => scanner.takeWord().toLowerCase());
  const [mark, object, layout, field, symmetry] = words as [string, string, string, string, string];
  const shownBanner = words.join(' ').trim();
  if (mark !== '%%matrixmarket' || object !== 'matrix') {
    const message = `the banner is ${shown(shownBanner)}; expected "%%MatrixMarket matrix coordinate ..."`;
    throw scanner.error('ERR_WHCR_PARSE', message, shownBanner);
  }
  if (layout !== 'coordinate') {
    const message = `the matrix is stored as ${shown(layout)}; only coordinate files describe a sparse graph`;
    throw scanner.error('ERR_WHCR_UNKNOWN_FORMAT', message, layout);
  }
  const values = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
  if (values === undefined || !SYMMETRIES.includes(symmetry)) {
    const message = `the banner ends in ${shown(`${field} ${symmetry}`)}; expected a field and a symmetry such as "real general"`;
    throw scanner.error('ERR_WHCR_PARSE', message, `${field} ${symmetry}`);
  }
  scanner.endLine('the banner');
  return { values, general: symmetry === 'general' };
}

function skipComments(scanner: Scanner): void {
  for (let byte = scanner.peek(); byte === PERCENT || byte === NEWLINE; byte = scanner.peek()) scanner.skipLine();
}

/** Reads all entries and returns the line of the edge with index `wanted`. */
function readEntries(
  scanner: Scanner,
  n: number,
  entries: number,
  values: number,
  options: ResolvedReadOptions,
  edges: EdgeBuffer,
  wanted: number,
): number {
  let read = 0;
  for (; !scanner.done; ) {
    const byte = scanner.peek();
    if (byte === -1) break;
    if (byte === NEWLINE || byte === PERCENT) {
      scanner.skipLine();
      continue;
    }
    if (read === entries && options.checkCounts) {
      const message = `${shown(scanner.rest())} follows the last of the ${entries} entries the size line promises`;
      throw scanner.error('ERR_WHCR_PARSE', message, scanner.rest());
    }
    const i = index(scanner, n);
    const j = index(scanner, n);
    for (let k = 0; k < values; k++) skipValue(scanner);
    if (i !== j) {
      edges.push(i - 1, j - 1);
      if (edges.length - 1 === wanted) return scanner.line;
    } else if (options.selfLoops === 'error') throw selfLoop(scanner, i);
    read++;
    scanner.endLine('the entry');
  }
  if (read < entries && options.checkCounts) {
    const message = `the size line promises ${entries} entries, the file has ${read}; it is cut: fetch it again`;
    throw scanner.error('ERR_WHCR_TRUNCATED', message, read, { promised: entries });
  }
  return scanner.line;
}

function index(scanner: Scanner, n: number): number {
  const value = scanner.unsigned('an index');
  if (value >= 1 && value <= n) return value;
  throw scanner.error(
    'ERR_WHCR_VERTEX_OUT_OF_RANGE',
    `index ${value} is outside 1..${n}, the size of the matrix`,
    value,
  );
}

/** Values are not used, whatever they are; a missing one means that the line, or the banner, is wrong. */
function skipValue(scanner: Scanner): void {
  if (scanner.takeWord() !== '') return;
  const code = scanner.done ? 'ERR_WHCR_TRUNCATED' : 'ERR_WHCR_PARSE';
  throw scanner.error(code, 'the entry has no value; the banner promises one (is it "pattern"?)', '');
}

/** Finds repeated ordered pairs as parallel edges of the bipartite graph rows + columns. */
function refuseRepeatedEntries(
  n: number,
  chunks: readonly EdgeChunk[],
  options: ResolvedReadOptions,
  lineOf: (index: number) => number,
): void {
  const bipartite = chunks.map(({ u, v, length }) => ({ u, v: Float64Array.from(v, (column) => column + n), length }));
  try {
    Graph.fromChunks(2 * n, bipartite, { duplicates: 'error' });
  } catch (error) {
    if (!(error instanceof WhcrError) || error.code !== 'ERR_WHCR_DUPLICATE_EDGE') throw error;
    const [row, column] = error.details.value as [number, number];
    const line = lineOf(error.details.index as number);
    const value = [row + 1, column - n + 1];
    const message = `entry (${value.join(', ')}) is stored for the second time; pass duplicates: 'merge' to accept it`;
    const details = { source: options.source, line, value };
    throw new WhcrError('ERR_WHCR_DUPLICATE_EDGE', `${options.source}:${line}: ${message}`, { details });
  }
}
