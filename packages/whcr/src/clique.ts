import type { Graph } from './graph/index.ts';

/**
 * A clique found greedily from each vertex of a degeneracy-like order: its size is a lower bound on the colours of any
 * proper colouring. Deterministic, O(n + m) for each start; `starts` bounds the work (default 64).
 */
export function greedyClique(graph: Graph, starts: number = 64): Uint32Array {
  const order = Array.from({ length: graph.n }, (_, v) => v).sort((a, b) => graph.degree(b) - graph.degree(a) || a - b);
  const candidateOf = new Uint32Array(graph.n);
  let best: number[] = [];
  for (const [round, start] of order.slice(0, starts).entries()) {
    if (graph.degree(start) < best.length) break;
    const clique = [start];
    let candidates = neighborsOf(graph, start);
    while (candidates.length > 0) {
      // The candidate with most other candidates around it; the lowest index on ties.
      const mark = round * graph.n + clique.length;
      for (const v of candidates) candidateOf[v] = mark + 1;
      const inside = (v: number) => {
        let count = 0;
        for (const u of neighborsOf(graph, v)) if (candidateOf[u] === mark + 1) count++;
        return count;
      };
      let chosen = candidates[0] as number;
      let most = -1;
      for (const v of candidates) {
        const count = inside(v);
        if (count > most) {
          most = count;
          chosen = v;
        }
      }
      clique.push(chosen);
      const around = new Set(neighborsOf(graph, chosen));
      candidates = candidates.filter((v) => around.has(v));
      for (const v of neighborsOf(graph, start)) candidateOf[v] = 0;
    }
    if (clique.length > best.length) best = clique;
  }
  return Uint32Array.from(best.sort((a, b) => a - b));
}

function neighborsOf(graph: Graph, v: number): Uint32Array {
  return graph.neighbors.subarray(graph.offsets[v], graph.offsets[v + 1]);
}
