import type { TelemetryRecord } from './codec.ts';
import { invalidArgument } from './errors.ts';

/** A config with its staged input. */
export interface StagedConfig<C> {
  /** The config itself. */
  readonly config: C;
  /** Bytes staged for its step, at most the option `inputBytes`; copied when the config is queued. */
  readonly input: Uint8Array;
}

/** Options of `executeBatch`. */
export interface BatchOptions<T> {
  /** Stops feeding and rejects with the signal's reason. Configs already in the ring still run. */
  readonly signal?: AbortSignal;
  /** Stops feeding once it holds for a record; the result then ends with the configs already queued. */
  readonly until?: (record: T) => boolean;
  /** False: resolve with an empty list; for long runs that use `onRecord`. Default true. */
  readonly collect?: boolean;
  /** Configs in the ring at most while this batch is fed; a function is asked each time. Default: all its slots. */
  readonly depth?: number | (() => number);
  /** Called once all configs are in the ring, before they have run: what is queued now comes after them. */
  readonly onQueued?: () => void;
  /** Called as records arrive, in order. */
  readonly onRecord?: (record: T) => void;
}

/** The records of one batch, in order, and whether to go on feeding it. */
export class Batch<T extends TelemetryRecord> {
  readonly records: T[] = [];
  /** An error thrown by a callback; it ends the batch. */
  failure: { readonly error: unknown } | undefined;
  stopped = false;
  readonly #options: BatchOptions<T>;

  constructor(options: BatchOptions<T>) {
    this.#options = options;
  }

  readonly deliver = (record: T): void => {
    if (this.#options.collect ?? true) this.records.push(record);
    try {
      this.#options.onRecord?.(record);
      if (this.#options.until?.(record)) this.stopped = true;
    } catch (error) {
      this.failure ??= { error };
      this.stopped = true;
    }
  };

  /** All configs are in the ring. */
  queued(): void {
    this.#options.onQueued?.();
  }

  /** Configs that may be in the ring now. */
  get depth(): number {
    const { depth = Number.POSITIVE_INFINITY } = this.#options;
    return typeof depth === 'function' ? depth() : depth;
  }

  /** Throws what should end the batch early. */
  check(): void {
    if (this.failure) throw this.failure.error;
    this.#options.signal?.throwIfAborted();
  }
}

/** Splits a batch's item into config and input. */
export function unpack<C extends object>(item: C | StagedConfig<C>): { config: C; input: Uint8Array | undefined } {
  if (item === null || typeof item !== 'object') throw invalidArgument('config', item, 'an object');
  if ('config' in item && 'input' in item) return item as StagedConfig<C>;
  return { config: item as C, input: undefined };
}
