import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const example = fileURLToPath(new URL('../src/example.ts', import.meta.url));
const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));

/** Runs a script in a process of its own, with an open context called `c`. */
function run(body: string, ...flags: string[]) {
  const script = `
    import { ExamplePhase, exampleModule } from ${JSON.stringify(example)};
    import { GpuExecutionContext } from ${JSON.stringify(index)};
    const open = () => new GpuExecutionContext(exampleModule({ entities: 50, goal: 300 }), { async: true, device: 'cpu' });
    const busy = { phase: ExamplePhase.WAIT, spinNs: 1e7 };
    ${body}`;
  return spawnSync(process.execPath, [...flags, '--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
}

test('process.exit while a step is running is clean', () => {
  const { status, signal, stderr } = run(`const c = open(); c.execute(busy); setTimeout(() => process.exit(7), 30);`);
  expect({ status, signal, stderr }).toEqual({ status: 7, signal: null, stderr: '' });
});

test('an open context does not keep the process alive; a pending wait does', () => {
  const idle = run(`const c = open(); c.execute({ substeps: 1 });`);
  expect({ status: idle.status, signal: idle.signal }).toEqual({ status: 0, signal: null });
  const waiting = run(
    `const c = open(); c.execute({ phase: ExamplePhase.SPIN, spinNs: 2e8 }); c.flush().then(() => console.log('done'));`,
  );
  expect({ status: waiting.status, stdout: waiting.stdout }).toEqual({ status: 0, stdout: 'done\n' });
});

test('an uncaught error while busy ends the process with its stack, not with a crash', () => {
  const { status, signal, stderr } = run(
    `const c = open(); c.execute(busy); setTimeout(() => { throw new Error('mine'); }, 30);`,
  );
  expect({ status, signal }).toEqual({ status: 1, signal: null });
  expect(stderr).toContain('Error: mine');
});

test('a context that is dropped without shutdown is collected with a warning', () => {
  const { status, stderr } = run(
    `(() => { open().execute({ substeps: 1 }); })();
     for (let i = 0; i < 20; i++) { globalThis.gc(); await new Promise((resolve) => setTimeout(resolve, 5)); }`,
    '--expose-gc',
  );
  expect(status).toBe(0);
  expect(stderr).toContain('AATGS_NOT_CLOSED');
});

test('the garbage collector knows the device memory behind a forgotten context, and collects in time', () => {
  const { status, stdout, stderr } = run(
    `let collected = 0;
     process.on('warning', ({ code }) => { if (code === 'AATGS_NOT_CLOSED') collected++; });
     for (let i = 0; i < 40; i++) {
       open().createBuffer(32 * 2 ** 20);
       await new Promise((resolve) => setTimeout(resolve, 2));
     }
     console.log(collected);`,
  );
  expect(status, stderr).toBe(0);
  expect(Number(stdout)).toBeGreaterThanOrEqual(10);
});

test('eight worker threads load the addon, run and end', () => {
  const { status, signal, stdout, stderr } = run(`
    import { Worker } from 'node:worker_threads';
    const code = ${JSON.stringify(`
      const { workerData, parentPort } = process.getBuiltinModule('node:worker_threads');
      Promise.all([import(workerData.example), import(workerData.index)]).then(async ([{ exampleModule }, { GpuExecutionContext }]) => {
        const c = new GpuExecutionContext(exampleModule({ entities: 50, goal: 300 }), { async: true, device: 'cpu', seed: 3 });
        const records = await c.executeBatch(Array.from({ length: 50 }, () => ({ substeps: 1 })));
        parentPort.postMessage(records.at(-1).total);
        // left open on purpose: the environment's end must close it
      });`)};
    const totals = await Promise.all(Array.from({ length: 8 }, () => new Promise((resolve, reject) => {
      const worker = new Worker(code, { eval: true, workerData: { example: ${JSON.stringify(example)}, index: ${JSON.stringify(index)} } });
      worker.once('message', (total) => worker.terminate().then(() => resolve(total)));
      worker.once('error', reject);
    })));
    console.log(new Set(totals).size);`);
  expect({ status, signal, stdout, stderr }).toEqual({ status: 0, signal: null, stdout: '1\n', stderr: '' });
});

test('memory stays level over many contexts', () => {
  const { status, stdout, stderr } = run(
    `const round = async (n) => { for (let i = 0; i < n; i++) { const c = open(); await c.executeBatch([{ substeps: 1 }]); await c.shutdown(); if (i % 50 === 0) { globalThis.gc(); await new Promise(setImmediate); } } };
     await round(500);
     const before = process.memoryUsage().rss;
     await round(1500);
     console.log((process.memoryUsage().rss - before) / 2 ** 20);`,
    '--expose-gc',
  );
  expect(status, stderr).toBe(0);
  expect(Number(stdout)).toBeLessThan(20);
});
