import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { GpuExecutionContext } from '@aatgs/core';
import { ExamplePhase } from '@aatgs/core/example';
import { example } from './fixtures.mjs';

const MIB = 2 ** 20;
const open = (options = {}) => new GpuExecutionContext(example(), { device: 0, async: true, ...options });
const onDevice = () =>
  Number(
    execFileSync('nvidia-smi', [
      '--query-gpu=memory.used',
      '--format=csv,noheader,nounits',
      `--id=${(process.env.CUDA_VISIBLE_DEVICES ?? '0').split(',')[0]}`,
    ]),
  );

test('10,000 buffers come and go beside running steps: memory stays level, the grid stays', async () => {
  await using context = open({ engine: 'resident', idleTimeoutUs: 1_000_000, maxResidentMs: 60_000, onFull: 'block' });
  const round = async (count) => {
    for (let i = 0; i < count; i++) {
      context.execute({ phase: ExamplePhase.SPIN, spinNs: 20_000 });
      using buffer = context.createBuffer(MIB + i);
      assert.notEqual(buffer.address, 0n);
      if (i % 16 === 0) await turn();
    }
    await context.flush();
    context.poll();
    await turn();
    return { device: onDevice(), rss: process.memoryUsage.rss() / MIB };
  };
  const before = await round(1000);
  const after = await round(9000);
  assert.ok(after.device - before.device <= 64, `device memory went from ${before.device} to ${after.device} MiB`);
  assert.ok(after.rss - before.rss <= 48, `resident set went from ${before.rss} to ${after.rss} MiB`);
  assert.equal(context.stats.idle, 0);
});

test('300 contexts open and close: memory stays level', async () => {
  const round = async (count) => {
    for (let i = 0; i < count; i++) {
      await using context = open();
      await context.submit({ substeps: 1 });
      await context.flush();
    }
    await turn();
    return { device: onDevice(), rss: process.memoryUsage.rss() / MIB };
  };
  const before = await round(50);
  const after = await round(250);
  assert.ok(after.device - before.device <= 64, `device memory went from ${before.device} to ${after.device} MiB`);
  assert.ok(after.rss - before.rss <= 64, `resident set went from ${before.rss} to ${after.rss} MiB`);
});

test('forgotten contexts are collected before the GPU is full: the garbage collector knows what hangs on them', async () => {
  let collected = 0;
  const count = (warning) => {
    if (warning.code === 'AATGS_NOT_CLOSED') collected++;
  };
  process.on('warning', count);
  // 400 GiB in all: more than the GPU has.
  for (let i = 0; i < 100; i++) {
    open().createBuffer(4096 * MIB);
    await sleep(5);
  }
  process.off('warning', count);
  console.log(`${collected} of 100 forgotten contexts were collected`);
  assert.ok(collected >= 50);
});

test('a buffer is made in well under a millisecond while a step of 50 ms runs', async () => {
  await using context = open({ engine: 'resident' });
  context.createBuffer(MIB).dispose(); // the pool's first
  await context.flush();
  context.execute({ phase: ExamplePhase.SPIN, spinNs: 50_000_000 });
  const start = performance.now();
  context.createBuffer(MIB);
  const took = performance.now() - start;
  console.log(`createBuffer beside a running step: ${took.toFixed(3)} ms`);
  assert.ok(took < 25, `it waited for the step: ${took} ms`);
  await context.flush();
});
