import { checkInteger } from '../errors.ts';
import { Graph } from '../graph/index.ts';
import { DominanceTest } from './dominance.ts';

/** A graph left over by {@link reduceGraph}, and the vertices of the original it stands for. */
export interface Kernel {
  readonly graph: Graph;
  /** Vertex of the kernel -> vertex of the original. */
  readonly vertices: Uint32Array;
}

/** What {@link reduceGraph} found. */
export interface Reduction {
  /** Connected parts of what could not be removed, the largest first; empty when k colours are certain. */
  readonly kernels: readonly Kernel[];
  /** Vertices removed for having fewer than k neighbours. */
  readonly peeled: number;
  /** Vertices removed because another one's neighbours include all of theirs. */
  readonly dominated: number;
  /**
   * From proper colourings of all kernels, in order, to one of the original. Uses no colour above the kernels' and k - 1.
   */
  extend(colorings: readonly ArrayLike<number>[]): Uint32Array;
}

/** Above this many vertices left, dominance is not looked for: its cost grows with pairs of vertices. */
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
  if (n - count <= DOMINANCE_VERTICES) {
    const test = new DominanceTest(graph, removed, degree);
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
  const kernels = components(graph, removed);
  const removals = order.subarray(0, count);
  return {
    kernels,
    peeled: count - dominated,
    dominated,
    extend: (colorings) => extend(graph, kernels, removals, twin, colorings),
  };
}

function extend(
  graph: Graph,
  kernels: readonly Kernel[],
  removals: Uint32Array,
  twin: Uint32Array,
  colorings: readonly ArrayLike<number>[],
): Uint32Array {
  const uncolored = 0xffff_ffff;
  const coloring = new Uint32Array(graph.n).fill(uncolored);
  kernels.forEach(({ vertices }, i) => {
    vertices.forEach((v, at) => {
      coloring[v] = colorings[i]![at]!;
    });
  });
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

/** The connected parts of what is not removed, as graphs of their own. */
function components(graph: Graph, removed: Uint8Array): Kernel[] {
  const name = new Uint32Array(graph.n);
  const seen = removed.slice();
  const parts: Uint32Array[] = [];
  const stack: number[] = [];
  for (let start = 0; start < graph.n; start++) {
    if (seen[start] === 1) continue;
    const part: number[] = [];
    seen[start] = 1;
    stack.push(start);
    while (stack.length > 0) {
      const v = stack.pop()!;
      part.push(v);
      for (const u of graph.neighborsOf(v)) {
        if (seen[u] === 1) continue;
        seen[u] = 1;
        stack.push(u);
      }
    }
    parts.push(Uint32Array.from(part).sort());
  }
  return parts
    .sort((a, b) => b.length - a.length || a[0]! - b[0]!)
    .map((vertices) => ({ vertices, graph: induced(graph, vertices, removed, name) }));
}

/** The graph on one component. `name` is scratch; it keeps the numbers of the component's vertices. */
function induced(graph: Graph, vertices: Uint32Array, removed: Uint8Array, name: Uint32Array): Graph {
  const offsets = new Uint32Array(vertices.length + 1);
  vertices.forEach((v, i) => {
    name[v] = i;
    let degree = 0;
    for (const u of graph.neighborsOf(v)) degree += 1 - removed[u]!;
    offsets[i + 1] = offsets[i]! + degree;
  });
  const neighbors = new Uint32Array(offsets[vertices.length]!);
  let at = 0;
  for (const v of vertices) for (const u of graph.neighborsOf(v)) if (removed[u] === 0) neighbors[at++] = name[u]!;
  return Graph.fromCsr(offsets, neighbors, {
    validate: false,
    copy: false,
    ...(graph.name !== undefined && { name: graph.name }),
  });
}
