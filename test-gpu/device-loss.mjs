// node device-loss.mjs <phase> <devices> <lost>: the fault module runs `phase` on device 1 in the middle of a batch of a group,
// which goes on until the device has been lost and then some; afterwards `lost` are lost, the batch is whole, and its records
// are those of the CPU.
import assert from 'node:assert/strict';
import { GpuExecutionContext } from '@aatgs/core';
import { bits, faultModule, group, job } from './fixtures.mjs';

const [phase, list, lost] = process.argv.slice(2);
const members = list.split(',').map((name) => (name === 'cpu' ? name : Number(name)));
const SPIN_NS = 300_000;
const AFTERWARDS_MS = 1000; // time for every member to find out
const deadline = performance.now() + 15_000;

const several = group(members, { heartbeatTimeoutMs: 500 });
const killer = new GpuExecutionContext(faultModule(), { device: 1, async: true, heartbeatTimeoutMs: 500 });
let fate;
let end = deadline;
function* work() {
  for (let seed = 0; performance.now() < end; seed++) yield job(seed, SPIN_NS);
}

const seen = new Set();
const records = await several.executeBatch(work(), {
  onResult(_, index) {
    assert.ok(!seen.has(index), `result ${index} came twice`);
    seen.add(index);
    if (index !== 1000) return;
    killer.execute({ phase: Number(phase) });
    killer.flush().then(
      () => assert.fail('the step that should go wrong ended well'),
      (error) => {
        fate = error;
        end = performance.now() + AFTERWARDS_MS;
      },
    );
  },
});
assert.equal(fate?.code, 'ERR_AATGS_DEVICE_LOST');
assert.equal(killer.health().state, 'lost');
assert.equal(seen.size, records.length);
const states = several.info.map(({ device, state, done }) => `${device}: ${state}, ${done} jobs`);
assert.deepEqual(
  several.info.filter(({ state }) => state === 'lost').map(({ device }) => String(device)),
  lost.split(','),
  states.join('; '),
);
await several.shutdown();
await killer.shutdown();

const alone = group(['cpu']);
const jobs = Array.from({ length: records.length / job(0).length }, (_, seed) => job(seed));
assert.deepEqual(bits(records), bits(await alone.executeBatch(jobs)));
await alone.shutdown();
console.log(`nothing lost, nothing doubled: ${states.join('; ')}`);
