import type { Graph } from '../graph/index.ts';

/** Finds vertices whose remaining neighbours all are neighbours of one other vertex. */
export class DominanceTest {
  readonly #graph: Graph;
  readonly #removed: Uint8Array;
  readonly #words: number;
  /** The adjacency matrix as bits, row after row. */
  readonly #rows: Uint32Array;
  readonly #common: Uint32Array;

  /** `removed` is looked at anew with every call, so the caller may go on removing. n^2 / 8 bytes. */
  constructor(graph: Graph, removed: Uint8Array) {
    this.#graph = graph;
    this.#removed = removed;
    this.#words = (graph.n + 31) >>> 5;
    this.#rows = new Uint32Array(graph.n * this.#words);
    this.#common = new Uint32Array(this.#words);
    graph.forEachEdge((u, v) => {
      this.#rows[u * this.#words + (v >>> 5)]! |= 1 << (v & 31);
      this.#rows[v * this.#words + (u >>> 5)]! |= 1 << (u & 31);
    });
  }

  /** The lowest remaining vertex whose neighbours include all of u's, or undefined. */
  dominator(u: number): number | undefined {
    const common = this.#common.fill(0xffff_ffff);
    common[u >>> 5]! &= ~(1 << (u & 31));
    let none = true;
    for (const w of this.#graph.neighborsOf(u)) {
      if (this.#removed[w] === 1) continue;
      none = false;
      // Who dominates u is a neighbour of each of its neighbours.
      const row = w * this.#words;
      let left = 0;
      for (let i = 0; i < common.length; i++) left |= common[i]! &= this.#rows[row + i]!;
      if (left === 0) return undefined;
    }
    if (none) return undefined;
    for (let i = 0; i < common.length; i++) {
      for (let bits = common[i]!; bits !== 0; bits &= bits - 1) {
        const v = i * 32 + 31 - Math.clz32(bits & -bits);
        if (this.#removed[v] === 0) return v;
      }
    }
    return undefined;
  }
}
