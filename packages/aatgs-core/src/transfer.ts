import type { ConfigRecord, TelemetryRecord } from './codec.ts';
import { guarded } from './errors.ts';
import type { NativeContext } from './native/binding.ts';
import type { Pipeline } from './pipeline.ts';

type AnyPipeline = Pipeline<ConfigRecord, TelemetryRecord>;

/** Reads device memory in-band: after every config queued so far, before every later one. */
export async function readDevice(
  native: NativeContext,
  pipeline: AnyPipeline,
  from: bigint,
  into: Uint8Array,
): Promise<void> {
  await bounce(native, pipeline, into.byteLength, async (host) => {
    await copyDevice(pipeline, from, host, into.byteLength);
    native.readHost(host, into);
  });
}

/** Writes device memory in-band. The bytes are taken at once; `from` may be reused when this returns. */
export async function writeDevice(
  native: NativeContext,
  pipeline: AnyPipeline,
  to: bigint,
  from: Uint8Array,
): Promise<void> {
  await bounce(native, pipeline, from.byteLength, (host) => {
    native.writeHost(host, from);
    return copyDevice(pipeline, host, to, from.byteLength);
  });
}

/** Lends a host buffer the device can address. */
async function bounce(
  native: NativeContext,
  pipeline: AnyPipeline,
  bytes: number,
  use: (host: bigint) => Promise<void>,
): Promise<void> {
  pipeline.check();
  if (bytes === 0) return;
  const host = guarded(() => native.allocate(false, bytes));
  try {
    await use(host);
  } finally {
    // When the pipeline ended in between, a step may still be copying; the memory goes with the context.
    if (!pipeline.ended) native.free(host);
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
