import { afterEach, describe, expect, test } from 'vitest';
import { type ExampleConfig, ExamplePhase, type ExampleTelemetry, exampleModule } from '../src/example.ts';
import {
  AatgsError,
  type ContextOptions,
  GpuExecutionContext,
  type GraphProgress,
  isConverged,
  TaskGraph,
  TaskGraphError,
  type TaskHandle,
  type TaskInput,
} from '../src/index.ts';

const open: GpuExecutionContext<ExampleConfig, ExampleTelemetry>[] = [];
function context(options: ContextOptions = {}, setup = { entities: 50, goal: 300 }) {
  const made = new GpuExecutionContext(exampleModule(setup), { device: 'cpu', async: true, threads: 1, ...options });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.shutdown();
});
const withCode = (code: string) => expect.objectContaining({ code });
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
const failed = async (promise: Promise<unknown>): Promise<TaskGraphError> => {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(TaskGraphError);
  return error as TaskGraphError;
};

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
    add('l3', 20, [l2]);
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
