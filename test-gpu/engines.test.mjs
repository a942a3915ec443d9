import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { GpuExecutionContext } from '@aatgs/core';
import { ExamplePhase } from '@aatgs/core/example';
import { gnp, queen, Whcr } from '@aatgs/whcr';
import { example, runSteps } from './fixtures.mjs';

const places = [
  { device: 'cpu', threads: 1 },
  { device: 'cpu', threads: 3 },
  { device: 0, engine: 'launch' },
  { device: 0, engine: 'resident' },
  { device: 0, engine: 'auto' },
  { device: 0, engine: 'resident', maxBlocks: 3 },
];
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** The same work on every engine, sync and async; prints what each ended with. */
async function everywhere(run) {
  const outcomes = {};
  for (const place of places) {
    for (const async of [false, true]) {
      if (!async && place.engine === 'resident') continue;
      outcomes[JSON.stringify({ ...place, async })] = await run({ ...place, async });
    }
  }
  console.log(outcomes);
  assert.equal(new Set(Object.values(outcomes)).size, 1, 'engines ended in different states');
}

test('the example module ends in the same bits on every engine', () =>
  everywhere(async (options) => {
    await using context = new GpuExecutionContext(example({ entities: 5000, goal: 3000 }), options);
    await context.executeBatch(Array.from({ length: 300 }, () => ({ substeps: 2 })));
    return digest(await context.read('counters'));
  }));

for (const [name, graph, colors, maxIterations] of [
  ['G(200, 0.5), 26 colours', gnp(200, 0.5, 1), 26, 400_000],
  ['queen 11x11, 13 colours', queen(11), 13, 400_000],
  ['G(3000, 0.002), 5 colours', gnp(3000, 0.002, 7), 5, 400_000],
]) {
  test(`WHCR ends in the same colouring on every engine: ${name}`, () =>
    everywhere(async (options) => {
      await using whcr = new Whcr(graph, { ...options, population: 8, maxColors: colors });
      const { coloring, finalConflicts, iterations } = await whcr.color({ colors, seed: 3, maxIterations });
      return `${digest(new Uint8Array(coloring.buffer))} ${finalConflicts} ${iterations}`;
    }));
}

test("engine 'auto' launches while steps are long and is resident again when they are short", async () => {
  await using context = new GpuExecutionContext(example(), { device: 0, async: true });
  await runSteps(context, 1000);
  assert.equal(context.info.engine, 'resident');
  for (let i = 0; i < 20; i++) await context.submit({ phase: ExamplePhase.SPIN, spinNs: 5_000_000 });
  await context.flush();
  assert.equal(context.info.engine, 'launch');
  for (let i = 0; i < 500; i++) await context.submit({ phase: ExamplePhase.SPIN, spinNs: 1000 });
  await context.flush();
  await context.submit({ phase: ExamplePhase.SPIN, spinNs: 1000 });
  await context.flush();
  assert.equal(context.info.engine, 'resident');
  assert.deepEqual(
    context.poll().map((record) => record.sequence),
    Array.from({ length: 521 }, (_, i) => 1000 + i),
  );
});
