import type { ConfigRecord, TelemetryRecord } from './codec.ts';
import { guarded } from './errors.ts';
import type { NativeContext } from './native/binding.ts';
import type { Pipeline } from './pipeline.ts';
import type { Turns } from './turns.ts';

type AnyPipeline = Pipeline<ConfigRecord, TelemetryRecord>;

/** Small transfers take pieces of pinned memory, which are allocated so many at a time. */
const PIECE_BYTES = 2 ** 16;
const PIECES = 16;
/** What is kept for the next transfer, bytes in all: larger allocations beyond it are given back. */
const KEPT_BYTES = 2 ** 24;

/** Host memory the device can address, on loan. */
interface Bounce {
  readonly address: bigint;
  readonly bytes: number;
}

/** In-band transfers between the host and device memory. */
export class Transfers {
  readonly #native: NativeContext;
  readonly #pipeline: AnyPipeline;
  readonly #turns: Turns;
  /** Not on loan. On a GPU all grids leave while pinned memory is allocated or freed, so some of it is kept. */
  #spare: Bounce[] = [];
  #keptBytes = 0;

  constructor(native: NativeContext, pipeline: AnyPipeline, turns: Turns) {
    this.#native = native;
    this.#pipeline = pipeline;
    this.#turns = turns;
  }

  /**
   * Reads device memory: after every config queued so far, before every later one. Its turn ends when it is queued, so that
   * later configs are fed while it waits.
   */
  async read(from: bigint, into: Uint8Array): Promise<void> {
    const pipeline = this.#pipeline;
    const queued = await this.#turns.run(async () => {
      pipeline.check();
      if (into.byteLength === 0) return undefined;
      const bounce = this.#take(into.byteLength);
      try {
        await pipeline.room();
        pipeline.queueRead(from, bounce.address, into.byteLength);
      } catch (error) {
        this.#give(bounce);
        throw error;
      }
      return { bounce, end: pipeline.ring.configWrite };
    });
    if (!queued) return;
    try {
      await pipeline.waiters.wait('telemetry', queued.end);
      this.#native.readHost(queued.bounce.address, into);
    } finally {
      this.#give(queued.bounce);
    }
  }

  /** Writes device memory, likewise; the bytes are taken when its turn comes. */
  async write(to: bigint, from: Uint8Array): Promise<void> {
    await this.#turns.run(async () => {
      this.#pipeline.check();
      if (from.byteLength === 0) return;
      const bounce = this.#take(from.byteLength);
      try {
        this.#native.writeHost(bounce.address, from);
        await copyDevice(this.#pipeline, bounce.address, to, from.byteLength);
      } finally {
        this.#give(bounce);
      }
    });
  }

  #take(bytes: number): Bounce {
    // Pieces for what fits in one, and no others.
    const fits = (spare: Bounce) =>
      bytes <= PIECE_BYTES ? spare.bytes === PIECE_BYTES : spare.bytes >= bytes && spare.bytes > PIECE_BYTES;
    const found = this.#spare.find(fits);
    if (found) {
      this.#spare = this.#spare.filter((spare) => spare !== found);
      if (found.bytes > PIECE_BYTES) this.#keptBytes -= found.bytes;
      return found;
    }
    const allocate = (size: number) => guarded(() => this.#native.allocate(false, size));
    if (bytes <= PIECE_BYTES) {
      const first = allocate(PIECES * PIECE_BYTES);
      for (let i = 1; i < PIECES; i++)
        this.#spare.push({ address: first + BigInt(i * PIECE_BYTES), bytes: PIECE_BYTES });
      return { address: first, bytes: PIECE_BYTES };
    }
    // In powers of two, so that one that grows a little each time still fits.
    const rounded = bytes > KEPT_BYTES ? bytes : 2 ** Math.ceil(Math.log2(bytes));
    return { address: allocate(rounded), bytes: rounded };
  }

  #give(bounce: Bounce): void {
    // When the pipeline ended in between, a step may still be copying; the memory goes with the context.
    if (this.#pipeline.ended) return;
    const large = bounce.bytes > PIECE_BYTES;
    if (large && this.#keptBytes + bounce.bytes > KEPT_BYTES) return void this.#native.free(bounce.address);
    if (large) this.#keptBytes += bounce.bytes;
    this.#spare.push(bounce);
  }
}

/** Copies between two addresses the device can reach, in order with what is queued. */
export async function copyDevice(pipeline: AnyPipeline, from: bigint, to: bigint, bytes: number): Promise<void> {
  pipeline.check();
  await pipeline.room();
  const target = (pipeline.ring.configWrite + 1) >>> 0;
  pipeline.queueCopy(from, to, bytes, () => {});
  await pipeline.waiters.wait('telemetry', target);
}
