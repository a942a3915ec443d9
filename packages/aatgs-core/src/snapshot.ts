import { createHash } from 'node:crypto';
import { AatgsError } from './errors.ts';

const MAGIC = 'AATGSNAP';
const VERSION = 1;
const PREFIX_BYTES = 16;
const DIGEST_BYTES = 32;

/** What a snapshot says about itself. */
export interface SnapshotHeader {
  readonly module: string;
  readonly moduleVersion: string;
  /** Identity of layout and input; a snapshot fits exactly the contexts that share it. */
  readonly identity: string;
  readonly stateBytes: number;
}

/** Layout: magic (8), version u32, header length u32, header as JSON, state, SHA-256 over all of it. */
export function encodeSnapshot(header: SnapshotHeader, state: Uint8Array): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(PREFIX_BYTES + json.length + state.length + DIGEST_BYTES);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode(MAGIC));
  view.setUint32(8, VERSION, true);
  view.setUint32(12, json.length, true);
  bytes.set(json, PREFIX_BYTES);
  bytes.set(state, PREFIX_BYTES + json.length);
  bytes.set(digest(bytes.subarray(0, -DIGEST_BYTES)), bytes.length - DIGEST_BYTES);
  return bytes;
}

/** Checks a snapshot against the context it is meant for. Throws ERR_AATGS_SNAPSHOT_INVALID with the reason. */
export function decodeSnapshot(bytes: Uint8Array, expected: SnapshotHeader): Uint8Array {
  const refuse = (reason: string, details: Record<string, unknown> = {}) =>
    new AatgsError('ERR_AATGS_SNAPSHOT_INVALID', `the snapshot cannot be restored: ${reason}`, { details });
  if (bytes.length < PREFIX_BYTES + DIGEST_BYTES || new TextDecoder().decode(bytes.subarray(0, 8)) !== MAGIC) {
    throw refuse('it does not start like one');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version !== VERSION) throw refuse(`its format is version ${version}, this core reads ${VERSION}`, { version });
  const end = bytes.length - DIGEST_BYTES;
  if (Buffer.compare(digest(bytes.subarray(0, end)), bytes.subarray(end)) !== 0) {
    throw refuse('its checksum is wrong, so it was cut short or damaged');
  }
  const stateStart = PREFIX_BYTES + view.getUint32(12, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, stateStart))) as SnapshotHeader;
  for (const key of ['module', 'identity', 'stateBytes'] as const) {
    if (header[key] !== expected[key]) {
      throw refuse(`its ${key} is ${header[key]}, this context's is ${expected[key]}`, { header, expected });
    }
  }
  return bytes.subarray(stateStart, end);
}

const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
