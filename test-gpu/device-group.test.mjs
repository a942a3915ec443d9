import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { DeviceGroup, devices, TaskGraph } from '@aatgs/core';
import { ExamplePhase } from '@aatgs/core/example';
import { edwardsAnderson, Thermo } from '@aatgs/thermo';
import { gnp, PhiloxStream, Whcr } from '@aatgs/whcr';
import { bits, group, jobs, runNode } from './fixtures.mjs';

const skip = devices().cuda.devices.length < 2 && 'SKIPPED: there is only one GPU';
const places = [['cpu'], [0], [1], [0, 1], [0, 'cpu', 1]];
const digest = (array) => createHash('sha256').update(new Uint8Array(array.buffer)).digest('hex').slice(0, 16);
test('a batch has the same records on every set of devices', { skip }, async () => {
  let expected;
  for (const list of places) {
    await using several = group(list);
    const records = bits(await several.executeBatch(jobs()));
    expected ??= records;
    assert.deepEqual(records, expected, `devices ${list}`);
  }
});

for (const [name, make, run] of [
  [
    'WHCR',
    (where) => new Whcr(gnp(120, 0.5, 1), { ...where, async: true, population: 4, maxColors: 20 }),
    async (whcr, seed) => {
      const random = new PhiloxStream(seed, 1);
      const coloring = Uint32Array.from({ length: 120 }, () => random.below(17));
      const result = await whcr.repair(coloring, { colors: 17, seed, maxIterations: 8000 });
      return [digest(result.coloring), result.iterations];
    },
  ],
  [
    'thermo',
    (where) => new Thermo(edwardsAnderson([8, 8], 1), { ...where, async: true, maxSamples: 0 }),
    async (thermo, seed) => {
      const result = await thermo.minimize({ seed, maxSweeps: 400 });
      return [digest(result.state), result.bestEnergy];
    },
  ],
]) {
  test(`${name} gives the same results on every set of devices`, { skip }, async () => {
    let expected;
    for (const list of places) {
      await using several = new DeviceGroup(({ device }) => make({ device }), { devices: list });
      const results = await several.map(
        Array.from({ length: 12 }, (_, i) => i),
        run,
      );
      expected ??= results;
      assert.deepEqual(results, expected, `devices ${list}`);
    }
  });
}

test('bytes go from one GPU to the other by the link that info names', { skip }, async () => {
  await using three = group([0, 1, 'cpu']);
  const links = three.info.map((member) => member.links);
  console.log('links', JSON.stringify(links));
  const data = Uint32Array.from({ length: 1 << 20 }, (_, i) => Math.imul(i, 2654435761));
  for (const [i, from] of three.members.entries()) {
    for (const [j, to] of three.members.entries()) {
      const [source, target] = [from.createBuffer(data.byteLength), to.createBuffer(data.byteLength)];
      await source.upload(data);
      const start = performance.now();
      assert.equal(await source.copyTo(target), links[i][j]);
      console.log(`${i} to ${j}: ${links[i][j]}, 4 MiB in ${(performance.now() - start).toFixed(2)} ms`);
      assert.deepEqual(await target.download(new Uint32Array(data.length)), data);
    }
  }
});

test('tasks of a graph on two GPUs overlap', { skip }, async () => {
  await using two = group([0, 1]);
  const graph = new TaskGraph();
  for (let i = 0; i < 2; i++) graph.step(`${i}`, two, {}, { phase: ExamplePhase.SPIN, spinNs: 50_000_000 });
  await graph.run();
  const { report } = await graph.run();
  assert.deepEqual(report.tasks.map((task) => task.place).sort(), ['gpu 0', 'gpu 1']);
  assert.ok(report.elapsedMs < 90, `two steps of 50 ms took ${report.elapsedMs} ms`);
});

// The last test: it loses GPU 1 for this process.
for (const [what, phase, devices, lost] of [
  ['a GPU that hangs in the middle of a batch: its work is done by the other', ExamplePhase.WAIT, [0, 1], [1]],
  ['an illegal access costs all GPUs of the process: the CPU does the rest', ExamplePhase.RESET, [0, 1, 'cpu'], [0, 1]],
]) {
  test(what, { skip }, async () => {
    const program = ['device-loss.mjs', [String(phase), devices.join(), lost.join()], { timeoutMs: 40_000 }];
    const { code, stderr, stdout } = await runNode(...program);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /nothing lost, nothing doubled/);
  });
}
