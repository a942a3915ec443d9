import { expect, test } from 'vitest';
import { type ExampleConfig, type ExampleTelemetry, exampleModule } from '../src/example.ts';
import { AlgorithmAdapter, GpuExecutionContext, placementOf } from '../src/index.ts';

class Counter extends AlgorithmAdapter<ExampleConfig, ExampleTelemetry> {
  constructor() {
    super(new GpuExecutionContext(exampleModule({ entities: 10, goal: 1000 }), { device: 'cpu', threads: 1 }));
  }
  /** Waits between two looks: somebody else's steps would show. */
  count(steps: number): Promise<number> {
    return this.inOrder(async () => {
      const before = await this.#steps(0);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return (await this.#steps(steps)) - before;
    });
  }
  async #steps(substeps: number): Promise<number> {
    if (substeps > 100) throw new Error('too many');
    return (await this.executeBatch([{ substeps }]))[0]?.steps ?? Number.NaN;
  }
}

test('calls that need the state for themselves run in order; an error is its own caller’s', async () => {
  await using counter = new Counter();
  const ended: number[] = [];
  const calls = [3, 1000, 5, 7].map((steps, i) => counter.count(steps).finally(() => ended.push(i)));
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message))).toEqual([
    3,
    'too many',
    5,
    7,
  ]);
  expect(ended).toEqual([0, 1, 2, 3]);
});

test('of an algorithm’s options, those for its context', () => {
  expect(placementOf({ async: true, threads: 2, ...{ population: 3 } })).toEqual({ async: true, threads: 2 });
  expect(placementOf({})).toEqual({});
});
