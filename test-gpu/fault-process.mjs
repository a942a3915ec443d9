// node fault-process.mjs <illegal|endless> <engine>: loses the GPU and shows that everything else goes on. A second GPU, where
// there is one, goes on beside an endless step; after an illegal access CUDA gives up all GPUs of the process, and ours says so.
import assert from 'node:assert/strict';
import { devices, GpuExecutionContext } from '@aatgs/core';
import { ExamplePhase } from '@aatgs/core/example';
import { example, faultModule, runSteps } from './fixtures.mjs';

const [kind, engine] = process.argv.slice(2);
const phase = kind === 'illegal' ? ExamplePhase.RESET : ExamplePhase.WAIT;
const lost = { code: 'ERR_AATGS_DEVICE_LOST' };

const options = { device: 0, async: true, engine, heartbeatTimeoutMs: 700 };
const faulty = new GpuExecutionContext(faultModule(), options);
const beside = new GpuExecutionContext(example(), { device: 0, async: true, engine, maxBlocks: 4 });
const second = devices().cuda.devices[1]?.index;
const elsewhere = ['cpu', ...(second === undefined ? [] : [second])].map(
  (device) => new GpuExecutionContext(example(), { device, async: true }),
);
await runSteps(beside, 100);
await faulty.submit({ phase: ExamplePhase.RUN });
await faulty.flush();
assert.equal(faulty.poll().length, 1);
assert.equal(faulty.health().state === 'lost', false);

const buffer = beside.createBuffer(4096);
faulty.execute({ phase });
const pending = [
  faulty.flush(),
  faulty.executeBatch([{ phase: ExamplePhase.RUN }, { phase: ExamplePhase.RUN }]),
  faulty.snapshot(),
];
const start = performance.now();
for (const outcome of await Promise.allSettled(pending)) {
  assert.equal(outcome.status, 'rejected');
  assert.equal(outcome.reason.code, lost.code, String(outcome.reason));
}
assert.ok(performance.now() - start < 10_000, 'the pending calls took too long to reject');
assert.equal(faulty.health().state, 'lost');
assert.notEqual(faulty.health().reason, '');
console.log(faulty.health().reason);

// Everything on that device, at once and later.
await assert.rejects(async () => {
  for (let i = 0; i < 100; i++) await beside.submit({ substeps: 1 });
  await beside.flush();
}, lost);
await assert.rejects(() => buffer.download(new Uint8Array(16)), lost);
assert.throws(() => faulty.executeSync({ phase: ExamplePhase.RUN }), lost);
assert.throws(() => new GpuExecutionContext(example(), { device: 0 }), lost);

// And nothing else.
for (const context of elsewhere) {
  if (kind === 'illegal' && context.info.device !== 'cpu') {
    await assert.rejects(() => runSteps(context, 1000), { ...lost, message: /CUDA gives up all GPUs of a process/ });
    assert.equal(context.health().state, 'lost');
    continue;
  }
  await runSteps(context, 1000);
  await context.shutdown();
  console.log(`went on: ${context.info.deviceName}`);
}
buffer.dispose();
await faulty.shutdown();
await beside.shutdown();
console.log('survived');
