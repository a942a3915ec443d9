import type { ConfigRecord, TelemetryRecord } from './codec.ts';
import type { Pipeline } from './pipeline.ts';

/** Those who read a pipeline's FIFO as it fills. */
export class Readers<T extends TelemetryRecord> {
  readonly #pipeline: Pipeline<ConfigRecord, T>;
  #waiting: (() => void)[] = [];

  constructor(pipeline: Pipeline<ConfigRecord, T>) {
    this.#pipeline = pipeline;
  }

  /** The FIFO as an async iterator; ends when the pipeline does or the signal aborts, and throws if the device was lost. */
  async *records(signal?: AbortSignal): AsyncGenerator<T, void, undefined> {
    const wake = () => this.wake();
    signal?.addEventListener('abort', wake, { once: true });
    try {
      while (!signal?.aborted) {
        const record = this.#pipeline.fifo.shift();
        if (record !== undefined) {
          yield record;
        } else if (this.#pipeline.ended) {
          if (this.#pipeline.ended.code === 'ERR_AATGS_DEVICE_LOST') throw this.#pipeline.ended;
          return;
        } else {
          await this.#next();
        }
      }
    } finally {
      signal?.removeEventListener('abort', wake);
    }
  }

  /** Lets everybody look: records may have arrived, or the pipeline has ended. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  }

  /** Resolves when a record may have arrived, or the pipeline ended. */
  async #next(): Promise<void> {
    const pipeline = this.#pipeline;
    const woken = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (pipeline.drained) return woken;
    const next = (pipeline.ring.telemetryRead + 1) >>> 0;
    await Promise.race([woken, pipeline.waiters.wait('telemetry', next).catch(() => {})]);
  }
}
