import { checkInteger } from '../errors.ts';
import type { Graph } from '../graph/index.ts';
import { DominanceTest } from './dominance.ts';
import { components, type Kernel, twoColoring } from './parts.ts';

/** What {@link reduceGraph} found. */
export interface Reduction {
  /**
   * Connected parts of what could not be removed, the largest first, without those that two colours suffice for; empty
   * when k colours are certain.
   */
  readonly kernels: readonly Kernel[];
  /** Vertices removed for having fewer than k neighbours. */
  readonly peeled: number;
  /** Vertices of parts that are bipartite, and so are coloured already. */
  readonly bipartite: number;
  /** Vertices removed because another one's neighbours include all of theirs. */
  readonly dominated: number;
  /**
   * From proper colourings of all kernels, in order, to one of the original. Uses no colour above the kernels' and k - 1.
   */
  extend(colorings: readonly ArrayLike<number>[]): Uint32Array;
}

/** Above this many vertices dominance is not looked for: it needs the adjacency matrix as bits. */
const DOMINANCE_VERTICES = 8192;
const PEELED = 0xffff_ffff;

/**
 * Removes what cannot matter for a colouring with k colours or more, exactly: a vertex with fewer than k neighbours always
 * finds a colour at the end, and one whose neighbours are all neighbours of another takes that one's colour. Repeats
 * until nothing changes (F. Herrmann, A. Hertz, "Finding the chromatic number by means of critical graphs", ACM Journal
 * of Experimental Algorithmics, 2002). O(n + m), and O(pairs at distance two) for dominance.
 *
 * @param k at least 1
 */
export function reduceGraph(graph: Graph, k: number): Reduction {
  checkInteger('k', k, 1);
  const { n, offsets, neighbors } = graph;
  const degree = Uint32Array.from({ length: n }, (_, v) => graph.degree(v));
  const removed = new Uint8Array(n);
  const order = new Uint32Array(n);
  const twin = new Uint32Array(n).fill(PEELED);
  let count = 0;
  let looked = 0;
  const remove = (v: number) => {
    removed[v] = 1;
    order[count++] = v;
  };
  const settle = () => {
    // Whoever is removed may leave its neighbours with too few.
    for (; looked < count; looked++) {
      const v = order[looked]!;
      for (let i = offsets[v]!, end = offsets[v + 1]!; i < end; i++) {
        const u = neighbors[i]!;
        if (removed[u] === 0 && --degree[u]! < k) remove(u);
      }
    }
  };
  for (let v = 0; v < n; v++) if (removed[v] === 0 && degree[v]! < k) remove(v);
  settle();

  let dominated = 0;
  if (n <= DOMINANCE_VERTICES) {
    const test = new DominanceTest(graph, removed);
    for (let found = true; found; ) {
      found = false;
      for (let u = 0; u < n; u++) {
        const by = removed[u] === 0 ? test.dominator(u) : undefined;
        if (by === undefined) continue;
        twin[u] = by;
        dominated++;
        found = true;
        remove(u);
        settle();
      }
    }
  }
  const parts = components(graph, removed);
  const sides = parts.map((part) => (k >= 2 ? twoColoring(part.graph) : undefined));
  const kernels = parts.filter((_, i) => sides[i] === undefined);
  const easy = parts.flatMap(({ vertices }, i) => (sides[i] ? [{ vertices, coloring: sides[i] }] : []));
  const removals = order.subarray(0, count);
  return {
    kernels,
    peeled: count - dominated,
    dominated,
    bipartite: easy.reduce((total, { vertices }) => total + vertices.length, 0),
    extend: (colorings) => {
      const hard = kernels.map(({ vertices }, i) => ({ vertices, coloring: colorings[i]! }));
      return extend(graph, [...easy, ...hard], removals, twin);
    },
  };
}

function extend(
  graph: Graph,
  parts: readonly { readonly vertices: Uint32Array; readonly coloring: ArrayLike<number> }[],
  removals: Uint32Array,
  twin: Uint32Array,
): Uint32Array {
  const uncolored = 0xffff_ffff;
  const coloring = new Uint32Array(graph.n).fill(uncolored);
  for (const part of parts) {
    part.vertices.forEach((v, at) => {
      coloring[v] = part.coloring[at]!;
    });
  }
  const met = new Uint32Array(graph.maxDegree + 2);
  for (let i = removals.length - 1; i >= 0; i--) {
    const v = removals[i]!;
    if (twin[v] !== PEELED) {
      coloring[v] = coloring[twin[v]!]!;
      continue;
    }
    for (const u of graph.neighborsOf(v)) if (coloring[u]! < met.length) met[coloring[u]!] = i + 1;
    let color = 0;
    while (met[color] === i + 1) color++;
    coloring[v] = color;
  }
  return coloring;
}
