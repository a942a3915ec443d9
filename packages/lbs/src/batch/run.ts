import { LbsError } from '../errors.ts';
import type { BatchMember, Prediction } from '../result.ts';
import { Mailbox } from './mailbox.ts';

/** One result of a batch: a prediction, or why there is none. */
export type BatchResult =
  | { readonly id: string; readonly prediction: Prediction; readonly error?: undefined }
  | { readonly id: string; readonly prediction?: undefined; readonly error: Error };

/** A structure that is on its way: read already, or being read. */
export interface Arrival {
  readonly id: string;
  readonly member: Promise<BatchMember>;
}

/** How a batch runs. */
export interface BatchRunOptions {
  /** Predicts structures in one config. */
  readonly predict: (members: readonly BatchMember[]) => Promise<Prediction[]>;
  /** Atoms and structures of one config at most; a larger structure goes alone. */
  readonly batchAtoms: number;
  readonly batchStructures: number;
  /** Configs in flight at most. */
  readonly inFlight: number;
  /** Structures that may be asked for and not yet be there. */
  readonly ahead: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gathers structures to configs, in their order, and hands out results as they land. Reading, prediction and whoever takes
 * the results go on beside one another; each waits only where the next one has too much to do.
 */
export async function* runBatch(
  arrivals: AsyncIterable<Arrival>,
  options: BatchRunOptions,
): AsyncGenerator<BatchResult, void, undefined> {
  const { signal } = options;
  signal?.throwIfAborted();
  const run = new BatchRun(options);
  const onAbort = () => run.stop({ error: signal?.reason });
  signal?.addEventListener('abort', onAbort, { once: true });
  run.feed(arrivals).then(
    () => run.stop(),
    (error) => run.stop({ error }),
  );
  try {
    yield* run.landed.take();
  } finally {
    signal?.removeEventListener('abort', onAbort);
    run.stop();
  }
}

class BatchRun {
  readonly landed: Mailbox<BatchResult>;
  readonly #options: BatchRunOptions;
  readonly #asked: Mailbox<Arrival>;
  readonly #flying = new Set<Promise<void>>();
  #waiting: BatchMember[] = [];
  #atoms = 0;
  #stopped = false;

  constructor(options: BatchRunOptions) {
    this.#options = options;
    this.#asked = new Mailbox(options.ahead);
    this.landed = new Mailbox(2 * options.batchStructures);
  }

  stop(failure?: { readonly error?: unknown }): void {
    this.#stopped = true;
    this.#asked.close();
    this.landed.close(failure);
  }

  /** Resolves when everything has landed; rejects with what is nobody's own fault: a lost device, a bad item. */
  async feed(arrivals: AsyncIterable<Arrival>): Promise<void> {
    const gathered = this.#gather();
    for await (const arrival of arrivals) {
      // Whoever stops does not wait for files that are being read.
      arrival.member.catch(() => undefined);
      this.#asked.put(arrival);
      await this.#asked.room();
      if (this.#stopped) return;
    }
    this.#asked.close();
    await gathered;
    await Promise.all(this.#flying);
  }

  async #gather(): Promise<void> {
    for await (const { id, member } of this.#asked.take()) {
      try {
        this.#add(await member);
      } catch (error) {
        this.landed.put({ id, error: error as Error });
      }
      // An idle device is given what there is; a busy one gets whole batches.
      if (this.#flying.size === 0) this.#launch();
      while (this.#flying.size >= this.#options.inFlight && !this.#stopped) await Promise.race(this.#flying);
      await this.landed.room();
      if (this.#stopped) return;
    }
    this.#launch();
  }

  #add(member: BatchMember): void {
    const { batchAtoms, batchStructures } = this.#options;
    const { atoms } = member.packed;
    if (this.#atoms + atoms > batchAtoms || this.#waiting.length === batchStructures) this.#launch();
    this.#waiting.push(member);
    this.#atoms += atoms;
  }

  #launch(): void {
    const members = this.#waiting;
    if (members.length === 0 || this.#stopped) return;
    this.#waiting = [];
    this.#atoms = 0;
    const flight: Promise<void> = this.#settle(members)
      .then((results) => this.landed.put(...results))
      .catch((error) => this.stop({ error }))
      .finally(() => this.#flying.delete(flight));
    this.#flying.add(flight);
  }

  async #settle(members: readonly BatchMember[]): Promise<BatchResult[]> {
    try {
      const predictions = await this.#options.predict(members);
      return predictions.map((prediction) => ({ id: prediction.id, prediction }));
    } catch (error) {
      // A lost device or a closed context is nobody's own fault.
      if (!(error instanceof LbsError)) throw error;
      return members.map(({ id }) => ({ id, error }));
    }
  }
}
