import type { Graph } from './graph.ts';
import { PhiloxStream, type Seed } from './random.ts';

/** Vertices by descending degree, ties by ascending number (Welsh and Powell, The Computer Journal, 1967). O(n). */
export function largestFirstOrder(graph: Graph): Uint32Array {
  const { n, maxDegree } = graph;
  const start = new Uint32Array(maxDegree + 2);
  for (let v = 0; v < n; v++) start[maxDegree - graph.degree(v) + 1]!++;
  for (let d = 0; d <= maxDegree; d++) start[d + 1]! += start[d]!;
  const order = new Uint32Array(n);
  for (let v = 0; v < n; v++) order[start[maxDegree - graph.degree(v)]!++] = v;
  return order;
}

/** A uniformly random order. */
export function randomOrder(graph: Graph, seed: Seed): Uint32Array {
  return new PhiloxStream(seed).permutation(graph.n);
}

/** A smallest-last order and what it proves. */
export interface SmallestLast {
  /** Each vertex has at most `degeneracy` neighbours before it. */
  readonly order: Uint32Array;
  /** The largest minimum degree of any subgraph; greedy colouring in this order uses at most degeneracy + 1 colours. */
  readonly degeneracy: number;
  /** Of each vertex the largest k for which it lies in a subgraph of minimum degree k. */
  readonly coreness: Uint32Array;
}

/** Vertices by degree: one doubly linked list a degree. `none` ends a list. */
class DegreeBuckets {
  static readonly none = 0xffff_ffff;
  readonly degree: Uint32Array;
  readonly #head: Uint32Array;
  readonly #next: Uint32Array;
  readonly #previous: Uint32Array;

  constructor(graph: Graph) {
    this.degree = Uint32Array.from({ length: graph.n }, (_, v) => graph.degree(v));
    this.#head = new Uint32Array(graph.maxDegree + 1).fill(DegreeBuckets.none);
    this.#next = new Uint32Array(graph.n);
    this.#previous = new Uint32Array(graph.n);
    for (let v = graph.n - 1; v >= 0; v--) this.insert(v);
  }

  first(degree: number): number {
    return this.#head[degree]!;
  }

  /** Puts v at the front of its degree's list. */
  insert(v: number): void {
    const d = this.degree[v]!;
    const head = this.#head[d]!;
    this.#next[v] = head;
    this.#previous[v] = DegreeBuckets.none;
    if (head !== DegreeBuckets.none) this.#previous[head] = v;
    this.#head[d] = v;
  }

  remove(v: number): void {
    const next = this.#next[v]!;
    const previous = this.#previous[v]!;
    if (previous === DegreeBuckets.none) this.#head[this.degree[v]!] = next;
    else this.#next[previous] = next;
    if (next !== DegreeBuckets.none) this.#previous[next] = previous;
  }
}

/**
 * Removes a vertex of the smallest remaining degree again and again, and reverses that order (Matula and Beck, Journal of the
 * ACM, 1983). O(n + m); ties depend only on the graph.
 */
export function smallestLastOrder(graph: Graph): SmallestLast {
  const { n, offsets, neighbors } = graph;
  const buckets = new DegreeBuckets(graph);
  const removed = new Uint8Array(n);
  const order = new Uint32Array(n);
  const coreness = new Uint32Array(n);
  let degeneracy = 0;
  let low = 0;
  for (let place = n - 1; place >= 0; place--) {
    while (buckets.first(low) === DegreeBuckets.none) low++;
    const v = buckets.first(low);
    buckets.remove(v);
    removed[v] = 1;
    order[place] = v;
    if (low > degeneracy) degeneracy = low;
    coreness[v] = degeneracy;
    for (let i = offsets[v]!, end = offsets[v + 1]!; i < end; i++) {
      const w = neighbors[i]!;
      if (removed[w] === 1) continue;
      buckets.remove(w);
      buckets.degree[w]!--;
      buckets.insert(w);
    }
    // Removing one vertex lowers a neighbour's degree by one, so the smallest falls by at most one.
    if (low > 0) low--;
  }
  return { order, degeneracy, coreness };
}
