import { Graph } from '../graph/index.ts';

/** A connected part of a reduced graph, and the vertices of the original it stands for. */
export interface Kernel {
  /** The part, with vertices numbered from 0. */
  readonly graph: Graph;
  /** Vertex of the kernel -> vertex of the original. */
  readonly vertices: Uint32Array;
}

/** The connected parts of what is not removed, as graphs of their own, the largest first. O(n + m). */
export function components(graph: Graph, removed: Uint8Array): Kernel[] {
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
      for (let i = graph.offsets[v]!, end = graph.offsets[v + 1]!; i < end; i++) {
        const u = graph.neighbors[i]!;
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
    for (let a = graph.offsets[v]!, end = graph.offsets[v + 1]!; a < end; a++)
      degree += 1 - removed[graph.neighbors[a]!]!;
    offsets[i + 1] = offsets[i]! + degree;
  });
  const neighbors = new Uint32Array(offsets[vertices.length]!);
  let at = 0;
  for (const v of vertices) {
    for (let a = graph.offsets[v]!, end = graph.offsets[v + 1]!; a < end; a++) {
      const u = graph.neighbors[a]!;
      if (removed[u] === 0) neighbors[at++] = name[u]!;
    }
  }
  return Graph.fromCsr(offsets, neighbors, {
    validate: false,
    copy: false,
    ...(graph.name !== undefined && { name: graph.name }),
  });
}

/** The two sides of a bipartite graph as colours 0 and 1, or undefined where there is an odd cycle, once one is found. O(n + m). */
export function twoColoring(graph: Graph): Uint8Array | undefined {
  const unseen = 2;
  const side = new Uint8Array(graph.n).fill(unseen);
  const queue = new Uint32Array(graph.n);
  let end = 0;
  for (let start = 0; start < graph.n; start++) {
    if (side[start] !== unseen) continue;
    side[start] = 0;
    queue[end++] = start;
    for (let at = end - 1; at < end; at++) {
      const v = queue[at]!;
      for (let i = graph.offsets[v]!, stop = graph.offsets[v + 1]!; i < stop; i++) {
        const u = graph.neighbors[i]!;
        if (side[u] === side[v]) return undefined;
        if (side[u] !== unseen) continue;
        side[u] = 1 - side[v]!;
        queue[end++] = u;
      }
    }
  }
  return side;
}
