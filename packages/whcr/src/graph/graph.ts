import { createHash } from 'node:crypto';
import { checkInteger, invalidArgument, shown, WhcrError } from '../errors.ts';
import {
  buildCsr,
  type Csr,
  findParallel,
  MAX_ARCS,
  MAX_VERTICES,
  mergeParallel,
  secondListing,
  validateCsr,
} from './csr.ts';
import { EdgeBuffer, type EdgeChunk } from './edge-buffer.ts';

/** What to do with edges a simple graph cannot hold. */
export interface EdgeListOptions {
  /** An edge listed again, in either direction. Default `'merge'`. */
  readonly duplicates?: 'merge' | 'error';
  /** An edge from a vertex to itself, which no colouring can satisfy. Default `'error'`. */
  readonly selfLoops?: 'drop' | 'error';
  /** A name for messages and results. */
  readonly name?: string;
}

/** How CSR arrays are taken over. */
export interface CsrOptions {
  /** Check the arrays in O(n + m). Default true; false only for arrays known to be good: a broken graph crashes later. */
  readonly validate?: boolean;
  /** Copy the arrays. Default true; false takes `Uint32Array`s as they are, and they must not be written to again. */
  readonly copy?: boolean;
  /** A name for messages and results. */
  readonly name?: string;
}

const constructing = Symbol('constructing');

/**
 * An immutable simple undirected graph in compressed sparse row form. Vertices are numbered from 0.
 *
 * The arrays are views for reading: writing to them breaks every promise made here.
 */
export class Graph {
  /** Number of vertices. */
  readonly n: number;
  /** Number of undirected edges. */
  readonly m: number;
  /** Length n + 1: the neighbours of `v` are `neighbors[offsets[v]]` up to, without, `neighbors[offsets[v + 1]]`. */
  readonly offsets: Uint32Array;
  /** Length 2m: each edge twice, ascending for each vertex. */
  readonly neighbors: Uint32Array;
  /** The largest degree; 0 without edges. */
  readonly maxDegree: number;
  /** A name, where one is known (the file's, or the generator's). */
  readonly name: string | undefined;
  #fingerprint: string | undefined;

  /** @internal Use the static builders. */
  constructor(token: symbol, csr: Csr, name: string | undefined) {
    if (token !== constructing) {
      throw new WhcrError(
        'ERR_WHCR_INVALID_ARGUMENT',
        'Graph has no public constructor; use Graph.fromEdges, Graph.fromCsr or readGraph',
      );
    }
    this.offsets = csr.offsets;
    this.neighbors = csr.neighbors;
    this.n = csr.offsets.length - 1;
    this.m = csr.neighbors.length / 2;
    this.name = name;
    let max = 0;
    for (let v = 0; v < this.n; v++) max = Math.max(max, csr.offsets[v + 1]! - csr.offsets[v]!);
    this.maxDegree = max;
  }

  /**
   * Builds a graph from edge `u[i]`-`v[i]` for each i, in O(n + m).
   *
   * @param n number of vertices, 0 to 2^32-2
   * @param u one end of each edge, 0 to n-1
   * @param v the other end, as long as `u`
   * @throws {WhcrError} `ERR_WHCR_VERTEX_OUT_OF_RANGE`, `ERR_WHCR_SELF_LOOP` or `ERR_WHCR_DUPLICATE_EDGE` with `details.index`
   * and `details.value`; `ERR_WHCR_TOO_LARGE` beyond 2^32-1 arcs.
   */
  static fromEdges(n: number, u: ArrayLike<number>, v: ArrayLike<number>, options: EdgeListOptions = {}): Graph {
    checkInteger('n', n, 0, MAX_VERTICES);
    if (u.length !== v.length) throw invalidArgument('v.length', v.length, `${u.length}, the length of u`);
    let loops = 0;
    for (let i = 0; i < u.length; i++) {
      const a = u[i]!;
      const b = v[i]!;
      if (a >>> 0 !== a || a >= n) throw outOfRange(n, 'u', i, a);
      if (b >>> 0 !== b || b >= n) throw outOfRange(n, 'v', i, b);
      if (a !== b) continue;
      if (options.selfLoops !== 'drop') {
        throw new WhcrError('ERR_WHCR_SELF_LOOP', `edge ${i} joins vertex ${a} to itself; pass selfLoops: 'drop'`, {
          details: { index: i, value: a },
        });
      }
      loops++;
    }
    const edges = loops === 0 ? [{ u, v, length: u.length }] : withoutLoops(u, v);
    return Graph.fromChunks(n, edges, options);
  }

  /**
   * Builds a graph from edges already checked: in range and free of loops.
   *
   * @internal
   */
  static fromChunks(n: number, edges: readonly EdgeChunk[], options: EdgeListOptions = {}): Graph {
    const csr = buildCsr(n, edges);
    if (options.duplicates !== 'error') return new Graph(constructing, mergeParallel(csr), options.name);
    const parallel = findParallel(csr);
    if (parallel) {
      const { u, v } = parallel;
      const index = secondListing(edges, u, v);
      const message = `edge ${u}-${v} is listed again at index ${index}; pass duplicates: 'merge' to accept it`;
      throw new WhcrError('ERR_WHCR_DUPLICATE_EDGE', message, { details: { index, value: [u, v] } });
    }
    return new Graph(constructing, csr, options.name);
  }

  /**
   * Takes over compressed sparse row arrays, as from scipy's `indptr` and `indices`.
   *
   * @param offsets length n + 1
   * @param neighbors each edge in both directions, ascending for each vertex
   * @throws {WhcrError} see `validate`: `ERR_WHCR_INVALID_GRAPH`, `ERR_WHCR_VERTEX_OUT_OF_RANGE`, `ERR_WHCR_SELF_LOOP`,
   * `ERR_WHCR_DUPLICATE_EDGE`; values that are not 32-bit integers: `ERR_WHCR_INVALID_ARGUMENT`.
   */
  static fromCsr(offsets: ArrayLike<number>, neighbors: ArrayLike<number>, options: CsrOptions = {}): Graph {
    if (neighbors.length > MAX_ARCS) throw invalidArgument('neighbors.length', neighbors.length, `at most ${MAX_ARCS}`);
    const copy = options.copy ?? true;
    const csr = { offsets: toUint32('offsets', offsets, copy), neighbors: toUint32('neighbors', neighbors, copy) };
    if (options.validate ?? true) validateCsr(csr);
    return new Graph(constructing, csr, options.name);
  }

  /** Number of neighbours of `v`. */
  degree(v: number): number {
    return this.offsets[v + 1]! - this.offsets[v]!;
  }

  /** The neighbours of `v`, ascending: a view into {@link neighbors}, not a copy. */
  neighborsOf(v: number): Uint32Array {
    return this.neighbors.subarray(this.offsets[v], this.offsets[v + 1]);
  }

  /** Whether u and v are adjacent, in O(log degree). */
  hasEdge(u: number, v: number): boolean {
    let low = this.offsets[u]!;
    let high = this.offsets[u + 1]!;
    while (low < high) {
      const middle = low + ((high - low) >>> 1);
      if (this.neighbors[middle]! < v) low = middle + 1;
      else high = middle;
    }
    return low < this.offsets[u + 1]! && this.neighbors[low] === v;
  }

  /** Calls `visit(u, v)` once an edge, with u < v, in ascending order. */
  forEachEdge(visit: (u: number, v: number) => void): void {
    for (let u = 0; u < this.n; u++) {
      for (let i = this.offsets[u]!, end = this.offsets[u + 1]!; i < end; i++) {
        if (this.neighbors[i]! > u) visit(u, this.neighbors[i]!);
      }
    }
  }

  /**
   * A 64-bit hash of the graph as 16 hexadecimal digits: equal for equal vertex numbers and edges whatever the source, name
   * or edge order; not invariant under renumbering. Computed once, in O(n + m).
   */
  fingerprint(): string {
    if (this.#fingerprint === undefined) {
      const hash = createHash('sha256').update(`aatgs-graph-1 ${this.n} ${this.m}\n`);
      for (const array of [this.offsets, this.neighbors]) {
        const step = 1 << 26;
        for (let i = 0; i < array.length; i += step) hash.update(array.subarray(i, i + step));
      }
      this.#fingerprint = hash.digest('hex').slice(0, 16);
    }
    return this.#fingerprint;
  }
}

function outOfRange(n: number, column: string, index: number, value: unknown): WhcrError {
  const message = `${column}[${index}] is ${shown(value)}; the graph has ${n} vertices, numbered from 0`;
  return new WhcrError('ERR_WHCR_VERTEX_OUT_OF_RANGE', message, { details: { index, value } });
}

function withoutLoops(u: ArrayLike<number>, v: ArrayLike<number>): EdgeChunk[] {
  const edges = new EdgeBuffer();
  for (let i = 0; i < u.length; i++) if (u[i] !== v[i]) edges.push(u[i]!, v[i]!);
  return edges.chunks();
}

function toUint32(name: string, values: ArrayLike<number>, copy: boolean): Uint32Array {
  if (values instanceof Uint32Array) return copy ? values.slice() : values;
  const result = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >>> 0 !== value) throw invalidArgument(`${name}[${i}]`, value, 'an integer from 0 to 4294967295');
    result[i] = value;
  }
  return result;
}
