// node device-loss.mjs <phase> <devices> <lost>: the fault module runs `phase` on device 1 in the middle of a batch of a group;
// afterwards `lost` are lost, the batch is whole, and its records are those of the CPU.
import assert from 'node:assert/strict';
import { GpuExecutionContext } from '@aatgs/core';
import { bits, faultModule, group, jobs } from './fixtures.mjs';

const [phase, list, lost] = process.argv.slice(2);
const members = list.split(',').map((name) => (name === 'cpu' ? name : Number(name)));
const work = jobs(300_000); // long enough that a step that hangs gets its turn in the middle
const alone = group(['cpu']);
const expected = bits(await alone.executeBatch(work));
await alone.shutdown();

const several = group(members, { heartbeatTimeoutMs: 1000 });
const killer = new GpuExecutionContext(faultModule(), { device: 1, async: true, heartbeatTimeoutMs: 1000 });
const seen = new Set();
const records = await several.executeBatch(work, {
  onResult(_, index) {
    assert.ok(!seen.has(index), `result ${index} came twice`);
    seen.add(index);
    if (index === 1000) killer.execute({ phase: Number(phase) });
  },
});
assert.equal(seen.size, records.length);
assert.deepEqual(bits(records), expected);
const states = several.info.map(({ device, state, done }) => `${device}: ${state}, ${done} jobs`);
assert.deepEqual(
  several.info.filter(({ state }) => state === 'lost').map(({ device }) => String(device)),
  lost.split(','),
  states.join('; '),
);
assert.equal(killer.health().state, 'lost');
console.log(`nothing lost, nothing doubled: ${states.join('; ')}`);
await several.shutdown();
await killer.shutdown();
