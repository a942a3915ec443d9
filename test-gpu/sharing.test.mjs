import assert from 'node:assert/strict';
import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { GpuExecutionContext } from '@aatgs/core';
import { ExamplePhase } from '@aatgs/core/example';
import { example, here, runNode, runSteps } from './fixtures.mjs';

const open = (options, core = { GpuExecutionContext, example }) =>
  new core.GpuExecutionContext(core.example(), { device: 0, async: true, engine: 'resident', ...options });

/** Another copy of @aatgs/core, as a second version in a dependency tree would be. */
async function anotherCopy() {
  const folder = mkdtempSync(join(tmpdir(), 'aatgs-copy-'));
  cpSync(here('../node_modules'), join(folder, 'node_modules'), { recursive: true, dereference: true });
  const load = (file) => import(pathToFileURL(join(folder, 'node_modules/@aatgs/core/dist', file)).href);
  const [core, { exampleModule }] = [await load('index.js'), await load('example.js')];
  return { ...core, example: () => exampleModule({ entities: 64, goal: 0x7fffffff }) };
}

/** All work at the same time; how often each left the GPU meanwhile. */
async function together(contexts, steps) {
  const before = contexts.map((context) => context.stats.idle);
  await Promise.all(contexts.map((context) => runSteps(context, steps)));
  return contexts.map((context, i) => context.stats.idle - before[i]);
}
const options = { maxResidentMs: 60_000, idleTimeoutUs: 1_000_000 };
/** Grids of the example module that a GPU has no room for together: eight of its blocks fit on a multiprocessor. */
const TOO_MANY = 10;

test('two contexts with a part of the multiprocessors each stay on the GPU together', async () => {
  await using a = open({ ...options, maxBlocks: 60 });
  await using b = open({ ...options, maxBlocks: 60 });
  assert.deepEqual(await together([a, b], 20_000), [0, 0]);
});

test('contexts that the GPU has no room for together take turns', async () => {
  await using all = new AsyncDisposableStack();
  const contexts = Array.from({ length: TOO_MANY }, () => all.use(open(options)));
  const left = await together(contexts, 10_000);
  assert.ok(
    left.every((count) => count > 0),
    `left ${left} times`,
  );
});

test('two copies of core share one arbiter', async () => {
  await using all = new AsyncDisposableStack();
  const a = all.use(open(options));
  const copy = await anotherCopy();
  // Each copy's alone would have room.
  const mine = [a, ...Array.from({ length: TOO_MANY / 2 - 1 }, () => all.use(open(options)))];
  const theirs = Array.from({ length: TOO_MANY / 2 }, () => all.use(open(options, copy)));
  const left = await together([...mine, ...theirs], 10_000);
  assert.ok(
    left.every((count) => count > 0),
    `left ${left} times: a grid that would not leave for the other copy's`,
  );
  // What needs a quiet GPU has the other copy's grid leave as well.
  let done = false;
  const busy = (async () => {
    while (!done) await a.submit({ phase: ExamplePhase.SPIN, spinNs: 5000 });
    await a.flush();
    a.poll();
  })();
  const start = performance.now();
  for (let i = 0; i < 5; i++) await open(options, copy).shutdown();
  const took = performance.now() - start;
  done = true;
  await busy;
  assert.ok(took < 5000, `five contexts beside a busy copy took ${took.toFixed(0)} ms`);
});

test('two processes on one GPU both end, with the right records', async () => {
  const run = () => runNode('../soak.mjs', ['--seconds', '6', '--device', '0', '--engine', 'resident']);
  for (const { code, stdout, stderr } of await Promise.all([run(), run()])) {
    assert.equal(code, 0, stderr);
    assert.match(stdout, /none lost, none doubled/);
  }
});

test('other CUDA work on the GPU goes on beside a busy resident grid', async () => {
  await using context = open({});
  let done = false;
  const busy = (async () => {
    while (!done) await context.submit({ phase: ExamplePhase.SPIN, spinNs: 5000 });
    await context.flush();
  })();
  const result = await runNode('run-program.mjs', ['native/sync_as_written', '200', '1', '5']);
  done = true;
  await busy;
  assert.equal(result.code, 0, result.stderr);
});
