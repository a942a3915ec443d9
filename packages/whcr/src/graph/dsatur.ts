import type { Graph } from './graph.ts';

/** Saturation counts this much in a key; the degree, below 2^32, is the rest. Keys stay below 2^53 for 2^21 colours. */
const SATURATION = 2 ** 32;

/** Sets of colours, one a vertex, that grow together. */
class ColorSets {
  readonly #n: number;
  #words = 1;
  #bits: Uint32Array;

  constructor(n: number) {
    this.#n = n;
    this.#bits = new Uint32Array(n);
  }

  /** Adds a colour to the set of v; whether it was new there. */
  add(v: number, color: number): boolean {
    const word = color >>> 5;
    if (word >= this.#words) this.#grow(word + 1);
    const at = v * this.#words + word;
    const before = this.#bits[at]!;
    const after = (before | (1 << (color & 31))) >>> 0;
    this.#bits[at] = after;
    return after !== before;
  }

  /** The smallest colour missing in the set of v. */
  firstMissing(v: number): number {
    const begin = v * this.#words;
    for (let word = 0; word < this.#words; word++) {
      const free = ~this.#bits[begin + word]!;
      if (free !== 0) return word * 32 + 31 - Math.clz32(free & -free);
    }
    return this.#words * 32;
  }

  #grow(needed: number): void {
    const words = Math.max(needed, 2 * this.#words);
    const bits = new Uint32Array(this.#n * words);
    for (let v = 0; v < this.#n; v++) {
      bits.set(this.#bits.subarray(v * this.#words, (v + 1) * this.#words), v * words);
    }
    this.#words = words;
    this.#bits = bits;
  }
}

/** A binary heap of vertices: the largest key first, ties to the lowest number. Keys may change both ways. */
class VertexHeap {
  readonly #keys: Float64Array;
  readonly #heap: Uint32Array;
  readonly #position: Uint32Array;
  #size: number;

  constructor(keys: Float64Array) {
    this.#keys = keys;
    this.#size = keys.length;
    this.#heap = Uint32Array.from(keys, (_, v) => v);
    this.#position = this.#heap.slice();
    for (let i = (this.#size >>> 1) - 1; i >= 0; i--) this.#down(i);
  }

  /** Removes the first vertex. */
  pop(): number {
    const first = this.#heap[0]!;
    const last = this.#heap[--this.#size]!;
    if (this.#size > 0) {
      this.#put(0, last);
      this.#down(0);
    }
    return first;
  }

  /** Adds `change` to the key of a vertex still in the heap. */
  change(v: number, change: number): void {
    this.#keys[v]! += change;
    if (change > 0) this.#up(this.#position[v]!);
    else this.#down(this.#position[v]!);
  }

  #before(a: number, b: number): boolean {
    const difference = this.#keys[a]! - this.#keys[b]!;
    return difference > 0 || (difference === 0 && a < b);
  }

  #put(i: number, v: number): void {
    this.#heap[i] = v;
    this.#position[v] = i;
  }

  #up(from: number): void {
    let i = from;
    const v = this.#heap[i]!;
    while (i > 0) {
      const parent = (i - 1) >>> 1;
      const p = this.#heap[parent]!;
      if (!this.#before(v, p)) break;
      this.#put(i, p);
      i = parent;
    }
    this.#put(i, v);
  }

  #down(from: number): void {
    let i = from;
    const v = this.#heap[i]!;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.#size) break;
      if (child + 1 < this.#size && this.#before(this.#heap[child + 1]!, this.#heap[child]!)) child++;
      const c = this.#heap[child]!;
      if (!this.#before(c, v)) break;
      this.#put(i, c);
      i = child;
    }
    this.#put(i, v);
  }
}

/**
 * DSATUR (Brélaz, "New methods to color the vertices of a graph", Communications of the ACM, 1979): colours the vertex with the
 * most colours among its neighbours, ties to the most uncoloured neighbours, then to the lowest number, with the smallest
 * colour that fits. Exact on bipartite graphs.
 *
 * O((n + m) log n) time; n x (colours used) bits besides the graph.
 *
 * @returns the colour of each vertex, from 0 and without gaps
 */
export function dsatur(graph: Graph): Uint32Array {
  const { n, offsets, neighbors } = graph;
  const colored = new Uint8Array(n);
  const coloring = new Uint32Array(n);
  const seen = new ColorSets(n);
  const heap = new VertexHeap(Float64Array.from({ length: n }, (_, v) => graph.degree(v)));
  for (let step = 0; step < n; step++) {
    const v = heap.pop();
    const color = seen.firstMissing(v);
    coloring[v] = color;
    colored[v] = 1;
    for (let i = offsets[v]!, end = offsets[v + 1]!; i < end; i++) {
      const w = neighbors[i]!;
      // One neighbour fewer to colour; perhaps one colour more seen.
      if (colored[w] === 0) heap.change(w, seen.add(w, color) ? SATURATION - 1 : -1);
    }
  }
  return coloring;
}
