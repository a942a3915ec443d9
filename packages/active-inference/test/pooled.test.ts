import { describe, expect, test } from 'vitest';
import { ActiveInference, type ParameterName } from '../src/index.ts';
import { difference, Random } from './random.ts';

const cpu = { device: 'cpu' } as const;
// More agents than parts of the sum, and not a multiple of them.
const agents = 150;

function model() {
  const given = new Random(31).model([3, 2], [3, 2], [2, 2], { a: [[0, 1], [1]] });
  return {
    ...given,
    pA: given.A,
    pB: given.B,
    pC: [
      [1, 1, 1],
      [1, 2],
    ],
    pD: [
      [1, 2, 1],
      [1, 1],
    ],
    pE: [1, 2, 3, 4],
  };
}
const observations = (seed: number) => {
  const random = new Random(seed);
  return Array.from({ length: agents }, () => [random.below(3), random.below(2)]).flat();
};
const rules = { A: { rate: 0.5, forgetting: 0.1 }, B: { rate: 2 }, E: { forgetting: 0.25 } };
const make = (learning: object, options: object = {}) =>
  new ActiveInference(model(), {
    ...cpu,
    agents,
    precision: 'f64',
    action: { selection: 'stochastic' },
    learning: { ...rules, ...learning },
    ...options,
  });
const all: readonly ParameterName[] = ['A', 'B', 'C', 'D', 'E'];

describe('parameters that agents share and learn together', () => {
  test('add up what every agent by itself would add', async () => {
    await using own = make({});
    await using together = make({ pooled: all });
    for (const ai of [own, together]) {
      await ai.step(observations(1));
      await ai.learn(['D']);
      await ai.step(observations(2));
      await ai.learn(['A', 'B', 'C', 'E']);
    }
    const start = model();
    for (const name of all) {
      const before = name === 'E' ? [start.pE] : start[`p${name}`];
      const { rate = 1, forgetting = 0 } = {
        ...(rules as Record<string, { rate?: number; forgetting?: number }>)[name],
      };
      const [mine, ours] = [await own.counts(name), await together.counts(name)];
      expect(ours).toHaveLength(mine.length);
      for (const [i, { shape, data }] of ours.entries()) {
        const given = before[i] as { data?: number[] } | number[];
        const first = Array.from('data' in given ? (given.data as number[]) : (given as number[]));
        const expected = first.map((count, k) => {
          let evidence = 0;
          for (let a = 0; a < agents; a++)
            evidence += ((mine[i]?.data[a * first.length + k] as number) - count * (1 - forgetting)) / rate;
          return count * (1 - forgetting) + rate * evidence;
        });
        expect(shape[0]).not.toBe(agents);
        expect(difference(data, expected), name).toBeLessThan(1e-9);
        const parameters = (await together.parameters(name))[i] as { data: ArrayLike<number> };
        const n = name === 'E' ? 4 : (shape[0] as number);
        const columns = data.length / n;
        for (let c = 0; c < columns; c++) {
          const sum = Array.from({ length: n }, (_, k) => expected[k * columns + c] as number).reduce((x, y) => x + y);
          expect(parameters.data[c]).toBeCloseTo((expected[c] as number) / sum, 9);
        }
      }
    }
  });

  test('automatically, in the order of what each agent does by itself', async () => {
    const learned = ['A', 'C', 'E'] as const;
    await using automatic = make({ pooled: all, automatic: learned });
    await using byHand = make({ pooled: all });
    for (let t = 0; t < 4; t++) {
      await automatic.step(observations(t));
      await byHand.step(observations(t));
      await byHand.learn(learned);
    }
    for (const name of learned) {
      const [x, y] = [await automatic.counts(name), await byHand.counts(name)];
      for (const [i, { data }] of x.entries()) expect(Array.from(data)).toEqual(Array.from(y[i]?.data ?? []));
    }
    expect(await automatic.actions()).toEqual(await byHand.actions());
  });

  test('the same bits for any number of threads, sync and async, and in closed loop', async () => {
    const results = [];
    for (const options of [{ threads: 1 }, { threads: 3 }, { threads: 2, async: true }]) {
      await using ai = make({ pooled: all, automatic: all }, options);
      await ai.simulate(7);
      const counts = await Promise.all(
        all.map(async (name) => (await ai.counts(name)).map(({ data }) => Array.from(data))),
      );
      results.push({ counts, actions: [...(await ai.actions())], beliefs: (await ai.beliefs()).map((b) => [...b]) });
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    // The start is learned from the first step alone: one count for each agent.
    const total = (list: number[] | undefined) => (list ?? []).reduce((x, y) => x + y, 0);
    expect(total(results[0]?.counts[3]?.[0])).toBeCloseTo(4 + agents, 9);
  });

  test('what is pooled needs counts, and is not given for every agent', () => {
    const { pA: _, ...without } = model();
    expect(() => new ActiveInference(without, { ...cpu, agents, learning: { pooled: ['A'] } })).toThrow(/pA/);
    expect(() => make({ pooled: ['A'] }, { perAgent: ['A'] })).toThrow(/learning\.pooled/);
  });
});
