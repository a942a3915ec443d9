import { describe, expect, test } from 'vitest';
import { ExamplePhase } from '../../src/example.ts';
import { isConverged, TaskGraph, type TaskInput } from '../../src/index.ts';
import { context, failed, sleep } from './rig.ts';

describe('subgraphs', () => {
  test('a condition chooses', async () => {
    const graph = new TaskGraph();
    const x = graph.input<number>('x');
    const maybe = graph.when(
      'maybe',
      { x },
      ({ x }) => x > 0,
      (inner, { x }) => inner.task('root', { x }, ({ x }) => Math.sqrt(x)),
    );
    const either = graph.when(
      'either',
      { x },
      ({ x }) => x > 0,
      (inner, { x }) => inner.task('positive', { x }, ({ x }) => `+${x}`),
      (inner, { x }) => inner.task('negative', { x }, ({ x }) => x),
    );
    const text = graph.task('text', { maybe, either }, ({ maybe, either }) => `${maybe} ${either}`);
    const run = async (value: number) => {
      const result = await graph.run({ inputs: [x.is(value)] });
      return [result.get(text), result.report.tasks.map((task) => task.name)];
    };
    expect(await run(4)).toEqual(['2 +4', ['maybe/root', 'either/positive', 'maybe', 'either', 'text']]);
    expect(await run(-4)).toEqual(['undefined -4', ['maybe', 'either/negative', 'either', 'text']]);
  });

  test('a repetition goes on until telemetry says so', async () => {
    const shared = context();
    const graph = new TaskGraph();
    const start = graph.step('start', shared, {}, { phase: ExamplePhase.RESET });
    const grown = graph.repeat(
      'grow',
      { start },
      (inner) => inner.batch('steps', shared, {}, [{ substeps: 1 }, { substeps: 1 }]),
      { until: (records) => records.some(isConverged) },
    );
    const after = graph.step('after', shared, {}, { substeps: 1 });
    for (let run = 0; run < 2; run++) {
      const result = await graph.run();
      const { rounds, met, result: records } = result.get(grown);
      expect(met).toBe(true);
      expect(rounds).toBeGreaterThan(5);
      expect(records.at(-1)?.steps).toBe(result.get(after).steps); // converged: nothing changes any more
    }
  });

  test('a round sees the one before; maxRounds ends it', async () => {
    const graph = new TaskGraph();
    const seed = graph.task('seed', {}, () => 3);
    const powers = graph.repeat(
      'powers',
      [seed],
      (inner, [base], previous: TaskInput<number | undefined>) =>
        inner.task('times', [base, previous], ([b, p]) => b * (p ?? 1)),
      { until: (value) => value > 1e6, maxRounds: 4 },
    );
    expect((await graph.run()).get(powers)).toEqual({ result: 81, rounds: 4, met: false });
    expect(() =>
      graph.repeat('x', {}, (inner) => inner.task('t', {}, () => 1), { until: () => true, maxRounds: 0 }),
    ).toThrow(/maxRounds/);
  });

  test('a failure inside is reported with its path; a signal reaches inside', async () => {
    const graph = new TaskGraph();
    const outer = graph.repeat(
      'outer',
      {},
      (inner) =>
        inner.when(
          'choice',
          {},
          () => true,
          (deep) =>
            deep.task('deep', {}, () => {
              throw new Error('down here');
            }),
        ),
      { until: () => false },
    );
    graph.task('behind', { outer }, () => 1);
    const error = await failed(graph.run());
    expect(error.task).toBe('outer/1/choice/deep');
    expect(error.result.report.tasks.map((task) => [task.name, task.state])).toEqual([
      ['outer/1/choice/deep', 'failed'],
      ['outer/1/choice', 'failed'],
      ['outer', 'failed'],
      ['behind', 'cancelled'],
    ]);
    const endless = new TaskGraph();
    endless.repeat('forever', {}, (inner) => inner.task('t', {}, () => sleep(1)), { until: () => false });
    await expect(endless.run({ signal: AbortSignal.timeout(20) })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('a predicate that throws fails its task; a body must return one of its own handles', async () => {
    const graph = new TaskGraph();
    graph.repeat('r', {}, (inner) => inner.task('t', {}, () => 1), {
      until: () => {
        throw new Error('predicate');
      },
    });
    expect((await failed(graph.run())).task).toBe('r');
    const outer = graph.task('outer', {}, () => 1);
    expect(() =>
      graph.when(
        'w',
        {},
        () => true,
        () => outer,
      ),
    ).toThrow(/pass what a subgraph needs through its inputs/);
  });

  test('the contexts of a subgraph keep their order with the tasks around it', async () => {
    const shared = context();
    const graph = new TaskGraph();
    const slow = graph.task('slow', {}, () => sleep(15));
    const inside = graph.when(
      'maybe',
      { slow },
      () => true,
      (inner) => inner.step('in', shared, {}, { substeps: 1 }),
    );
    const after = graph.step('after', shared, {}, { substeps: 1 });
    const result = await graph.run();
    expect([result.get(inside)?.steps, result.get(after).steps]).toEqual([1, 2]);
  });
});
