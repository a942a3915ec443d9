import { invalidArgument } from './errors.ts';
import { Status, TelemetryHeader } from './generated/ring-layout.ts';

/** Typed-array views over one block of memory; `base` in the codecs is a byte offset into it. */
export interface SlotViews {
  /** Bytes. */
  readonly u8: Uint8Array;
  /** Words, unsigned; index = byte offset / 4. */
  readonly u32: Uint32Array;
  /** Words, signed; index = byte offset / 4. */
  readonly i32: Int32Array;
  /** Single precision; index = byte offset / 4. */
  readonly f32: Float32Array;
  /** Double precision; index = byte offset / 8. */
  readonly f64: Float64Array;
  /** 64-bit words as bigints; index = byte offset / 8. */
  readonly u64: BigUint64Array;
}

/** Views over a whole buffer. Its length must be a multiple of 8. */
export function viewsOf(buffer: ArrayBuffer): SlotViews {
  return {
    u8: new Uint8Array(buffer),
    u32: new Uint32Array(buffer),
    i32: new Int32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    u64: new BigUint64Array(buffer),
  };
}

/** What every config may carry besides its module's own fields. */
export interface ConfigRecord {
  /** The module's phase id. Default 0. */
  readonly phase?: number;
  /** The module's flag bits. Default 0. */
  readonly flags?: number;
  /** Seed of the random numbers, 64 bits. Default: the context's `seed`. */
  readonly seed?: number | bigint;
}

/** What every telemetry record carries besides its module's own fields. */
export interface TelemetryRecord {
  /** Sequence of the config this record answers, modulo 2^32. */
  readonly sequence: number;
  /** Bits of `Status`; see {@link isConverged} and {@link isIdle}. */
  readonly status: number;
  /** How many configs ran before this one in this context. */
  readonly iteration: number;
  /** Time the step took, in nanoseconds. Not part of a result: it differs from run to run. */
  readonly durationNs: number;
  /** Phase of the config this record answers. */
  readonly phase: number;
  /** Bytes the step wrote to its output area. */
  readonly outputBytes: number;
  /** A copy of those bytes, or null when there are none. */
  readonly output: Uint8Array | null;
}

/** Whether the step reported that its goal is reached. */
export const isConverged = (record: TelemetryRecord): boolean => (record.status & Status.CONVERGED) !== 0;

/** Whether the step had nothing to do, because the state had converged before. */
export const isIdle = (record: TelemetryRecord): boolean => (record.status & Status.IDLE) !== 0;

/** A field's place, for the comparison with the compiled module. */
export interface LayoutField {
  /** `Struct.field`, in the spelling of the layout description. */
  readonly name: string;
  /** Bytes from the start of the struct. */
  readonly offset: number;
  /** Bytes the field takes, all elements of an array together. */
  readonly bytes: number;
}

/** The generated TypeScript side of a module's messages. */
export interface ModuleLayout<Setup, Config extends ConfigRecord, Telemetry extends TelemetryRecord> {
  /** The layout's name, which is the C++ namespace below `aatgs::`. */
  readonly name: string;
  /** Hash of the description; the compiled module carries the same one. */
  readonly fingerprint: string;
  /** Every field of every message; compared with the compiled module when it is loaded. */
  readonly fields: readonly LayoutField[];
  /** Size of the setup's header, a multiple of 16. */
  readonly setupBytes: number;
  /** Writes a setup's header at `base`. Throws ERR_AATGS_INVALID_ARGUMENT for a value its field cannot hold. */
  encodeSetup(views: SlotViews, base: number, setup: Setup): void;
  /** Writes a config's own fields into the slot at `base`. Throws ERR_AATGS_INVALID_ARGUMENT as `encodeSetup` does. */
  encodeConfig(views: SlotViews, base: number, config: Config): void;
  /** Reads the record in the slot at `base`; the copy shares no memory with the ring. */
  decodeTelemetry(views: SlotViews, base: number): Telemetry;
}

/** Word offsets of the record header; used by generated decoders. */
export const telemetryHeader = {
  sequence: TelemetryHeader.sequence >>> 2,
  status: TelemetryHeader.status >>> 2,
  iteration: TelemetryHeader.iteration >>> 2,
  durationNs: TelemetryHeader.durationNs >>> 2,
  phase: TelemetryHeader.phase >>> 2,
  outputBytes: TelemetryHeader.outputBytes >>> 2,
} as const;

/** Checks a value for a `u32` field; used by generated encoders. */
export function u32Field(value: number, name: string): number {
  if (value >>> 0 !== value) throw invalidArgument(name, value, 'an integer from 0 to 2^32 - 1');
  return value;
}

/** Stores a value of a `u64` field as two words; used by generated encoders. */
export function u64Field(u32: Uint32Array, word: number, value: number | bigint, name: string): void {
  if (typeof value === 'bigint') {
    if (value !== BigInt.asUintN(64, value)) throw invalidArgument(name, value, 'an integer from 0 to 2^64 - 1');
    u32[word] = Number(value & 0xffff_ffffn);
    u32[word + 1] = Number(value >> 32n);
    return;
  }
  if (!Number.isSafeInteger(value) || value < 0) throw invalidArgument(name, value, 'an integer from 0 to 2^53 - 1');
  u32[word] = value >>> 0;
  u32[word + 1] = (value / 0x1_0000_0000) >>> 0;
}
