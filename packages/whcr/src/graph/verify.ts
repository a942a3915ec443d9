import { checkInteger, invalidArgument, shown, WhcrError } from '../errors.ts';
import type { Graph } from './graph.ts';

/** How a colouring is verified. */
export interface VerifyOptions {
  /** Number of colours allowed: every colour must be 0 to colors-1. Default: the number of vertices. */
  readonly colors?: number;
  /** How many conflicting edges to list. Default 10. */
  readonly maxConflictEdges?: number;
}

/** What {@link verifyColoring} found. */
export interface ColoringReport {
  /** No edge has two ends of one colour. */
  readonly valid: boolean;
  /** Number of edges with two ends of one colour. */
  readonly conflicts: number;
  /** The first of those edges, as pairs u < v in ascending order. */
  readonly conflictEdges: readonly (readonly [number, number])[];
  /** Number of colours that occur. */
  readonly colorsUsed: number;
  /** Vertices of each colour: length `colors` if given, else the largest colour + 1. */
  readonly classSizes: Uint32Array;
}

/**
 * Checks that a colouring is a list of integers from 0 to limit-1, one a vertex.
 *
 * @throws {WhcrError} `ERR_WHCR_INVALID_ARGUMENT` for a wrong length, `ERR_WHCR_COLOR_OUT_OF_RANGE` with the vertex.
 */
export function checkColoring(graph: Graph, coloring: ArrayLike<number>, limit: number): void {
  if (coloring.length !== graph.n) {
    throw invalidArgument('coloring.length', coloring.length, `${graph.n}, the number of vertices`);
  }
  for (let vertex = 0; vertex < graph.n; vertex++) {
    const value = coloring[vertex]!;
    if (value >>> 0 === value && value < limit) continue;
    const message = `vertex ${vertex} has colour ${shown(value)}; colours are integers from 0 to ${limit - 1}`;
    throw new WhcrError('ERR_WHCR_COLOR_OUT_OF_RANGE', message, { details: { vertex, value, colors: limit } });
  }
}

/**
 * Verifies a colouring by looking at every edge once, in O(n + m). Shares nothing with the solvers.
 *
 * @param coloring the colour of each vertex, from 0
 * @throws {WhcrError} `ERR_WHCR_INVALID_ARGUMENT` for a wrong length, `ERR_WHCR_COLOR_OUT_OF_RANGE` for a colour that is no
 * integer or not below `colors`.
 */
export function verifyColoring(graph: Graph, coloring: ArrayLike<number>, options: VerifyOptions = {}): ColoringReport {
  const { n, offsets, neighbors } = graph;
  const limit = options.colors === undefined ? n : checkInteger('colors', options.colors, 1);
  const listed = checkInteger('maxConflictEdges', options.maxConflictEdges ?? 10, 0);
  checkColoring(graph, coloring, limit);

  let largest = -1;
  for (let v = 0; v < n; v++) if (coloring[v]! > largest) largest = coloring[v]!;
  const classSizes = new Uint32Array(options.colors ?? largest + 1);
  for (let v = 0; v < n; v++) classSizes[coloring[v]!]!++;

  let conflicts = 0;
  const conflictEdges: [number, number][] = [];
  for (let u = 0; u < n; u++) {
    const color = coloring[u]!;
    for (let i = offsets[u]!, end = offsets[u + 1]!; i < end; i++) {
      const v = neighbors[i]!;
      if (v <= u || coloring[v] !== color) continue;
      conflicts++;
      if (conflictEdges.length < listed) conflictEdges.push([u, v]);
    }
  }
  const colorsUsed = classSizes.reduce((used, size) => used + (size > 0 ? 1 : 0), 0);
  return { valid: conflicts === 0, conflicts, conflictEdges, colorsUsed, classSizes };
}
