import { AatgsError } from '../errors.ts';
import { chunkSize, leaveToOthers, type Pace } from './speed.ts';

/** Weight of the newest measurement in a device's time per item. */
const WEIGHT = 0.3;

/** A member of a group, over all batches. */
export class Worker<M> {
  readonly member: M;
  /** Items that ended well. */
  done = 0;
  /** Milliseconds an item took in the newest batch; undefined before the first one. */
  itemMs: number | undefined;
  /** Why it gets no more work. */
  lost: unknown;

  constructor(member: M) {
    this.member = member;
  }
}

/** A member in one batch. Its speed is measured anew, since items of another batch may be larger. */
class Lane<M> implements Pace {
  readonly worker: Worker<M>;
  itemMs: number | undefined;
  pending = 0;
  since = 0;

  constructor(worker: Worker<M>) {
    this.worker = worker;
  }

  started(items: number): void {
    if (this.pending === 0) this.since = performance.now();
    this.pending += items;
  }

  ended(items: number, done: number): void {
    const now = performance.now();
    this.pending -= items;
    this.worker.done += done;
    if (done > 0) {
      const measured = (now - this.since) / done;
      this.itemMs = this.itemMs === undefined ? measured : this.itemMs + WEIGHT * (measured - this.itemMs);
      this.worker.itemMs = this.itemMs;
    }
    this.since = now;
  }
}

/** An item of a batch and its place in it. */
export interface Numbered<I> {
  readonly index: number;
  readonly item: I;
}

/** How a batch is spread. */
export interface SpreadOptions<M, I, R> {
  /** Runs items on a member; calls `done` for each that ended, in order. Rejects if it could not end all of them. */
  readonly run: (
    member: M,
    items: readonly Numbered<I>[],
    done: (index: number, result: R) => void,
    signal: AbortSignal,
  ) => Promise<void>;
  /** Results, in the order of the items. */
  readonly deliver: (result: R, index: number) => void;
  /** Whether a member takes several items at once, and a second lot before the first has ended. */
  readonly chunks: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Hands the items of a batch to workers as they get free. What a lost device has not ended goes to the others; an item that
 * has a result is never run again.
 */
export class Spread<M, I, R> {
  readonly #lanes: readonly Lane<M>[];
  readonly #options: SpreadOptions<M, I, R>;
  readonly #source: Iterator<I>;
  readonly #total: number;
  readonly #controller = new AbortController();
  /** Results that wait for an earlier one. */
  readonly #early = new Map<number, R>();
  #again: Numbered<I>[] = [];
  #next = 0;
  #delivered = 0;
  #exhausted = false;
  #running = 0;
  #failure: { readonly error: unknown } | undefined;
  #finish = (): void => {};

  constructor(workers: readonly Worker<M>[], items: Iterable<I>, options: SpreadOptions<M, I, R>) {
    this.#lanes = workers.map((worker) => new Lane(worker));
    this.#options = options;
    this.#source = items[Symbol.iterator]();
    this.#total = Array.isArray(items) ? items.length : Number.POSITIVE_INFINITY;
  }

  /** Resolves when every item has been delivered; rejects with the first error once nothing runs any more. */
  async run(): Promise<void> {
    const { signal } = this.#options;
    const abort = () => this.#fail(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      const finished = new Promise<void>((resolve) => {
        this.#finish = resolve;
      });
      this.#hand();
      if (this.#running > 0) await finished;
    } finally {
      signal?.removeEventListener('abort', abort);
      if (!this.#exhausted) this.#source.return?.();
    }
    if (this.#failure) throw this.#failure.error;
  }

  /** Gives work to everybody who can take some. */
  #hand(): void {
    for (let gave = true; gave; ) {
      gave = false;
      for (const lane of this.#alive()) {
        const items = this.#take(lane);
        if (items.length === 0) continue;
        gave = true;
        void this.#work(lane, items);
      }
    }
    if (this.#running > 0) return;
    if (!this.#failure && this.#alive().length === 0 && (this.#again.length > 0 || !this.#exhausted)) {
      const causes = this.#lanes.map(({ worker }) => worker.lost);
      this.#failure = {
        error: new AatgsError('ERR_AATGS_DEVICE_LOST', 'every device of the group was lost; make a new group', {
          cause: causes.at(-1),
          details: { reasons: causes.map((cause) => (cause instanceof Error ? cause.message : String(cause))) },
        }),
      };
    }
    this.#finish();
  }

  #alive(): Lane<M>[] {
    return this.#lanes.filter(({ worker }) => worker.lost === undefined);
  }

  /** The next items for a member; none if it is busy, or if the others are so much faster that it would only hold up the end. */
  #take(lane: Lane<M>): Numbered<I>[] {
    if (this.#failure) return [];
    const others = this.#alive().filter((other) => other !== lane);
    const left = this.#total - this.#next + this.#again.length;
    const size = this.#options.chunks ? chunkSize(lane, others, left) : 1;
    if (lane.pending > (this.#options.chunks ? size : 0)) return [];
    if (this.#running > 0 && leaveToOthers(lane, others, left, performance.now())) return [];
    const items: Numbered<I>[] = this.#again.splice(0, size);
    while (items.length < size && !this.#exhausted) {
      try {
        const { done, value } = this.#source.next();
        if (done) this.#exhausted = true;
        else items.push({ index: this.#next++, item: value });
      } catch (error) {
        this.#exhausted = true;
        this.#fail(error);
        return [];
      }
    }
    return items;
  }

  async #work(lane: Lane<M>, items: readonly Numbered<I>[]): Promise<void> {
    this.#running++;
    lane.started(items.length);
    const open = new Map(items.map((numbered) => [numbered.index, numbered]));
    const done = (index: number, result: R) => {
      if (open.delete(index)) this.#deliver(index, result);
    };
    try {
      await this.#options.run(lane.worker.member, items, done, this.#controller.signal);
    } catch (error) {
      if ((error as { code?: unknown } | null)?.code === 'ERR_AATGS_DEVICE_LOST') {
        lane.worker.lost ??= error;
        this.#again = [...open.values(), ...this.#again].sort((a, b) => a.index - b.index);
      } else {
        this.#fail(error);
      }
    }
    lane.ended(items.length, items.length - open.size);
    this.#running--;
    this.#hand();
  }

  #deliver(index: number, result: R): void {
    this.#early.set(index, result);
    while (!this.#failure && this.#early.has(this.#delivered)) {
      const next = this.#early.get(this.#delivered) as R;
      this.#early.delete(this.#delivered);
      try {
        this.#options.deliver(next, this.#delivered++);
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  #fail(error: unknown): void {
    if (this.#failure) return;
    this.#failure = { error };
    this.#controller.abort(error);
  }
}
