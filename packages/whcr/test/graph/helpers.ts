import { expect } from 'vitest';
import { WhcrError, type WhcrErrorCode } from '../../src/errors.ts';
import { Graph } from '../../src/graph/index.ts';

/** Runs `call`, expects a WhcrError with that code, and gives it back. */
export function failure(code: WhcrErrorCode, call: () => unknown): WhcrError {
  try {
    call();
  } catch (error) {
    expect(error).toBeInstanceOf(WhcrError);
    expect((error as WhcrError).code, (error as Error).message).toBe(code);
    return error as WhcrError;
  }
  throw new Error(`expected ${code}, but nothing was thrown`);
}

/** A graph from pairs. */
export function graphOf(n: number, ...pairs: [number, number][]): Graph {
  return Graph.fromEdges(
    n,
    pairs.map(([u]) => u),
    pairs.map(([, v]) => v),
  );
}

/** The edges as pairs u < v, ascending. */
export function pairsOf(graph: Graph): [number, number][] {
  const pairs: [number, number][] = [];
  graph.forEachEdge((u, v) => pairs.push([u, v]));
  return pairs;
}
