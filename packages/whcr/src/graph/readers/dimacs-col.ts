import { shown } from '../../errors.ts';
import { EdgeBuffer } from '../edge-buffer.ts';
import type { Graph } from '../graph.ts';
import { assemble, checkEdgeCount, checkVertexCount, selfLoop } from './assemble.ts';
import type { ResolvedReadOptions } from './options.ts';
import { Scanner } from './scanner.ts';

const NEWLINE = 10;
const [LETTER_C, LETTER_D, LETTER_E, LETTER_N, LETTER_P, LETTER_V, LETTER_X] = [99, 100, 101, 110, 112, 118, 120];

/** What a DIMACS problem line says. */
export interface ProblemLine {
  /** Number of vertices. */
  readonly n: number;
  /** Number of edges, as the writer counted them. */
  readonly m: number;
}

/** Reads `p edge N M` (or `p col`), with the scanner after the `p`. */
export function readProblemLine(scanner: Scanner, options: ResolvedReadOptions): ProblemLine {
  const kind = scanner.takeWord();
  if (kind !== 'edge' && kind !== 'edges' && kind !== 'col') {
    const message = `the problem line says ${shown(kind)}; expected "p edge VERTICES EDGES" or "p col VERTICES EDGES"`;
    throw scanner.error('ERR_WHCR_PARSE', message, kind);
  }
  const n = checkVertexCount(scanner, scanner.unsigned('the number of vertices'), options);
  const m = scanner.unsigned('the number of edges');
  return { n, m };
}

interface Scanned {
  readonly problem: ProblemLine | undefined;
  readonly edges: EdgeBuffer;
  /** Self loops left out. */
  readonly dropped: number;
  /** The line of the edge looked for. */
  readonly found: number;
}

/**
 * Parses DIMACS text: `c` comments, one `p edge N M` line, then `e U V` lines with vertices from 1. Lines of the format's
 * other kinds (`n`, `d`, `v`, `x`: node weights, geometry, parameters) are skipped.
 *
 * Format: DIMACS, "Clique and Coloring Problems Graph Format", 1993.
 *
 * @throws {WhcrError} `ERR_WHCR_PARSE`, `ERR_WHCR_TRUNCATED`, `ERR_WHCR_VERTEX_OUT_OF_RANGE`, `ERR_WHCR_SELF_LOOP`,
 * `ERR_WHCR_DUPLICATE_EDGE`, `ERR_WHCR_TOO_LARGE`; `details.line` and `details.value` say where and what.
 */
export function parseDimacsCol(bytes: Uint8Array, options: ResolvedReadOptions): Graph {
  const scanner = new Scanner(bytes, options.source);
  const { problem, edges, dropped } = scan(scanner, options, -1);
  if (problem === undefined) {
    const message = 'the file has no "p edge VERTICES EDGES" line; it is empty, cut or in another format';
    throw scanner.error('ERR_WHCR_PARSE', message, '');
  }
  const lineOf = (index: number) => scan(new Scanner(bytes, options.source), options, index).found;
  const graph = assemble(problem.n, edges, 1, options, lineOf);
  checkEdgeCount(scanner, problem.m, edges.length + dropped, graph.m, options);
  return graph;
}

function scan(scanner: Scanner, options: ResolvedReadOptions, wanted: number): Scanned {
  const { bytes } = scanner;
  const edges = new EdgeBuffer();
  let problem: ProblemLine | undefined;
  let n = -1;
  let dropped = 0;
  while (scanner.pos < bytes.length) {
    const kind = scanner.peek();
    if (kind === -1) break;
    if (kind === LETTER_C) {
      scanner.skipLine();
      continue;
    }
    if (kind === NEWLINE) {
      scanner.endLine('a blank line');
      continue;
    }
    const next = bytes[scanner.pos + 1];
    const separate = next === undefined || next === 32 || next === 9 || next === 10 || next === 13;
    if (separate && kind === LETTER_E) {
      if (n < 0)
        throw scanner.error('ERR_WHCR_PARSE', 'an edge comes before the "p edge VERTICES EDGES" line', scanner.rest());
      scanner.pos++;
      const u = vertex(scanner, n);
      const v = vertex(scanner, n);
      if (u !== v) {
        edges.push(u - 1, v - 1);
        if (edges.length - 1 === wanted) return { problem, edges, dropped, found: scanner.line };
      } else if (options.selfLoops === 'drop') dropped++;
      else throw selfLoop(scanner, u);
      scanner.endLine('the edge');
    } else if (separate && kind === LETTER_P) {
      if (problem)
        throw scanner.error('ERR_WHCR_PARSE', `second problem line ${shown(scanner.rest())}`, scanner.rest());
      scanner.pos++;
      problem = readProblemLine(scanner, options);
      n = problem.n;
      scanner.endLine('the problem line');
    } else if (separate && (kind === LETTER_N || kind === LETTER_D || kind === LETTER_V || kind === LETTER_X)) {
      scanner.skipLine();
    } else {
      const message = `line starts with ${shown(scanner.word())}; DIMACS lines start with c, p, e, n, d, v or x`;
      throw scanner.error('ERR_WHCR_PARSE', message, scanner.word());
    }
  }
  return { problem, edges, dropped, found: scanner.line };
}

function vertex(scanner: Scanner, n: number): number {
  const v = scanner.unsigned('a vertex');
  if (v >= 1 && v <= n) return v;
  throw scanner.error(
    'ERR_WHCR_VERTEX_OUT_OF_RANGE',
    `vertex ${v} is outside 1..${n}, the range the problem line gives`,
    v,
  );
}
