import type { Graph } from '../graph/index.ts';

/** Finds vertices whose remaining neighbours all are neighbours of one other vertex. */
export class DominanceTest {
  readonly #graph: Graph;
  readonly #removed: Uint8Array;
  readonly #degree: Uint32Array;
  /** Vertex -> the last call it was a candidate in. */
  readonly #candidate: Uint32Array;
  /** Candidate -> how many of the neighbours looked at are its own too. */
  readonly #shared: Uint32Array;
  #call = 0;

  /** `removed` and `degree` are looked at anew with every call, so the caller may go on removing. */
  constructor(graph: Graph, removed: Uint8Array, degree: Uint32Array) {
    this.#graph = graph;
    this.#removed = removed;
    this.#degree = degree;
    this.#candidate = new Uint32Array(graph.n);
    this.#shared = new Uint32Array(graph.n);
  }

  /** The lowest vertex whose neighbours include all of u's, or undefined. */
  dominator(u: number): number | undefined {
    const wanted = this.#degree[u]!;
    let scarce = -1;
    for (const w of this.#graph.neighborsOf(u)) {
      if (this.#removed[w] === 0 && (scarce < 0 || this.#degree[w]! < this.#degree[scarce]!)) scarce = w;
    }
    if (scarce < 0) return undefined;
    // Whoever dominates u is a neighbour of each of u's neighbours, so of the one with the fewest.
    const call = ++this.#call;
    let left = 0;
    for (const v of this.#graph.neighborsOf(scarce)) {
      if (v === u || this.#removed[v] === 1 || this.#degree[v]! < wanted) continue;
      this.#candidate[v] = call;
      this.#shared[v] = 1;
      left++;
    }
    let seen = 1;
    for (const w of this.#graph.neighborsOf(u)) {
      if (w === scarce || this.#removed[w] === 1) continue;
      if (left === 0) return undefined;
      left = 0;
      for (const v of this.#graph.neighborsOf(w)) {
        if (this.#candidate[v] === call && this.#shared[v] === seen) {
          this.#shared[v] = seen + 1;
          left++;
        }
      }
      seen++;
    }
    for (const v of this.#graph.neighborsOf(scarce)) {
      if (this.#candidate[v] === call && this.#shared[v] === seen) return v;
    }
    return undefined;
  }
}
