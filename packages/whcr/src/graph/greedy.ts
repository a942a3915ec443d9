import { checkInteger, invalidArgument, WhcrError } from '../errors.ts';
import type { Graph } from './graph.ts';
import { largestFirstOrder, smallestLastOrder } from './orders.ts';

/** A named vertex order: `natural` 0..n-1, `largest-first` (Welsh-Powell), `smallest-last` (Matula-Beck). */
export type GreedyOrder = 'natural' | 'largest-first' | 'smallest-last';

/** Number of colours of a colouring without gaps: the largest colour + 1, 0 for no vertices. */
export function countColors(coloring: ArrayLike<number>): number {
  let count = 0;
  for (let v = 0; v < coloring.length; v++) if (coloring[v]! >= count) count = coloring[v]! + 1;
  return count;
}

/**
 * First-fit colouring: each vertex, in the given order, gets the smallest colour no neighbour has. O(n + m).
 *
 * Uses at most maxDegree + 1 colours, in `smallest-last` order at most degeneracy + 1; never leaves gaps.
 *
 * @param order a named order, or a permutation of 0..n-1; default `'largest-first'`
 * @returns the colour of each vertex, from 0
 * @throws {WhcrError} `ERR_WHCR_INVALID_ARGUMENT` when `order` is no permutation.
 */
export function greedy(graph: Graph, order: GreedyOrder | ArrayLike<number> = 'largest-first'): Uint32Array {
  const { n, offsets, neighbors } = graph;
  const sequence = resolveOrder(graph, order);
  const uncolored = 0xffff_ffff;
  const coloring = new Uint32Array(n).fill(uncolored);
  // forbidden[c] is the last step at which a neighbour of the vertex at hand had colour c.
  const forbidden = new Uint32Array(graph.maxDegree + 2);
  for (let step = 0; step < n; step++) {
    const v = sequence === undefined ? step : sequence[step]!;
    if (v >>> 0 !== v || v >= n || coloring[v] !== uncolored) {
      throw invalidArgument(`order[${step}]`, v, `each vertex from 0 to ${n - 1} once`);
    }
    for (let i = offsets[v]!, end = offsets[v + 1]!; i < end; i++) {
      const color = coloring[neighbors[i]!]!;
      if (color !== uncolored) forbidden[color] = step + 1;
    }
    let color = 0;
    while (forbidden[color] === step + 1) color++;
    coloring[v] = color;
  }
  return coloring;
}

function resolveOrder(graph: Graph, order: GreedyOrder | ArrayLike<number>): ArrayLike<number> | undefined {
  switch (order) {
    case 'natural':
      return undefined;
    case 'largest-first':
      return largestFirstOrder(graph);
    case 'smallest-last':
      return smallestLastOrder(graph).order;
  }
  if (typeof order === 'string') throw invalidArgument('order', order, "'natural', 'largest-first' or 'smallest-last'");
  if (order.length !== graph.n)
    throw invalidArgument('order.length', order.length, `${graph.n}, the number of vertices`);
  return order;
}

/**
 * Renumbers colours without gaps, in order of first appearance. The classes stay the same.
 *
 * @param coloring colours from 0 to 2^32-1
 */
export function compactColors(coloring: ArrayLike<number>): Uint32Array {
  const names = new Map<number, number>();
  return Uint32Array.from(coloring, (color, vertex) => {
    if (color >>> 0 !== color) {
      const message = `vertex ${vertex} has colour ${color}; colours are integers from 0`;
      throw new WhcrError('ERR_WHCR_COLOR_OUT_OF_RANGE', message, { details: { vertex, value: color } });
    }
    const name = names.get(color);
    if (name !== undefined) return name;
    names.set(color, names.size);
    return names.size - 1;
  });
}

/** The vertices of each colour, ascending, for scheduling class by class. `colors` must exceed every colour. */
export function colorClasses(coloring: ArrayLike<number>, colors: number = countColors(coloring)): Uint32Array[] {
  checkInteger('colors', colors, countColors(coloring));
  const sizes = new Uint32Array(colors);
  for (let v = 0; v < coloring.length; v++) sizes[coloring[v]!]!++;
  const classes = Array.from(sizes, (size) => new Uint32Array(size));
  sizes.fill(0);
  for (let v = 0; v < coloring.length; v++) classes[coloring[v]!]![sizes[coloring[v]!]!++] = v;
  return classes;
}
