import type { ConfigRecord, TelemetryRecord } from './codec.ts';
import { type BufferHost, DeviceBuffer, DeviceSpan } from './device-buffer.ts';
import { guarded, invalidArgument } from './errors.ts';
import type { NativeContext, NativeContextInfo } from './native/binding.ts';
import type { Pipeline } from './pipeline.ts';
import { decodeSnapshot, encodeSnapshot, type SnapshotHeader } from './snapshot.ts';
import { copyDevice, Transfers } from './transfer.ts';
import type { Turns } from './turns.ts';

/** What of a module goes into its snapshots. */
export interface SnapshotSource {
  readonly name: string;
  readonly info: { readonly version: string };
  identity(): string;
}

/** A context's device memory as the host reaches it: always in-band, in call order with batches and submits. */
export class DeviceMemory {
  readonly #native: NativeContext;
  readonly #pipeline: Pipeline<ConfigRecord, TelemetryRecord>;
  readonly #places: NativeContextInfo;
  readonly #module: SnapshotSource;
  readonly #transfers: Transfers;

  readonly #host: BufferHost;

  constructor(
    native: NativeContext,
    device: 'cpu' | number,
    pipeline: Pipeline<ConfigRecord, TelemetryRecord>,
    places: NativeContextInfo,
    module: SnapshotSource,
    turns: Turns,
  ) {
    this.#native = native;
    this.#pipeline = pipeline;
    this.#places = places;
    this.#module = module;
    this.#transfers = new Transfers(native, pipeline, turns);
    this.#host = {
      device,
      read: (from, into) => this.#transfers.read(from, into),
      write: (to, from) => this.#transfers.write(to, from),
      // Without a turn: two contexts that copy to each other hold each other's.
      copyFrom: (from, to, bytes) => copyDevice(pipeline, from, to, bytes),
      still: (task) =>
        turns.run(async () => {
          await pipeline.waiters.wait('telemetry', pipeline.ring.configWrite);
          await task();
        }),
      release: (buffer) => this.#release(buffer),
    };
  }

  async snapshot(): Promise<Uint8Array> {
    const state = new Uint8Array(this.#places.stateBytes);
    await this.#transfers.read(this.#places.stateAddress, state);
    return encodeSnapshot(this.#header(), state);
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    await this.#transfers.write(this.#places.stateAddress, decodeSnapshot(snapshot, this.#header()));
  }

  async readRegion(name: string, byteOffset: number, byteLength?: number): Promise<Uint8Array> {
    const { regions } = this.#places;
    const region = regions.find((candidate) => candidate.name === name);
    if (!region) {
      throw invalidArgument('region', name, `one of ${regions.map((known) => known.name).join(', ') || '(none)'}`);
    }
    const length = byteLength ?? region.bytes - byteOffset;
    if (!isCount(byteOffset) || !isCount(length) || byteOffset + length > region.bytes)
      throw invalidArgument(
        'byteOffset',
        byteOffset,
        `a range of ${length} bytes inside the ${region.bytes} of ${name}`,
      );
    const bytes = new Uint8Array(length);
    await this.#transfers.read(region.address + BigInt(byteOffset), bytes);
    return bytes;
  }

  createBuffer(byteLength: number): DeviceBuffer {
    this.#pipeline.check();
    checkLength(byteLength);
    const address = guarded(() => this.#native.allocate(true, byteLength));
    return new DeviceBuffer(this.#host, address, byteLength);
  }

  borrow(address: bigint, byteLength: number): DeviceSpan {
    this.#pipeline.check();
    if (typeof address !== 'bigint' || address < 1n) throw invalidArgument('address', address, 'a bigint above zero');
    checkLength(byteLength);
    return new DeviceSpan(this.#host, address, byteLength);
  }

  #release(address: bigint): void {
    const { ended, ring, waiters } = this.#pipeline;
    if (ended) return; // the memory went with the context
    waiters.wait('telemetry', ring.configWrite).then(
      () => this.#native.free(address),
      () => {}, // the context ended meanwhile
    );
  }

  #header(): SnapshotHeader {
    return {
      module: this.#module.name,
      moduleVersion: this.#module.info.version,
      identity: this.#module.identity(),
      stateBytes: this.#places.stateBytes,
    };
  }
}

const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0;

function checkLength(byteLength: number): void {
  if (!Number.isSafeInteger(byteLength) || byteLength < 1) {
    throw invalidArgument('byteLength', byteLength, 'an integer of at least 1');
  }
}
