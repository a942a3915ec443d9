import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GpuExecutionContext } from '@aatgs/core';
import { example, here, runNode, runSteps } from './fixtures.mjs';

for (const engine of ['resident', 'launch']) {
  for (const kind of ['illegal', 'endless']) {
    test(`${kind} step on the ${engine} engine: typed errors, the process lives and exits cleanly`, async () => {
      const result = await runNode('fault-process.mjs', [kind, engine], { timeoutMs: 40_000 });
      assert.deepEqual({ code: result.code, signal: result.signal }, { code: 0, signal: null }, JSON.stringify(result));
      assert.match(result.stdout, /survived/);
      assert.match(result.stdout, kind === 'illegal' ? /illegal memory access/ : /no progress for 700 ms/);
    });
  }
}

test('out of memory: ERR_AATGS_OUT_OF_MEMORY, and the context goes on', async () => {
  await using context = new GpuExecutionContext(example(), { device: 0, async: true });
  assert.throws(() => context.createBuffer(2 ** 43), { code: 'ERR_AATGS_OUT_OF_MEMORY' });
  await runSteps(context, 100);
});

test('a driver that crashes is found out in a child process', async () => {
  const env = { LD_LIBRARY_PATH: here('native') };
  const result = await runNode('../node_modules/@aatgs/core/bin/aatgs.js', ['doctor', '--json'], { env });
  assert.equal(result.code, 0, JSON.stringify(result));
  assert.match(result.stdout, /failed in a test process/);
});
