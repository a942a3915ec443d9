import { describe, expect, test } from 'vitest';
import { TaskGraph, type TaskHandle } from '../../src/index.ts';
import { context, sleep, withCode } from './rig.ts';

describe('values travel along the edges', () => {
  test('by name and as a list, with their types', async () => {
    const graph = new TaskGraph();
    const two = graph.task('two', {}, () => 2);
    const word = graph.task('word', {}, async () => 'ab');
    const both = graph.task('both', { two, word }, (values) => values.word.repeat(values.two));
    const list = graph.task('list', [two, word, both], ([n, w, b]) => `${n}${w}${b}`);
    const many = graph.task('many', [two, two, two] as TaskHandle<number>[], (values) =>
      values.reduce((a, b) => a + b),
    );
    const result = await graph.run();
    expect(result.get(both)).toBe('abab');
    expect(result.get(list)).toBe('2ababab');
    const sum: number = result.get(many);
    expect(sum).toBe(6);
  });

  test('an empty graph runs', async () => {
    expect((await new TaskGraph().run()).report.tasks).toEqual([]);
  });

  test('inputs are given anew to every run', async () => {
    const graph = new TaskGraph();
    const x = graph.input<number>('x');
    const square = graph.task('square', { x }, (values) => values.x ** 2);
    for (const value of [2, 3]) {
      const result = await graph.run({ inputs: [x.is(value)] });
      expect([result.get(x), result.get(square)]).toEqual([value, value ** 2]);
    }
    await expect(graph.run()).rejects.toThrow(/a value for the input x/);
  });

  test('what is no handle, or of another graph, is refused; so are names used twice', () => {
    const graph = new TaskGraph({ name: 'mine' });
    const other = new TaskGraph({ name: 'other' }).task('far', {}, () => 1);
    expect(() => graph.task('a', { other }, () => 1)).toThrow(/task far of graph other/);
    expect(() => graph.task('a', { b: 5 as unknown as TaskHandle<number> }, () => 1)).toThrow(
      withCode('ERR_AATGS_INVALID_ARGUMENT'),
    );
    expect(() => graph.task('a', null as unknown as [], () => 1)).toThrow(/inputs is null/);
    expect(() => graph.task('a', {}, 5 as unknown as () => void)).toThrow(/run is 5/);
    expect(() => graph.task('', {}, () => 1)).toThrow(/name is ""/);
    graph.task('a', {}, () => 1);
    expect(() => graph.task('a', {}, () => 1)).toThrow(/no other task of graph mine/);
  });

  test('a chain longer than the stack is deep, and a wide fan', async () => {
    const graph = new TaskGraph();
    let last: TaskHandle<number> = graph.task('0', {}, () => 0);
    for (let i = 1; i <= 20_000; i++) last = graph.task(`${i}`, [last], ([n]) => n + 1);
    const wide = Array.from({ length: 20_000 }, (_, i) => graph.task(`w${i}`, [last], ([n]) => n + i, { kind: 'w' }));
    const end = graph.task('end', wide, (values) => values.length);
    const result = await graph.run({ concurrency: 3 });
    expect([result.get(last), result.get(end)]).toEqual([20_000, 20_000]);
  });

  test('random graphs: every task runs once, after what it needs', async () => {
    let state = 1;
    const random = (n: number) => {
      state = (state * 1103515245 + 12345) & 0x7fffffff;
      return (state >>> 8) % n;
    };
    for (let round = 0; round < 20; round++) {
      const graph = new TaskGraph();
      const ran: number[] = [];
      const handles: TaskHandle<number>[] = [];
      for (let i = 0; i < 60; i++) {
        const inputs = Array.from({ length: Math.min(i, random(4)) }, () => handles[random(i)] as TaskHandle<number>);
        handles.push(
          graph.task(`${i}`, inputs, async (values) => {
            if (random(3) === 0) await sleep(0);
            for (const value of values) expect(ran).toContain(value);
            ran.push(i);
            return i;
          }),
        );
      }
      const result = await graph.run({ concurrency: 1 + random(5), order: round % 2 ? 'fifo' : 'critical-path' });
      expect([...ran].sort((a, b) => a - b)).toEqual(handles.map((_, i) => i));
      expect(handles.map((handle) => result.get(handle))).toEqual(handles.map((_, i) => i));
    }
  });
});

describe('cycles', () => {
  test('are named, and nothing runs', async () => {
    const graph = new TaskGraph({ name: 'round' });
    let ran = 0;
    const a = graph.task('a', {}, () => ran++);
    const b = graph.task('b', [a], () => ran++);
    const c = graph.task('c', [b], () => ran++);
    graph.task('outside', [c], () => ran++);
    graph.order(c, a);
    await expect(graph.run()).rejects.toMatchObject({
      code: 'ERR_AATGS_GRAPH_CYCLE',
      message: expect.stringMatching(/graph round wait for each other: (a -> b -> c -> a|b -> c -> a -> b)/),
      details: { cycle: ['a', 'b', 'c'] },
    });
    expect(ran).toBe(0);
    const self = new TaskGraph();
    const one = self.task('one', {}, () => 1);
    self.order(one, one);
    await expect(self.run()).rejects.toThrow(/one -> one/);
  });

  test('through the order of a context', async () => {
    const shared = context();
    const graph = new TaskGraph();
    const first = graph.step('first', shared, {}, { substeps: 1 });
    const second = graph.step('second', shared, {}, { substeps: 1 });
    graph.order(second, first);
    await expect(graph.run()).rejects.toThrow(/first -> second -> first/);
  });
});
