import { afterEach, describe, expect, test } from 'vitest';
import { Pacer } from '../src/adaptive/pacer.ts';
import { type ExampleConfig, ExamplePhase, type ExampleTelemetry, exampleModule } from '../src/example.ts';
import {
  type AdvanceOptions,
  type ContextOptions,
  GpuExecutionContext,
  isConverged,
  KernelModule,
  TaskGraph,
} from '../src/index.ts';

const open: GpuExecutionContext<ExampleConfig, ExampleTelemetry>[] = [];
function context(options: ContextOptions = {}, goal = 2 ** 30) {
  const module = exampleModule({ entities: 2000, goal });
  const made = new GpuExecutionContext(module, { device: 'cpu', async: true, threads: 1, ...options });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.shutdown();
});

describe('advance', () => {
  test('runs exactly so many substeps, whatever the mode, the ring and the pins', async () => {
    const states = new Set<string>();
    const cases: [ContextOptions, AdvanceOptions<ExampleTelemetry>][] = [
      [{}, {}],
      [{ async: false }, {}],
      [{ configSlots: 1 }, {}],
      [{ configSlots: 2, telemetrySlots: 2 }, {}],
      [{}, { stepSubsteps: 1 }],
      [{}, { stepSubsteps: 300, depth: 1 }],
      [{}, { depth: 16 }],
      [{}, { stepMs: 0.01, depth: 2 }],
      [{}, { stepMs: 50 }],
    ];
    for (const [options, pins] of cases) {
      const mine = context(options);
      const { last, substeps, configs, met } = await mine.advance({ seed: 5 }, { substeps: 1000, ...pins });
      expect({ steps: last?.steps, substeps, met }).toEqual({ steps: 1000, substeps: 1000, met: false });
      expect(mine.stats.iterations.batch).toBe(configs);
      if (pins.stepSubsteps) expect(configs).toBe(Math.ceil(1000 / pins.stepSubsteps));
      states.add(Buffer.from(await mine.read('counters')).toString('hex'));
    }
    expect(states.size).toBe(1);
  });

  test('the config itself says how many, where nobody else does', async () => {
    const mine = context();
    expect((await mine.advance({ substeps: 50 })).last?.steps).toBe(50);
    expect(await mine.advance({}, { substeps: 0 })).toEqual({ last: undefined, substeps: 0, configs: 0, met: false });
  });

  test('cuts short substeps together, and learns over calls', async () => {
    const mine = context();
    await mine.advance({}, { substeps: 20_000 });
    const { configs } = await mine.advance({}, { substeps: 20_000 });
    expect(configs).toBeLessThan(2000);
    expect(mine.stats.stepTime.maxNs).toBeLessThan(1e9);
  });

  test('until ends it, also without a number of substeps', async () => {
    const mine = context({}, 5000);
    const records: number[] = [];
    const { met, last, substeps } = await mine.advance(
      {},
      { substeps: Number.POSITIVE_INFINITY, until: isConverged, onRecord: (record) => records.push(record.steps) },
    );
    expect(met).toBe(true);
    expect(isConverged(last as ExampleTelemetry)).toBe(true);
    expect(substeps).toBeGreaterThanOrEqual(last?.steps ?? Number.NaN);
    expect(records).toEqual([...records].sort((a, b) => a - b));
  });

  test('says exactly how many substeps have run when until ends it', async () => {
    for (const options of [{}, { async: false }, { configSlots: 1 }]) {
      for (const depth of [1, 4]) {
        const mine = context(options);
        let seen = 0;
        const until = () => ++seen >= 20;
        const pins = { stepSubsteps: 7, ...(options.configSlots !== 1 && { depth }) };
        const done = await mine.advance({}, { substeps: Number.POSITIVE_INFINITY, until, ...pins });
        expect(done.substeps).toBe(7 * done.configs);
        expect(done).toMatchObject({ met: true, substeps: done.last?.steps, configs: seen });
      }
    }
  });

  test('a signal ends it', async () => {
    const mine = context();
    const endless = mine.advance({}, { substeps: Number.POSITIVE_INFINITY, signal: AbortSignal.timeout(20) });
    await expect(endless).rejects.toMatchObject({ name: 'TimeoutError' });
    expect((await mine.advance({ substeps: 1 })).configs).toBe(1);
  });

  test('refuses what cannot be divided, and pins out of range', async () => {
    const mine = context();
    const code = { code: 'ERR_AATGS_INVALID_ARGUMENT' };
    await expect(mine.advance({ phase: ExamplePhase.RESET })).rejects.toMatchObject(code);
    for (const pins of [
      { substeps: -1 },
      { substeps: 1.5 },
      { stepSubsteps: 0 },
      { depth: 0 },
      { depth: 17 },
      { stepMs: 0 },
      { stepMs: Number.NaN },
      { maxConfigs: 0 },
    ]) {
      await expect(mine.advance({}, pins)).rejects.toMatchObject(code);
    }
    const { substeps: _, ...spec } = exampleModule({ entities: 1, goal: 1 }).spec;
    await using plain = new GpuExecutionContext(new KernelModule(spec), { device: 'cpu' });
    await expect(plain.advance({})).rejects.toThrow(/does not say how its configs are divided/);
  });

  test('a pinned depth is never exceeded', async () => {
    const mine = context({ telemetrySlots: 64 });
    await mine.advance({}, { substeps: 500, stepSubsteps: 1, depth: 3 });
    expect(mine.stats.configRing.peak * 16).toBeLessThanOrEqual(3);
  });

  test('a pinned length is what steps take', async () => {
    const mine = context();
    const median = async (stepMs: number) => {
      const lengths: number[] = [];
      const onRecord = ({ durationNs }: ExampleTelemetry) => lengths.push(durationNs / 1e6);
      await mine.advance({}, { substeps: Number.POSITIVE_INFINITY, maxConfigs: 60, stepMs, onRecord });
      return lengths.slice(20).sort((a, b) => a - b)[20] as number;
    };
    const [short, long] = [await median(0.2), await median(4)];
    // A busy machine stretches either.
    expect(short).toBeGreaterThan(0.02);
    expect(long).toBeLessThan(40);
    expect(long / short).toBeGreaterThan(4);
  });

  test('at most so many configs, and the next call goes on where it stopped', async () => {
    const mine = context();
    const first = await mine.advance({}, { substeps: 1000, maxConfigs: 5, stepSubsteps: 10 });
    expect(first).toMatchObject({ substeps: 50, configs: 5, met: false, last: { steps: 50 } });
    expect(await mine.advance({}, { substeps: 950, maxConfigs: 2000 })).toMatchObject({ last: { steps: 1000 } });
  });

  test('a substep after something else counts as unknown', async () => {
    const mine = context();
    await mine.advance({}, { substeps: 5000 });
    const before = mine.stats.iterations.batch;
    await mine.advance({}, { substeps: 5000 });
    expect(mine.stats.iterations.batch - before).toBeLessThan(1000);
    await mine.submit({ phase: ExamplePhase.RESET });
    const steps: number[] = [];
    await mine.advance({}, { substeps: 5000, onRecord: (record) => steps.push(record.steps) });
    expect(steps[0]).toBe(1);
    expect(steps.at(-1)).toBe(5000);
  });

  test('as a task of a graph', async () => {
    const mine = context();
    const graph = new TaskGraph();
    graph.step('reset', mine, {}, { phase: ExamplePhase.RESET });
    const size = graph.task('size', {}, () => 70);
    const grown = graph.advance('grow', mine, { size }, ({ size }) => ({ substeps: size }), { stepSubsteps: 8 });
    const result = await graph.run();
    expect(result.get(grown)).toMatchObject({ substeps: 70, configs: 9, last: { steps: 70 } });
  });
});

describe('Pacer', () => {
  /**
   * Lets a pacer run against a device: `hostUs` of other work on the host between refills, `overheadNs` a config, and
   * `fixedNs` inside every step.
   */
  function simulate(substepNs: number, { hostUs = 0, overheadNs = 500, slots = 16, configs = 4000, fixedNs = 0 } = {}) {
    const pacer = new Pacer(slots);
    let [now, end] = [0, 0];
    const ring: { end: number; substeps: number; ns: number }[] = [];
    let busy = 0;
    pacer.start(0, 0);
    for (let i = 0; i < configs; i++) {
      while (ring[0] && ring[0].end <= now) {
        const done = ring.shift()!;
        pacer.measured(0, done.substeps, done.ns);
      }
      if (ring.length >= pacer.depth) {
        now = ring[ring.length - Math.max(1, pacer.depth >> 1)]!.end + hostUs * 1000;
        i--;
        continue;
      }
      if (i > 0) pacer.feeding(ring.length, 0, now / 1e6);
      const substeps = pacer.substeps(0, Number.POSITIVE_INFINITY);
      const ns = fixedNs + substeps * substepNs;
      end = Math.max(now, end) + ns + overheadNs;
      busy += substeps * substepNs;
      ring.push({ end, substeps, ns });
    }
    return { pacer, busy: busy / end };
  }

  test('keeps steps between 50 us and 5 ms, and the device busy', () => {
    for (const substepNs of [100, 3000, 40_000, 400_000]) {
      const { pacer, busy } = simulate(substepNs);
      expect(pacer.targetNs).toBeGreaterThanOrEqual(50_000);
      expect(pacer.targetNs).toBeLessThanOrEqual(5_000_000);
      expect(busy).toBeGreaterThan(0.95);
    }
    expect(simulate(20_000_000).pacer.substeps(0, 100)).toBe(1);
  });
  test('steps shrink to 50 us where nothing speaks for longer ones', () => {
    expect(simulate(1000, { overheadNs: 100, configs: 100_000 }).pacer.targetNs).toBeLessThan(80_000);
  });
  test('a costly launch makes them longer', () => {
    const { pacer, busy } = simulate(1000, { overheadNs: 20_000 });
    expect(pacer.targetNs).toBeGreaterThan(300_000);
    expect(busy).toBeGreaterThan(0.93);
  });
  test('so does what every step has to do, however many substeps it has', () => {
    for (const configs of [4000, 100_000]) {
      const { pacer, busy } = simulate(50_000, { fixedNs: 130_000, configs });
      expect(pacer.targetNs).toBeGreaterThan(1_000_000);
      expect(busy).toBeGreaterThan(0.92);
    }
  });
  test('a host with pauses makes the ring deeper', () => {
    const calm = simulate(10_000).pacer.depth;
    const { pacer, busy } = simulate(10_000, { hostUs: 1500 });
    expect(pacer.depth).toBeGreaterThan(calm);
    expect(busy).toBeGreaterThan(0.9);
  });
  test('forgets how long a substep takes once something else has run', () => {
    const pacer = new Pacer(16);
    pacer.start(0, 0);
    pacer.measured(0, 1, 1000);
    pacer.fed(10);
    pacer.start(1, 10);
    expect(pacer.substeps(0, Number.POSITIVE_INFINITY)).toBeGreaterThan(100);
    pacer.fed(20);
    pacer.start(2, 21);
    expect(pacer.substeps(0, Number.POSITIVE_INFINITY)).toBe(1);
  });
  test('records that pile up make them longer', () => {
    const pacer = new Pacer(16);
    const before = pacer.targetNs;
    pacer.feeding(3, 0.95, 0);
    expect(pacer.targetNs).toBeGreaterThan(before);
  });
});
