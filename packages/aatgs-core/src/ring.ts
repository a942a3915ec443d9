import { type SlotViews, u64Field, viewsOf } from './codec.ts';
import { ConfigHeader, RingDoorbell, RingMirror, type SlotKind, TelemetryHeader } from './generated/ring-layout.ts';
import type { NativeContext, NativeContextInfo } from './native/binding.ts';

const CONFIG_BYTES = 256;
const TELEMETRY_BYTES = 64;

/** Byte offsets of header fields as word offsets: constants on the hot path. */
const H = {
  sequence: ConfigHeader.sequence >>> 2,
  kind: ConfigHeader.kind >>> 2,
  iteration: ConfigHeader.iteration >>> 2,
  seed: ConfigHeader.seed >>> 2,
  phase: ConfigHeader.phase >>> 2,
  flags: ConfigHeader.flags >>> 2,
  input: ConfigHeader.input >>> 2,
  inputBytes: ConfigHeader.inputBytes >>> 2,
  output: ConfigHeader.output >>> 2,
  outputBytes: ConfigHeader.outputBytes >>> 2,
} as const;

/**
 * The ring block as JavaScript sees it: slot stores are typed-array stores, and one native call makes them visible.
 * Private to core; the buffer never leaves it, since a user must not be able to detach or transfer it.
 */
export class RingView {
  readonly views: SlotViews;
  readonly configSlots: number;
  readonly telemetrySlots: number;
  readonly inputStride: number;
  readonly outputStride: number;
  /** Cursors this side owns, modulo 2^32. */
  configWrite: number;
  telemetryRead: number;
  // Numbers of our own, not reads of the native object: they are on the hot path.
  readonly #u32: Uint32Array;
  readonly #configs: number;
  readonly #telemetry: number;
  readonly #doorbell: number;
  readonly #mirror: number;
  readonly #publish: () => void;
  /** Byte offsets of the first staging areas. */
  readonly #inputAreas: number;
  readonly #outputAreas: number;
  /** Device addresses of the staging areas, as low and high words. */
  readonly #inputs: Uint32Array;
  readonly #outputs: Uint32Array;

  constructor(
    native: NativeContext,
    places: NativeContextInfo,
    configSlots: number,
    telemetrySlots: number,
    start: number,
  ) {
    this.views = viewsOf(native.buffer);
    this.configSlots = configSlots;
    this.telemetrySlots = telemetrySlots;
    this.inputStride = places.inputStride;
    this.outputStride = places.outputStride;
    this.configWrite = start;
    this.telemetryRead = start;
    this.#u32 = this.views.u32;
    this.#configs = places.configs;
    this.#telemetry = places.telemetry;
    this.#inputAreas = places.inputs;
    this.#outputAreas = places.outputs;
    this.#doorbell = places.doorbell >>> 2;
    this.#mirror = places.mirror >>> 2;
    this.#publish = native.publish;
    const addresses = (count: number, first: number, stride: number) => {
      const words = new Uint32Array(2 * count);
      for (let i = 0; i < count && stride > 0; i++) {
        u64Field(words, 2 * i, places.ringAddress + BigInt(first + i * stride), 'address');
      }
      return words;
    };
    this.#inputs = addresses(configSlots, places.inputs, places.inputStride);
    this.#outputs = addresses(telemetrySlots, places.outputs, places.outputStride);
  }

  /** Configs consumed by the engine, as of the last publish(). */
  get configRead(): number {
    return this.#u32[this.#mirror + (RingMirror.configRead >>> 2)] as number;
  }
  /** Records published by the engine, as of the last publish(). */
  get telemetryWrite(): number {
    return this.#u32[this.#mirror + (RingMirror.telemetryWrite >>> 2)] as number;
  }
  /** Another mirrored word: status, epoch, heartbeat, stalls, parks or wakeups. */
  mirrored(field: keyof typeof RingMirror): number {
    return this.#u32[this.#mirror + (RingMirror[field] >>> 2)] as number;
  }
  get configUsed(): number {
    return (this.configWrite - this.configRead) >>> 0;
  }
  get telemetryUsed(): number {
    return (this.telemetryWrite - this.telemetryRead) >>> 0;
  }

  /** Byte offset of the next free config slot. */
  nextSlot(): number {
    return this.#configs + CONFIG_BYTES * (this.configWrite & (this.configSlots - 1));
  }

  /** Fills the header of the next slot; its staging areas follow from its position. The seed comes as two words. */
  writeHeader(
    slot: number,
    kind: (typeof SlotKind)[keyof typeof SlotKind],
    iteration: number,
    seedLow: number,
    seedHigh: number,
    phase: number,
    flags: number,
    inputBytes: number,
  ): void {
    const u32 = this.#u32;
    const word = slot >>> 2;
    const input = 2 * (this.configWrite & (this.configSlots - 1));
    const output = 2 * (this.configWrite & (this.telemetrySlots - 1));
    u32[word + H.sequence] = this.configWrite;
    u32[word + H.kind] = kind;
    u32[word + H.iteration] = iteration >>> 0;
    // A division only for who has come that far.
    u32[word + H.iteration + 1] = iteration > 0xffff_ffff ? (iteration / 0x1_0000_0000) >>> 0 : 0;
    u32[word + H.seed] = seedLow;
    u32[word + H.seed + 1] = seedHigh;
    u32[word + H.phase] = phase;
    u32[word + H.flags] = flags;
    u32[word + H.input] = this.#inputs[input] as number;
    u32[word + H.input + 1] = this.#inputs[input + 1] as number;
    u32[word + H.inputBytes] = inputBytes;
    u32[word + H.inputBytes + 1] = 0;
    u32[word + H.output] = this.#outputs[output] as number;
    u32[word + H.output + 1] = this.#outputs[output + 1] as number;
    u32[word + H.outputBytes] = this.outputStride;
    u32[word + H.outputBytes + 1] = 0;
  }

  /** Replaces the seed of the slot just written. */
  writeSeed(slot: number, seed: number | bigint): void {
    u64Field(this.views.u32, (slot >>> 2) + H.seed, seed, 'seed');
  }

  /** Turns the slot just written into a copy between two device addresses. */
  writeCopy(slot: number, from: bigint, to: bigint, bytes: number): void {
    const word = slot >>> 2;
    u64Field(this.views.u32, word + H.input, from, 'from');
    u64Field(this.views.u32, word + H.inputBytes, bytes, 'bytes');
    u64Field(this.views.u32, word + H.output, to, 'to');
  }

  /** Copies a config's input into its staging area. */
  stage(input: Uint8Array): void {
    const at = this.#inputAreas + this.inputStride * (this.configWrite & (this.configSlots - 1));
    this.views.u8.set(input, at);
  }

  /** Hands the slot just written to the engine. */
  push(): void {
    this.configWrite = (this.configWrite + 1) >>> 0;
    this.sync();
  }

  /** Exchanges cursors with the engine: one native call. */
  sync(): void {
    const u32 = this.#u32;
    u32[this.#doorbell + (RingDoorbell.configWrite >>> 2)] = this.configWrite;
    u32[this.#doorbell + (RingDoorbell.telemetryRead >>> 2)] = this.telemetryRead;
    this.#publish();
  }

  /** Byte offset of the oldest unread record. */
  oldestRecord(): number {
    return this.#telemetry + TELEMETRY_BYTES * (this.telemetryRead & (this.telemetrySlots - 1));
  }

  /** A copy of what the step wrote to the oldest record's output area. */
  copyOutput(): Uint8Array | null {
    const bytes = this.views.u32[(this.oldestRecord() + TelemetryHeader.outputBytes) >>> 2] as number;
    if (bytes === 0) return null;
    const at = this.#outputAreas + this.outputStride * (this.telemetryRead & (this.telemetrySlots - 1));
    return this.views.u8.slice(at, at + Math.min(bytes, this.outputStride));
  }
}
