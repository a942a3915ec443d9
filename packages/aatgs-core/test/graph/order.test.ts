import { describe, expect, test } from 'vitest';
import { AatgsError, type GraphProgress, TaskGraph, type TaskHandle } from '../../src/index.ts';
import { never, sleep } from './rig.ts';

describe('order and progress', () => {
  /** Two long chains and many short tasks, on one lane: the order they start in. */
  const orderOf = async (graph: TaskGraph, started: string[], options: object) => {
    started.length = 0;
    await graph.run({ concurrency: 1, ...options });
    return started.join(' ');
  };
  function chains() {
    const graph = new TaskGraph();
    const started: string[] = [];
    const add = (name: string, ms: number, after: TaskHandle<unknown>[] = [], options = {}) =>
      graph.task(
        name,
        {},
        async () => {
          started.push(name);
          await sleep(ms);
        },
        { after, ...options },
      );
    add('s1', 1);
    add('s2', 1);
    const l1 = add('l1', 3);
    const l2 = add('l2', 3, [l1]);
    add('l3', 200, [l2]); // much longer, also on a machine that is busy with other things;
    return { graph, started, add };
  }

  test('measured durations put the longest way first; fifo keeps the order of readiness', async () => {
    const { graph, started } = chains();
    expect(await orderOf(graph, started, { order: 'fifo' })).toBe('s1 s2 l1 l2 l3');
    expect(graph.durations.estimate('l3')).toBeGreaterThan(graph.durations.estimate('s1'));
    expect(await orderOf(graph, started, {})).toMatch(/^l1 l2 l3/);
  });

  test('a priority pins a task; saved durations are taken up', async () => {
    const { graph, started, add } = chains();
    add('pinned', 0, [], { priority: 1e9 });
    await orderOf(graph, started, {});
    expect(started[0]).toBe('pinned');
    const copy = new TaskGraph({ durations: graph.durations.toJSON() });
    expect(copy.durations.estimate('l3')).toBe(graph.durations.estimate('l3'));
  });

  test('progress counts tasks and weighs them', async () => {
    const graph = new TaskGraph();
    const seen: GraphProgress[] = [];
    const a = graph.task('a', {}, async (_, { progress }) => {
      progress(0.5);
      await sleep(1);
    });
    graph.task('b', { a }, () => sleep(1));
    await graph.run({ onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ done, running }) => [done, running.join()])).toEqual([
      [0, 'a'],
      [0, 'a'],
      [1, ''],
      [1, 'b'],
      [2, ''],
    ]);
    expect(seen[1]).toMatchObject({ total: 2, fraction: 0.25 });
    expect(seen.at(-1)?.fraction).toBeCloseTo(1);
  });

  test('an error in onProgress ends the run', async () => {
    const graph = new TaskGraph();
    graph.task('a', {}, (_, { signal }) => never(signal));
    const bad = () => {
      throw new AatgsError('ERR_MINE', 'mine');
    };
    await expect(graph.run({ onProgress: bad })).rejects.toMatchObject({ code: 'ERR_MINE' });
  });
});
