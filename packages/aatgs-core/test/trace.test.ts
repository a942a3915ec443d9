import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ExampleConfig, ExamplePhase, type ExampleTelemetry, exampleModule } from '../src/example.ts';
import { CHANNELS, type ContextOptions, DeviceGroup, GpuExecutionContext, TaskGraph, Tracer } from '../src/index.ts';
import { exportMetrics } from '../src/opentelemetry.ts';
import { ContextTrace } from '../src/trace/context-trace.ts';
import { onLanes } from '../src/trace/lanes.ts';

const module = exampleModule({ entities: 50, goal: 2 ** 30 });
const open: GpuExecutionContext<ExampleConfig, ExampleTelemetry>[] = [];
function context(options: ContextOptions = {}) {
  const made = new GpuExecutionContext(module, { device: 'cpu', async: true, threads: 1, ...options });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.shutdown();
});
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aatgs-trace-'));
});
afterAll(() => rm(folder, { recursive: true }));
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

interface Event {
  ph: string;
  tid: number;
  name: string;
  cat?: string;
  ts: number;
  dur: number;
  args: Record<string, unknown>;
}

function build() {
  const mine = context();
  const graph = new TaskGraph({ name: 'traced' });
  const wait = graph.task('wait', {}, () => sleep(5));
  graph.task('beside', {}, () => sleep(5));
  graph.step('reset', mine, { wait }, { phase: ExamplePhase.RESET });
  const batch = graph.batch('batch', mine, {}, new Array(100).fill({ phase: ExamplePhase.SPIN, spinNs: 20_000 }));
  graph.when(
    'inside',
    { batch },
    () => true,
    (inner) => inner.task('deep', {}, () => 1),
  );
  return graph;
}

describe('trace of a graph', () => {
  test('as trace events: tasks, steps, rings, sleeping and waking', async () => {
    const path = join(folder, 'trace.json');
    await build().run({ trace: path });
    const { traceEvents } = JSON.parse(await readFile(path, 'utf8')) as { traceEvents: Event[] };
    const complete = traceEvents.filter((event) => event.ph === 'X');
    const tasks = complete.filter((event) => event.cat === 'task');
    expect(tasks.map((event) => event.name).sort()).toEqual(
      ['batch', 'beside', 'inside', 'inside/deep', 'reset', 'wait'].sort(),
    );
    const steps = complete.filter((event) => event.cat === 'step');
    expect(steps).toHaveLength(101);
    const spin = steps.filter((event) => event.name === `phase ${ExamplePhase.SPIN}`);
    expect(Math.min(...spin.map((event) => event.dur))).toBeGreaterThanOrEqual(20);
    // On one thread of the trace nothing overlaps, or viewers draw nonsense.
    for (const tid of new Set(complete.map((event) => event.tid))) {
      const there = complete.filter((event) => event.tid === tid).sort((a, b) => a.ts - b.ts);
      for (let i = 1; i < there.length; i++) {
        expect(there[i]!.ts).toBeGreaterThanOrEqual(there[i - 1]!.ts + there[i - 1]!.dur - 0.002);
      }
    }
    const batch = tasks.find((event) => event.name === 'batch')!;
    for (const step of spin) {
      expect(step.ts).toBeGreaterThanOrEqual(batch.ts - 1);
      expect(step.ts + step.dur).toBeLessThanOrEqual(batch.ts + batch.dur + 1);
    }
    const counters = traceEvents.filter((event) => event.ph === 'C');
    expect(Math.max(...counters.map((event) => event.args.configs as number))).toBe(16);
    const names = traceEvents.filter((event) => event.name === 'thread_name').map((event) => event.args.name);
    expect(names).toEqual(
      expect.arrayContaining(['tasks on javascript', 'tasks on javascript (2)', 'tasks on cpu', 'example 0 on cpu']),
    );
  });

  test('as a page that needs nothing else', async () => {
    const path = join(folder, 'trace.html');
    await build().run({ trace: path });
    const page = await readFile(path, 'utf8');
    expect(page).toContain('<svg viewBox');
    expect(page).toContain('<title>inside/deep: ');
    expect(page).toContain('Rings of example 0 on cpu');
    expect(page).not.toMatch(/(src|href)=/);
  });

  test('is written when a task fails, and when the run is aborted', async () => {
    const graph = new TaskGraph();
    graph.task('bad <&>', {}, () => Promise.reject(new Error('"no" & never')));
    const path = join(folder, 'failed.html');
    await expect(graph.run({ trace: path })).rejects.toMatchObject({ code: 'ERR_AATGS_TASK_FAILED' });
    expect(await readFile(path, 'utf8')).toContain('bad &lt;&amp;&gt;: ');
    const slow = new TaskGraph();
    slow.task('slow', {}, (_, { signal }) => new Promise((_, no) => signal.addEventListener('abort', () => no(1))));
    const aborted = join(folder, 'aborted.json');
    await expect(slow.run({ trace: aborted, signal: AbortSignal.timeout(5) })).rejects.toThrow();
    expect(await readFile(aborted, 'utf8')).toContain('"cancelled"');
  });

  test('a file that cannot be written is an error, but not instead of that of a task', async () => {
    const path = join(folder, 'nowhere', 'trace.json');
    await expect(build().run({ trace: path })).rejects.toMatchObject({ code: 'ENOENT' });
    const graph = new TaskGraph();
    graph.task('bad', {}, () => Promise.reject(new Error('no')));
    await expect(graph.run({ trace: path })).rejects.toMatchObject({ code: 'ERR_AATGS_TASK_FAILED' });
  });

  test('a tracer of one’s own collects several runs, and members of a group', async () => {
    await using group = new DeviceGroup(({ device }) => new GpuExecutionContext(module, { device, async: true }), {
      devices: ['cpu', 'cpu'],
    });
    const graph = new TaskGraph();
    for (let i = 0; i < 6; i++) graph.step(`${i}`, group, {}, { phase: ExamplePhase.SPIN, spinNs: 300_000 });
    const trace = new Tracer();
    await graph.run({ trace });
    await graph.run({ trace });
    trace.end();
    await graph.run();
    const { traceEvents } = JSON.parse(JSON.stringify(trace)) as { traceEvents: Event[] };
    expect(traceEvents.filter((event) => event.cat === 'task')).toHaveLength(12);
    expect(traceEvents.filter((event) => event.cat === 'step')).toHaveLength(12);
  });
});

describe('Tracer', () => {
  test('watches a context by itself, also one with configs under way', async () => {
    const mine = context();
    await mine.submit({ substeps: 1 });
    const trace = new Tracer();
    trace.watch(mine, 'mine');
    trace.watch(mine);
    await mine.executeBatch([{ substeps: 1 }, { substeps: 1 }]);
    trace.end();
    await mine.executeBatch([{ substeps: 1 }]);
    const { traceEvents } = JSON.parse(JSON.stringify(trace)) as { traceEvents: Event[] };
    const steps = traceEvents.filter((event) => event.cat === 'step');
    expect(steps.length).toBeGreaterThanOrEqual(2);
    expect(steps.length).toBeLessThanOrEqual(3);
    expect(traceEvents.find((event) => event.name === 'thread_name')?.args.name).toBe('mine');
  });

  test('keeps no more than its limit, and says how much it dropped', async () => {
    const mine = context();
    const trace = new Tracer({ limit: 10 });
    trace.watch(mine);
    await mine.executeBatch(new Array(100).fill({ substeps: 1 }));
    const { traceEvents, otherData } = JSON.parse(JSON.stringify(trace)) as {
      traceEvents: Event[];
      otherData: { dropped: number };
    };
    expect(traceEvents.filter((event) => event.ph !== 'M')).toHaveLength(10);
    expect(otherData.dropped).toBeGreaterThan(90);
    expect(await trace.toHTML()).toContain('entries that were not kept');
    expect(() => new Tracer({ limit: -1 })).toThrow(/limit/);
  });

  test('steps do not start before they were queued, nor before the one before has ended', () => {
    let now = 0;
    const trace = new ContextTrace(
      'c',
      () => now,
      () => true,
    );
    const levels = { configs: 1, records: 0 };
    trace.queued(levels);
    now = 1;
    trace.queued(levels);
    now = 10;
    trace.record(3e6, 0);
    trace.record(2e6, 0);
    trace.queued(levels);
    now = 12;
    trace.record(1e6, 1);
    expect(trace.steps.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [0, 3],
      [3, 5],
      [10, 11],
    ]);
    const counters = { parks: 4, wakeups: 4, stalls: 0 };
    trace.looked(levels, counters);
    now = 13;
    trace.looked(levels, { parks: 5, wakeups: 4, stalls: 2 });
    expect(trace.marks).toEqual([
      { ms: 13, what: 'park', count: 1 },
      { ms: 13, what: 'stall', count: 2 },
    ]);
  });

  test('lanes: as few as it takes', () => {
    const span = (startMs: number, endMs: number) => ({ startMs, endMs });
    const spans = [span(0, 5), span(1, 2), span(2, 6), span(5, 7), span(0, 1)];
    const lanes = onLanes(spans);
    expect(Math.max(...lanes.map(({ lane }) => lane))).toBe(1);
    expect(lanes).toHaveLength(5);
  });
});

describe('diagnostics channels', () => {
  test('tell of contexts, steps and tasks', async () => {
    const seen: [string, Record<string, unknown>][] = [];
    const listeners = Object.values(CHANNELS).map((name) => {
      const listener = (message: unknown) => void seen.push([name, message as Record<string, unknown>]);
      subscribe(name, listener);
      return [name, listener] as const;
    });
    const mine = context();
    const graph = new TaskGraph();
    graph.step('one', mine, {}, { substeps: 1 }, { kind: 'kind' });
    await graph.run();
    await mine.shutdown();
    for (const [name, listener] of listeners) unsubscribe(name, listener);
    await context().executeBatch([{ substeps: 1 }]);
    expect(seen.map(([name]) => name)).toEqual([
      CHANNELS.contextOpen,
      CHANNELS.taskStart,
      CHANNELS.contextStep,
      CHANNELS.taskEnd,
      CHANNELS.contextClose,
    ]);
    const messages = seen.map(([, message]) => message);
    expect(messages[0]).toMatchObject({ context: mine, module: 'example', device: 'cpu' });
    expect(messages[1]).toEqual({ name: 'one', kind: 'kind', place: 'cpu' });
    expect(messages[2]).toMatchObject({ module: 'example', phase: 0, durationNs: expect.any(Number) });
    expect(messages[3]).toMatchObject({ name: 'one', state: 'done', error: null, durationMs: expect.any(Number) });
    expect(messages[4]).toMatchObject({ code: 'ERR_AATGS_CLOSED' });
  });
});

test('metrics for OpenTelemetry', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6 });
  const provider = new MeterProvider({ readers: [reader] });
  const exported = exportMetrics({ meter: provider.getMeter('test') });
  const mine = context();
  const graph = new TaskGraph();
  graph.batch('b', mine, {}, new Array(20).fill({ substeps: 1 }));
  await graph.run();
  await reader.forceFlush();
  const metrics = exporter
    .getMetrics()
    .at(-1)!
    .scopeMetrics.flatMap((scope) => scope.metrics);
  const points = Object.fromEntries(metrics.map((metric) => [metric.descriptor.name, metric.dataPoints]));
  expect(points['aatgs.step.duration']?.[0]).toMatchObject({
    attributes: { 'aatgs.module': 'example', 'aatgs.device': 'cpu' },
    value: { count: 20 },
  });
  expect(points['aatgs.task.duration']?.[0]).toMatchObject({
    attributes: { 'aatgs.task': 'b', 'aatgs.state': 'done', 'aatgs.place': 'cpu' },
  });
  expect(points['aatgs.context.iterations']?.find((point) => point.attributes['aatgs.mode'] === 'batch')?.value).toBe(
    20,
  );
  for (const name of ['aatgs.context.overflows', 'aatgs.context.stalls', 'aatgs.context.busy']) {
    expect(points[name]).toHaveLength(1);
  }
  expect(points['aatgs.ring.utilization']).toHaveLength(2);
  await mine.shutdown();
  await reader.forceFlush();
  exported.end();
  await provider.shutdown();
});
