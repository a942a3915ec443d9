import { describe, expect, test } from 'vitest';
import { ExamplePhase } from '../../src/example.ts';
import { isConverged, TaskGraph } from '../../src/index.ts';
import { context, failed, sleep } from './rig.ts';

describe('tasks on contexts', () => {
  const reset = { phase: ExamplePhase.RESET };

  for (const async of [true, false]) {
    test(`${async ? 'async' : 'sync'}: tasks of one context run in the order they were added`, async () => {
      const run = async (order: 'fifo' | 'critical-path', slow: number) => {
        const shared = context({ async, seed: 3 });
        const graph = new TaskGraph();
        const wait = graph.task('wait', {}, () => sleep(slow));
        const steps = [graph.step('late', shared, { wait }, { substeps: 2 })];
        for (let i = 0; i < 30; i++) steps.push(graph.step(`${i}`, shared, {}, { substeps: 1, seed: i }));
        const result = await graph.run({ order });
        return steps.map((step) => result.get(step).total);
      };
      const totals = await run('fifo', 0);
      expect(await run('critical-path', 20)).toEqual(totals);
      expect([...totals].sort((a, b) => a - b)).toEqual(totals);
    });
  }

  test('steps, batches and functions share a context; configs come from inputs', async () => {
    const shared = context();
    const graph = new TaskGraph();
    const size = graph.task('size', {}, () => 3);
    const start = graph.step('start', shared, {}, { phase: ExamplePhase.RESET });
    const step = graph.step('step', shared, { size }, ({ size }) => ({ substeps: size }));
    const batch = graph.batch('batch', shared, { size }, function* ({ size }) {
      for (let i = 0; i < size; i++) yield { substeps: 2 };
    });
    const rest = graph.batch('rest', shared, {}, new Array(200).fill({ substeps: 1 }), { until: isConverged });
    const used = graph.use('use', shared, { batch }, async (mine, { batch }) => [mine === shared, batch.length]);
    for (let round = 0; round < 2; round++) {
      const result = await graph.run();
      expect(result.get(start).total).toBe(0);
      expect(result.get(step).steps).toBe(3);
      expect(result.get(batch).map((record) => record.steps)).toEqual([5, 7, 9]);
      expect(result.get(rest).some(isConverged)).toBe(true);
      expect(result.get(used)).toEqual([true, 3]);
      expect(result.report.tasks.find((task) => task.name === 'step')).toMatchObject({ place: 'cpu', state: 'done' });
    }
    expect(shared.poll()).toEqual([]);
  });

  test('independent contexts overlap', async () => {
    const graph = new TaskGraph();
    const contexts = [context(), context()];
    for (const [i, mine] of contexts.entries()) {
      graph.step(`${i}`, mine, {}, { phase: ExamplePhase.WAIT, spinNs: 100_000 }); // 0.1 s
    }
    const { report } = await graph.run();
    const [a, b] = report.tasks as unknown as [{ startMs: number; endMs: number }, { startMs: number; endMs: number }];
    expect(Math.max(a.startMs, b.startMs)).toBeLessThan(Math.min(a.endMs, b.endMs));
  });

  test('a chain of steps keeps the ring filled: the next one queues before the last one has run', async () => {
    const shared = context();
    const graph = new TaskGraph();
    for (let i = 0; i < 200; i++) graph.step(`${i}`, shared, {}, { substeps: 1 }, { kind: 'step' });
    await graph.run();
    expect(shared.stats.configRing.peak).toBe(1);
  });

  test('a config that is refused fails its task and cancels the later ones of its context', async () => {
    const shared = context();
    const graph = new TaskGraph();
    graph.step('good', shared, {}, reset);
    graph.step('bad', shared, {}, { substeps: -1 });
    const after = graph.step('after', shared, {}, { substeps: 1 });
    const elsewhere = graph.step('elsewhere', context(), {}, { substeps: 1 });
    const error = await failed(graph.run());
    expect(error).toMatchObject({ code: 'ERR_AATGS_TASK_FAILED', task: 'bad' });
    expect(error.cause).toMatchObject({ code: 'ERR_AATGS_INVALID_ARGUMENT' });
    expect([error.result.has(after), error.result.has(elsewhere)]).toEqual([false, true]);
    expect(() => error.result.get(after)).toThrow(/has no result/);
    // The context is still good, and so is the graph.
    expect((await shared.executeBatch([reset]))[0]?.total).toBe(0);
  });
});
