const CHUNK_BITS = 18;
const CHUNK = 1 << CHUNK_BITS;

/** Edges as two columns of vertex numbers; `u[i]`-`v[i]` is an edge for `i < length`. */
export interface EdgeChunk {
  readonly u: ArrayLike<number>;
  readonly v: ArrayLike<number>;
  readonly length: number;
}

/**
 * A growing list of edges in fixed chunks of typed arrays: 8 bytes an edge, never copied while it grows, and never larger
 * than what was really pushed, whatever a file's header promised.
 */
export class EdgeBuffer {
  #full: EdgeChunk[] = [];
  #u: Uint32Array = new Uint32Array(CHUNK);
  #v: Uint32Array = new Uint32Array(CHUNK);
  #used = 0;

  /** Edges pushed so far. */
  get length(): number {
    return this.#full.length * CHUNK + this.#used;
  }

  /** Appends the edge u-v. The caller has checked both against the number of vertices. */
  push(u: number, v: number): void {
    if (this.#used === CHUNK) this.#next();
    this.#u[this.#used] = u;
    this.#v[this.#used++] = v;
  }

  /** All edges in the order pushed. */
  chunks(): EdgeChunk[] {
    return [...this.#full, { u: this.#u, v: this.#v, length: this.#used }];
  }

  #next(): void {
    this.#full.push({ u: this.#u, v: this.#v, length: CHUNK });
    this.#u = new Uint32Array(CHUNK);
    this.#v = new Uint32Array(CHUNK);
    this.#used = 0;
  }
}
