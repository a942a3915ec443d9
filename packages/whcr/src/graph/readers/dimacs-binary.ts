import { EdgeBuffer } from '../edge-buffer.ts';
import type { Graph } from '../graph.ts';
import { assemble, checkEdgeCount, selfLoop } from './assemble.ts';
import { type ProblemLine, readProblemLine } from './dimacs-col.ts';
import type { ResolvedReadOptions } from './options.ts';
import { Scanner } from './scanner.ts';

const [NEWLINE, LETTER_P] = [10, 112];

/** Bytes of the lower triangle's rows before row i: row r has floor(r / 8) + 1. */
function rowOffset(i: number): number {
  const full = Math.floor(i / 8);
  return 4 * full * (full + 1) + (i % 8) * (full + 1);
}

/**
 * Parses the DIMACS binary format (Badics and Peinado's `genbin`; `.col.b`, `.clq.b`): the length of the preamble in
 * decimal and a newline; the preamble, which is DIMACS text without edges; then row i of the lower triangle for each
 * vertex i in floor(i / 8) + 1 bytes, the bit of vertex j the (7 - j mod 8)-th of byte j / 8.
 *
 * Allocations are bounded by the file: it must hold the whole triangle the header promises.
 *
 * @throws {WhcrError} as DIMACS text; `details.line` is right up to the problem line; the bits have no lines.
 */
export function parseDimacsBinary(bytes: Uint8Array, options: ResolvedReadOptions): Graph {
  const { problem, end } = readPreamble(bytes, options);
  const { n, m } = problem;
  const scanner = new Scanner(bytes.subarray(0, 0), options.source);
  const triangle = rowOffset(n);
  // The published *-Insertions files count one byte too many: row 0, which is always 0, as the preamble's last.
  const overcounted = bytes[end - 1] === 0 && bytes.length - end === triangle - 1;
  const start = overcounted ? end - 1 : end;
  const present = bytes.length - start;
  if (present < triangle) {
    const message = `${n} vertices need ${triangle} bytes of edge bits, the file has ${present}; it is cut: fetch it again`;
    throw scanner.error('ERR_WHCR_TRUNCATED', message, present, { expected: triangle });
  }
  const trailing = bytes.subarray(start + triangle);
  if (options.checkCounts && trailing.some((byte) => byte !== 10 && byte !== 13)) {
    const message = `${trailing.length} bytes follow the edge bits of ${n} vertices; pass checkCounts: false to ignore them`;
    throw scanner.error('ERR_WHCR_PARSE', message, trailing.length);
  }
  const edges = new EdgeBuffer();
  let dropped = 0;
  for (let i = 0, at = start; i < n; i++) {
    for (let j = 0; j <= i; j += 8, at++) {
      let byte = bytes[at]!;
      while (byte !== 0) {
        const bit = Math.clz32(byte) - 24;
        byte &= ~(0x80 >> bit);
        if (j + bit < i) edges.push(i, j + bit);
        else if (j + bit > i) break;
        else if (options.selfLoops === 'drop') dropped++;
        else throw selfLoop(scanner, i + 1);
      }
    }
  }
  const graph = assemble(n, edges, 1, options, () => 0);
  // The size of the file shows that nothing is missing. Headers often still count the listings of a text file.
  if (options.strict) checkEdgeCount(scanner, m, edges.length + dropped, graph.m, options);
  return graph;
}

/** Reads the length line and the preamble; `end` is where the length says the bits begin. */
function readPreamble(bytes: Uint8Array, options: ResolvedReadOptions): { problem: ProblemLine; end: number } {
  const head = bytes.subarray(0, 64);
  const newline = head.indexOf(NEWLINE);
  const first = new Scanner(head.subarray(0, newline < 0 ? head.length : newline), options.source);
  const length = first.unsigned("the preamble's length");
  const begin = newline + 1;
  const end = begin + length;
  if (newline < 0 || end > bytes.length) {
    const message = `the preamble should have ${length} bytes, the file has ${bytes.length - begin} left; fetch it again`;
    throw first.error('ERR_WHCR_TRUNCATED', message, length);
  }
  const text = bytes.subarray(begin, bytes[end - 1] === 0 ? end - 1 : end);
  const scanner = new Scanner(text, options.source);
  for (scanner.line = 2; !scanner.done; scanner.skipLine()) {
    if (scanner.peek() !== LETTER_P) continue;
    scanner.pos++;
    return { problem: readProblemLine(scanner, options), end };
  }
  throw scanner.error('ERR_WHCR_PARSE', 'the preamble has no "p edge VERTICES EDGES" line', '');
}
