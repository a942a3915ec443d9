import { describe, expect, test } from 'vitest';
import { type ExampleConfig, ExamplePhase } from '../../src/example.ts';
import { TaskGraph, type TaskGraphError } from '../../src/index.ts';
import { context, failed, never, sleep } from './rig.ts';

describe('failures', () => {
  function diamond() {
    const graph = new TaskGraph({ name: 'diamond' });
    const ran: string[] = [];
    const root = graph.task('root', {}, () => void ran.push('root'));
    const bad = graph.task('bad', { root }, () => {
      throw new Error('broken');
    });
    const behind = graph.task('behind', { bad }, () => ran.push('behind'));
    const further = graph.task('further', { behind }, () => ran.push('further'));
    const beside = graph.task('beside', { root }, async (_, { signal }) => {
      await Promise.race([sleep(30), never(signal)]);
      ran.push('beside');
      return 5;
    });
    return { graph, ran, handles: { root, bad, behind, further, beside } };
  }
  const states = (error: TaskGraphError) =>
    Object.fromEntries(error.result.report.tasks.map((task) => [task.name, task.state]));

  test("'dependants': the others go on, and their results are there", async () => {
    const { graph, ran, handles } = diamond();
    const error = await failed(graph.run());
    expect(ran).toEqual(['root', 'beside']);
    expect(error.message).toMatch(/task bad of graph diamond failed: broken \(2 tasks done, 1 failed, 2 cancelled\)/);
    expect(states(error)).toEqual({
      root: 'done',
      bad: 'failed',
      behind: 'cancelled',
      further: 'cancelled',
      beside: 'done',
    });
    expect(error.result.get(handles.beside)).toBe(5);
    const report = error.result.report.tasks.find((task) => task.name === 'further');
    expect(report).toMatchObject({ startMs: null, endMs: null, reason: expect.stringContaining('task bad') });
  });

  test("'all': what runs is asked to end, nothing else starts", async () => {
    const { graph, ran } = diamond();
    const error = await failed(graph.run({ onFailure: 'all' }));
    expect(ran).toEqual(['root']);
    expect(states(error)).toMatchObject({ bad: 'failed', beside: 'cancelled', further: 'cancelled' });
  });

  test('a rejected promise, a thrown value that is no error, a function that throws when it makes a config', async () => {
    const graph = new TaskGraph();
    graph.task('rejects', {}, () => Promise.reject(new TypeError('no')));
    expect((await failed(graph.run())).cause).toBeInstanceOf(TypeError);
    const odd = new TaskGraph();
    odd.task('odd', {}, () => {
      throw 'a string';
    });
    expect((await failed(odd.run())).message).toMatch(/a string/);
    const maker = new TaskGraph();
    maker.step('made', context(), {}, () => null as unknown as ExampleConfig);
    expect((await failed(maker.run())).cause).toMatchObject({ code: 'ERR_AATGS_INVALID_ARGUMENT' });
  });

  test('wrong options are refused', async () => {
    const graph = new TaskGraph();
    for (const options of [{ onFailure: 'none' }, { order: 'lifo' }, { concurrency: 0 }, { concurrency: 1.5 }]) {
      await expect(graph.run(options as object)).rejects.toMatchObject({ code: 'ERR_AATGS_INVALID_ARGUMENT' });
    }
    expect(() => graph.task('a', {}, () => 1, { priority: Number.NaN })).toThrow(/priority/);
  });
});

describe('stopping', () => {
  test('an aborted run ends what runs, and rejects with the reason', async () => {
    const graph = new TaskGraph();
    const shared = context();
    const seen: string[] = [];
    graph.batch('endless', shared, {}, function* () {
      for (;;) yield { phase: ExamplePhase.SPIN, spinNs: 100_000 };
    });
    graph.task('waits', {}, (_, { signal }) => never(signal).catch(() => seen.push('told')));
    const behind = graph.task('behind', {}, () => seen.push('behind'));
    graph.order(
      graph.task('slow', {}, (_, { signal }) => never(signal)),
      behind,
    );
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await expect(graph.run({ signal: controller.signal })).rejects.toThrow('enough');
    expect(seen).toEqual(['told']);
    await expect(graph.run({ signal: controller.signal })).rejects.toThrow('enough');
    await shared.flush();
    expect(shared.isGpuIdle()).toBe(true);
  });

  test('a task that waits for a slot does not start any more', async () => {
    const graph = new TaskGraph();
    const ran: number[] = [];
    for (let i = 0; i < 5; i++) {
      graph.task(`${i}`, {}, async (_, { signal }) => {
        ran.push(i);
        await never(signal);
      });
    }
    await expect(graph.run({ concurrency: 2, signal: AbortSignal.timeout(10) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(ran).toEqual([0, 1]);
  });

  test('runs of one graph follow each other', async () => {
    const graph = new TaskGraph();
    let running = 0;
    graph.task('alone', {}, async () => {
      expect(++running).toBe(1);
      await sleep(5);
      running--;
    });
    await Promise.all([graph.run(), graph.run(), graph.run()]);
  });
});
