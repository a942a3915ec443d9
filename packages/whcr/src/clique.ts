import type { Graph } from './graph/index.ts';

/** Most neighbours of a start that are looked at: those of highest degree. Bounds the bit matrix to 2 MiB. */
const NEIGHBORHOOD = 4096;

/**
 * A clique found greedily from each of the vertices of highest degree: its size is a lower bound on the colours of any
 * proper colouring. Deterministic; a start costs the edges around it and d^3 / 32 for d neighbours, at most 4096.
 *
 * @param starts vertices to start from; default 64, on graphs with over a million edges 8
 */
export function greedyClique(graph: Graph, starts: number = graph.m > 1_000_000 ? 8 : 64): Uint32Array {
  const order = byDegree(
    graph,
    Uint32Array.from({ length: graph.n }, (_, v) => v),
  );
  let best: Uint32Array = new Uint32Array(0);
  const local = new Int32Array(graph.n).fill(-1);
  for (const start of order.subarray(0, starts)) {
    if (graph.degree(start) < best.length) break;
    const clique = cliqueAround(graph, start, local, best.length);
    if (clique.length > best.length) best = clique;
  }
  return best.sort();
}

const byDegree = (graph: Graph, vertices: Uint32Array): Uint32Array =>
  vertices.sort((a, b) => graph.degree(b) - graph.degree(a) || a - b);

/** Grows a clique by the candidate with most other candidates around it; gives up when it cannot exceed `known`. */
function cliqueAround(graph: Graph, start: number, local: Int32Array, known: number): Uint32Array {
  const around = byDegree(graph, graph.neighborsOf(start).slice()).subarray(0, NEIGHBORHOOD).sort();
  around.forEach((v, i) => {
    local[v] = i;
  });
  const words = (around.length + 31) >>> 5;
  const rows = new Int32Array(around.length * words);
  around.forEach((v, i) => {
    for (const u of graph.neighborsOf(v)) {
      const j = local[u]!;
      if (j >= 0) rows[i * words + (j >>> 5)]! |= 1 << (j & 31);
    }
  });
  for (const v of around) local[v] = -1;

  const clique = [start];
  let candidates = Array.from(around, (_, i) => i);
  const mask = new Int32Array(words);
  for (const i of candidates) mask[i >>> 5]! |= 1 << (i & 31);
  while (candidates.length > 0 && clique.length + candidates.length > known) {
    let chosen = 0;
    let most = -1;
    for (const i of candidates) {
      let inside = 0;
      for (let w = 0; w < words; w++) inside += bitCount(rows[i * words + w]! & mask[w]!);
      if (inside <= most) continue;
      most = inside;
      chosen = i;
    }
    clique.push(around[chosen]!);
    for (let w = 0; w < words; w++) mask[w]! &= rows[chosen * words + w]!;
    candidates = candidates.filter((i) => ((mask[i >>> 5]! >>> (i & 31)) & 1) !== 0);
  }
  return Uint32Array.from(clique);
}

function bitCount(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const nibbles = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}
