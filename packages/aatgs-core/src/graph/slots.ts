/** Somebody who waits for a slot. */
interface Waiting<M> {
  readonly rank: number;
  readonly order: number;
  readonly start: (member: M) => void;
  readonly refused: (reason: unknown) => void;
}

/** Things that serve one task at a time each; the waiting task of the highest rank gets the next free one. */
export class Slots<M> {
  readonly #free: M[];
  /** Sorted, the next one last. */
  readonly #waiting: Waiting<M>[] = [];
  readonly #more: (() => M) | undefined;
  #closed: { readonly reason: unknown } | undefined;

  /**
   * @param members in the order they are handed out at first
   * @param more makes another member when none is free; without it, requests wait
   */
  constructor(members: Iterable<M>, more?: () => M) {
    this.#free = [...members].reverse();
    this.#more = more;
  }

  /**
   * Calls `start` with a free member: now, or when one is released; or `refused` once there can be none any more. Returns a
   * function that withdraws the request.
   */
  request(
    rank: number,
    order: number,
    start: (member: M) => void,
    refused: (reason: unknown) => void = () => {},
  ): () => void {
    if (this.#closed) {
      refused(this.#closed.reason);
      return () => {};
    }
    const member = this.#free.pop() ?? this.#more?.();
    if (member !== undefined) {
      start(member);
      return () => {};
    }
    const waiting = { rank, order, start, refused };
    this.#waiting.splice(this.#placeOf(waiting), 0, waiting);
    return () => {
      const at = this.#waiting.indexOf(waiting);
      if (at >= 0) this.#waiting.splice(at, 1);
    };
  }

  /** Hands a member back. */
  release(member: M): void {
    const next = this.#waiting.pop();
    if (next) next.start(member);
    else this.#free.push(member);
  }

  /** Refuses everybody who waits, and who asks later. */
  close(reason: unknown): void {
    this.#closed = { reason };
    for (const waiting of this.#waiting.splice(0)) waiting.refused(reason);
  }

  /** Before everybody that comes first: a lower rank, or of equal ones the later order. */
  #placeOf({ rank, order }: Waiting<M>): number {
    let [low, high] = [0, this.#waiting.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#waiting[middle] as Waiting<M>;
      if (other.rank < rank || (other.rank === rank && other.order > order)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
