import { afterEach, describe, expect, test } from 'vitest';
import { type ExampleConfig, ExamplePhase, type ExampleTelemetry, exampleModule } from '../src/example.ts';
import {
  AatgsError,
  type ContextOptions,
  devices,
  ERROR_CODES,
  GpuExecutionContext,
  isConverged,
  KernelModule,
} from '../src/index.ts';

const open: GpuExecutionContext<ExampleConfig, ExampleTelemetry>[] = [];
function context(options: ContextOptions = {}, setup = { entities: 50, goal: 300 }) {
  const made = new GpuExecutionContext(exampleModule(setup), { device: 'cpu', ...options });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.shutdown();
});
const withCode = (code: string) => expect.objectContaining({ code });

describe('options are checked before anything runs', () => {
  test.each([
    [{ configSlots: 3 }, 'configSlots'],
    [{ configSlots: 0 }, 'configSlots'],
    [{ telemetrySlots: 131072 }, 'telemetrySlots'],
    [{ threads: 0 }, 'threads'],
    [{ threads: 2.5 }, 'threads'],
    [{ inputBytes: -1 }, 'inputBytes'],
    [{ seed: -1 }, 'seed'],
    [{ seed: 2n ** 64n }, 'seed'],
    [{ initialSequence: 2 ** 32 }, 'initialSequence'],
    [{ onFull: 'drop' as 'throw' }, 'onFull'],
    [{ device: 'gpu' as 'cpu' }, 'device'],
    [{ device: -1 }, 'device'],
  ] as [ContextOptions, string][])('%o', (options, name) => {
    expect(() => context(options)).toThrow(
      expect.objectContaining({ code: 'ERR_AATGS_INVALID_ARGUMENT', details: expect.objectContaining({ name }) }),
    );
  });
  test('a setup the module refuses', () => {
    expect(() => context({}, { entities: 0, goal: 1 })).toThrow(withCode('ERR_AATGS_INVALID_SETUP'));
    expect(() => context({}, { entities: 1, goal: 0 })).toThrow(/goal must be between 1 and 2\^31 - 1/);
  });
  test('a library that is not there, or not a module', () => {
    const { spec } = exampleModule({ entities: 1, goal: 1 });
    expect(() => new KernelModule({ ...spec, library: '/nowhere/at-all.so' })).toThrow(
      withCode('ERR_AATGS_MODULE_NOT_FOUND'),
    );
    expect(() => new KernelModule({ ...spec, library: process.execPath })).toThrow(AatgsError);
  });
});

describe('devices', () => {
  test("'auto' runs somewhere and says why", () => {
    const { info } = context({ device: 'auto' });
    const { cuda } = devices();
    if (cuda.available) expect(info.device).toBe(0);
    else {
      expect(info).toMatchObject({ device: 'cpu', engine: 'host' });
      expect(info.reason).toContain(cuda.reason);
    }
  });
  test('a GPU that is not there is an error that says why', () => {
    expect(() => context({ device: 99 })).toThrow(withCode('ERR_AATGS_NO_GPU'));
  });
});

describe('seeds', () => {
  const run = async (options: ContextOptions, config: ExampleConfig) => {
    const [record] = await context(options).executeBatch([config]);
    return record?.total;
  };
  test("the context's seed is the default; a config may bring its own; all 64 bits count", async () => {
    const base = await run({ seed: 5 }, { substeps: 4 });
    expect(await run({ seed: 6 }, { substeps: 4, seed: 5 })).toBe(base);
    expect(await run({ seed: 5n }, { substeps: 4 })).toBe(base);
    expect(await run({ seed: 5n + (1n << 63n) }, { substeps: 4 })).not.toBe(base);
  });
});

describe('stats', () => {
  test('count modes, utilisation, overflows and step times', async () => {
    const c = context({ async: true, configSlots: 4 });
    c.execute({ phase: ExamplePhase.SPIN, spinNs: 50_000_000 });
    expect(() => {
      for (let i = 0; i < 9; i++) c.execute({ substeps: 1 });
    }).toThrow(withCode('ERR_AATGS_BUFFER_OVERFLOW'));
    expect(c.isGpuIdle()).toBe(false);
    expect(c.stats.configRing.peak).toBe(1);
    await c.flush();
    const { stats } = c;
    expect(stats.iterations).toEqual({ sync: 0, async: stats.iterations.async, batch: 0 });
    expect(stats.iterations.async).toBeGreaterThanOrEqual(4);
    expect(stats.overflows).toBe(1);
    expect(stats.stepTime.maxNs).toBeGreaterThanOrEqual(50_000_000);
    expect(stats.stepTime.histogram.reduce((a, b) => a + b)).toBe(stats.iterations.async);
    // 2^25 ns <= 50 ms < 2^26 ns; on a busy machine the step takes longer than it spins.
    expect(stats.stepTime.histogram[Math.floor(Math.log2(stats.stepTime.maxNs))]).toBe(1);
    expect(stats.busyFraction).toBeGreaterThan(0.2);
    c.resetStats();
    expect(c.stats).toMatchObject({ overflows: 0, iterations: { async: 0 }, stepTime: { totalNs: 0, histogram: [] } });
  });
  test('advice: overflow asks for backpressure, a starved ring for more work ahead', async () => {
    const full = context({ async: true, configSlots: 2, onFull: 'block' });
    for (let i = 0; i < 100; i++) full.execute({ phase: ExamplePhase.SPIN, spinNs: 20_000 });
    await full.flush();
    expect(full.stats.advice.join()).toMatch(/over 90 % full or overflowed/);
    const starved = context({ async: true });
    for (let i = 0; i < 40; i++) {
      starved.execute({ substeps: 1 });
      await starved.flush();
    }
    expect(starved.stats.advice.join()).toMatch(/under 20 % full/);
  });
  test('idle and wake-ups are counted', async () => {
    const c = context({ async: true });
    await c.executeBatch([{ substeps: 1 }]);
    await expect.poll(() => c.health().state).toBe('parked');
    const before = c.stats.wakeups;
    await c.executeBatch([{ substeps: 1 }]);
    expect(c.stats.wakeups).toBe(before + 1);
    expect(c.stats.idle).toBeGreaterThan(0);
  });
});

describe('batches', () => {
  test('feed from any iterable, lazily, and stop early', async () => {
    const c = context({ async: true, configSlots: 2 });
    let made = 0;
    function* configs() {
      for (;;) {
        made++;
        yield { substeps: 2 };
      }
    }
    const records = await c.executeBatch(configs(), { until: isConverged });
    expect(records.some(isConverged)).toBe(true);
    expect(made).toBeLessThanOrEqual(records.length + 1);
  });
  test('a callback may look at its own context', async () => {
    const c = context({ async: true, configSlots: 2 });
    const seen: number[] = [];
    const configs = Array.from({ length: 50 }, () => ({ substeps: 1 }));
    const onRecord = (record: { sequence: number }) => {
      seen.push(record.sequence);
      expect(c.stats.iterations.batch).toBeGreaterThan(0);
      expect(c.health().state).not.toBe('closed');
      c.isGpuIdle();
    };
    const records = await c.executeBatch(configs, { onRecord });
    expect(records).toHaveLength(50);
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
  test('an empty batch', async () => {
    expect(await context({ async: true }).executeBatch([])).toEqual([]);
    expect(context().executeBatchSync([])).toEqual([]);
  });
  test('100,000 configs through 4 slots', async () => {
    const c = context({ async: true, configSlots: 4, telemetrySlots: 2 });
    let count = 0;
    await c.executeBatch(
      (function* () {
        for (let i = 0; i < 100_000; i++) yield { phase: ExamplePhase.SPIN };
      })(),
      { onRecord: (record) => expect(record.sequence === count++).toBe(true) },
    );
    expect(count).toBe(100_000);
  });
  test('outputs come back with their records', async () => {
    const c = context({ async: true, outputBytes: 200, telemetrySlots: 4 });
    const records = await c.executeBatch(Array.from({ length: 20 }, () => ({ substeps: 1 })));
    for (const { output, total } of records) {
      const counters = new Uint32Array((output as Uint8Array).slice().buffer);
      expect(counters.length).toBe(50);
      expect(counters.reduce((a, b) => a + b)).toBe(total);
    }
  });
  test('the event loop stays alive under a busy engine', async () => {
    const c = context({ async: true });
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await c.executeBatch(Array.from({ length: 200 }, () => ({ phase: ExamplePhase.SPIN, spinNs: 300_000 })));
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(10);
  });
});

test('read() returns part of a region, while what is queued later runs on', async () => {
  const c = context({ async: true, configSlots: 4 });
  const whole = await c.read('counters');
  expect(await c.read('counters', 4, 8)).toEqual(whole.subarray(4, 12));
  expect(await c.read('counters', whole.length)).toHaveLength(0);
  for (const [offset, length] of [
    [1, whole.length],
    [-4, 4],
    [0.5, 4],
    [whole.length + 4, undefined],
  ] as const) {
    await expect(c.read('counters', offset, length)).rejects.toMatchObject({ code: 'ERR_AATGS_INVALID_ARGUMENT' });
  }
  const order: string[] = [];
  const slow = { phase: ExamplePhase.SPIN, spinNs: 50_000_000 };
  const first = c.executeBatch([{}, slow], { collect: false });
  const reading = c.read('counters').finally(() => order.push('read'));
  const last = c.executeBatch([{}], { onQueued: () => order.push('fed') });
  const [, bytes] = await Promise.all([first, reading, last]);
  // The read waits for the slow step; what comes after it is in the ring by then.
  expect(order).toEqual(['fed', 'read']);
  const other = context({ async: true });
  await other.executeBatch([{}]);
  expect(bytes).toEqual(await other.read('counters'));
});

test('read() returns a named region of the state', async () => {
  const c = context({ async: true });
  const [record] = await c.executeBatch([{ substeps: 3 }]);
  const counters = new Uint32Array((await c.read('counters')).buffer);
  expect(counters.reduce((a, b) => a + b)).toBe(record?.total);
});

test('every error code thrown in the sources is listed', async () => {
  const { readdirSync, readFileSync } = await import('node:fs');
  const { fileURLToPath } = await import('node:url');
  const used = new Set<string>();
  for (const root of ['../src', '../native']) {
    const folder = fileURLToPath(new URL(root, import.meta.url));
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!/\.(ts|cpp|hpp)$/.test(file)) continue;
      for (const [code] of readFileSync(`${folder}/${file}`, 'utf8').matchAll(/ERR_AATGS_[A-Z_]+[A-Z]/g))
        used.add(code);
    }
  }
  expect([...used].sort()).toEqual([...ERROR_CODES].sort());
});
