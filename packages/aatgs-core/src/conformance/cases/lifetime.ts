import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { guarded } from '../../errors.ts';
import { native } from '../../native/load.ts';
import { failsWith, type Harness, outcome, pause, sameOutcome } from '../harness.ts';
import type { ConformanceCase } from '../subject.ts';

/** Runs in a worker thread: opens the subject, says so, and stays busy in the way it was asked to. */
const WORKER = `
const { parentPort, workerData } = process.getBuiltinModule('node:worker_threads');
import(workerData.url).then(async ({ conformanceSubject: subject }) => {
  const context = subject.open({ async: true, seed: 7, ...workerData.target });
  if (workerData.how === 'finish') {
    const records = await context.executeBatch(subject.configs(20));
    await context.shutdown();
    parentPort.postMessage(records.length);
    return;
  }
  context.execute(subject.endless());
  parentPort.postMessage('busy');
  if (workerData.how === 'blocking') context.flushSync();
  else await context.flush();
}).catch((error) => parentPort.postMessage(String(error && error.stack || error)));
`;

/** Shutdown, abort and termination at any moment. */
export function lifetimeCases(h: Harness): ConformanceCase[] {
  const { subject } = h;
  const inWorker = (how: 'finish' | 'blocking' | 'awaiting') => {
    const worker = new Worker(WORKER, { eval: true, workerData: { url: subject.url, target: h.target, how } });
    const message = new Promise((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    return { worker, message };
  };
  return [
    {
      name: 'abort: the batch rejects with the reason, the context lives on',
      async run() {
        await h.with({ async: true, configSlots: 2 }, async (context) => {
          const reason = new Error('enough');
          await assert.rejects(context.executeBatch(subject.configs(5), { signal: AbortSignal.abort(reason) }), reason);
          const controller = new AbortController();
          const batch = context.executeBatch([subject.busy(100), ...subject.configs(100)], {
            signal: controller.signal,
          });
          setTimeout(() => controller.abort(reason), 20);
          await assert.rejects(batch, reason);
          await context.flush();
          await context.executeBatch([subject.reset()]);
          const expected = await h.reference(subject.configs(10));
          const { records } = await outcome(context, await context.executeBatch(subject.configs(10)));
          assert.equal(records.length, expected.records.length);
        });
      },
    },
    {
      name: 'a throwing onRecord ends the batch with that error',
      async run() {
        await h.with({ async: true }, async (context) => {
          const failure = new Error('from a callback');
          const onRecord = () => {
            throw failure;
          };
          await assert.rejects(context.executeBatch(subject.configs(40), { onRecord }), failure);
          await context.flush();
        });
      },
    },
    {
      name: 'shutdown while busy: prompt, pending calls reject with ERR_AATGS_CLOSED',
      async run() {
        const context = h.open({ async: true, configSlots: 4 });
        context.execute(subject.endless());
        const pending = [context.flush(), context.executeBatch(subject.configs(40)), context.snapshot()];
        const settled = Promise.allSettled(pending);
        await pause(20);
        const start = performance.now();
        await context.shutdown();
        assert.ok(performance.now() - start < 3000, 'shutdown took too long');
        for (const result of await settled) {
          assert.equal(result.status, 'rejected');
          assert.equal((result.reason as { code?: string }).code, 'ERR_AATGS_CLOSED');
        }
      },
    },
    {
      name: 'after shutdown every call says ERR_AATGS_CLOSED; shutdown again is fine',
      async run() {
        const context = h.open({ async: true });
        const [config] = subject.configs(1);
        assert.ok(config);
        await context.executeBatch([config]);
        await context.shutdown();
        await context.shutdown();
        context.shutdownSync();
        await failsWith('ERR_AATGS_CLOSED', () => context.execute(config));
        await failsWith('ERR_AATGS_CLOSED', () => context.submit(config));
        await failsWith('ERR_AATGS_CLOSED', () => context.flush());
        await failsWith('ERR_AATGS_CLOSED', () => context.snapshot());
        await failsWith('ERR_AATGS_CLOSED', () => context.createBuffer(16));
        assert.deepEqual(context.poll(), []);
        assert.equal(context.health().state, 'closed');
        assert.equal(context.stats.iterations.batch, 1);
      },
    },
    {
      name: 'using and await using close the context',
      async run() {
        let kept: { health(): { state: string } };
        {
          using context = h.open({ async: true });
          kept = context;
        }
        assert.equal(kept.health().state, 'closed');
        {
          await using context = h.open({ async: true });
          kept = context;
        }
        assert.equal(kept.health().state, 'closed');
      },
    },
    {
      name: 'contexts open and close 50 times',
      async run() {
        const expected = await h.reference(subject.configs(6));
        for (let i = 0; i < 50; i++) {
          await h.with({ async: true }, async (context) => {
            const records = await context.executeBatch(subject.configs(6));
            if (i % 10 === 0) sameOutcome(await outcome(context, records), expected, `round ${i}`);
          });
        }
      },
    },
    {
      name: 'a context in a worker thread runs to its end',
      async run() {
        const { worker, message } = inWorker('finish');
        assert.equal(await message, 20);
        await worker.terminate();
      },
    },
    ...(['awaiting', 'blocking'] as const).map((how) => ({
      name: `a worker thread can be terminated while its context is busy (${how})`,
      async run() {
        const { worker, message } = inWorker(how);
        assert.equal(await message, 'busy');
        await pause(30);
        const start = performance.now();
        await worker.terminate();
        assert.ok(performance.now() - start < 5000, 'terminate took too long');
      },
    })),
    {
      name: 'a module built for another ABI is refused, naming both versions',
      async run() {
        const folder = mkdtempSync(join(tmpdir(), 'aatgs-abi-'));
        try {
          const path = join(folder, 'other-abi.so');
          writeFileSync(path, withAbi(readFileSync(subject.library), 999));
          const describe = () => guarded(() => native().binding.describeModule(path));
          await failsWith('ERR_AATGS_ABI_MISMATCH', describe);
          assert.throws(
            describe,
            (error: Error) => error.message.includes('999') && error.message.includes(`${native().binding.abi}`),
          );
        } finally {
          rmSync(folder, { recursive: true });
        }
      },
    },
  ];
}

/** The library with another ABI version in its descriptor, which starts {size, abi, ring protocol, 0}. */
function withAbi(library: Buffer, abi: number): Buffer {
  const copy = Buffer.from(library);
  const { abi: ours, ringProtocol } = native().binding;
  let patched = 0;
  for (let at = 0; at + 16 <= copy.length; at += 8) {
    const size = copy.readUInt32LE(at);
    const isDescriptor =
      size >= 64 &&
      size <= 1024 &&
      copy.readUInt32LE(at + 4) === ours &&
      copy.readUInt32LE(at + 8) === ringProtocol &&
      copy.readUInt32LE(at + 12) === 0;
    if (!isDescriptor) continue;
    copy.writeUInt32LE(abi, at + 4);
    patched++;
  }
  assert.ok(patched > 0, 'no module descriptor found in the library');
  return copy;
}
