import { describe, expect, test } from 'vitest';
import { ActiveInference, NOT_OBSERVED } from '../src/index.ts';
import { difference, Random } from './random.ts';

const cpu = { device: 'cpu', precision: 'f64' } as const;

/** Probability of all states and observations of one path, from the definition. */
type Flat = { shape: number[]; data: number[] };

describe('beliefs against brute force', () => {
  test('one factor: the filter is Bayes, over five steps and two modalities', async () => {
    const random = new Random(1);
    const model = random.model([4], [3, 5], [2]);
    await using ai = new ActiveInference(model, cpu);
    let prior = [...((model.D as number[][])[0] as number[])];
    const a = model.A as unknown as Flat[];
    const b = (model.B as unknown as Flat[])[0] as Flat;
    for (let t = 0; t < 5; t++) {
      const o = [random.below(3), random.below(5)];
      await ai.inferStates(o);
      const weights = prior.map(
        (p, s) => p * a.reduce((product, { data }, m) => product * (data[(o[m] as number) * 4 + s] as number), 1),
      );
      const sum = weights.reduce((x, y) => x + y);
      const posterior = weights.map((w) => w / sum);
      expect(difference((await ai.beliefs())[0] as Float64Array, posterior)).toBeLessThan(1e-12);
      // With exact beliefs the free energy is the surprise.
      expect((await ai.freeEnergy()).freeEnergy[0]).toBeCloseTo(-Math.log(sum), 10);
      const u = random.below(2);
      await ai.sampleAction({ forced: [u] });
      prior = prior.map((_, next) =>
        posterior.reduce((x, q, s) => x + q * (b.data[(next * 4 + s) * 2 + u] as number), 0),
      );
    }
  });

  test('smoothing is Bayes over the whole window', async () => {
    const random = new Random(2);
    const [n, steps] = [3, 4];
    const model = random.model([n], [4], [2]);
    await using ai = new ActiveInference(model, { ...cpu, inference: { horizon: steps } });
    const [a, b] = [(model.A as unknown as Flat[])[0] as Flat, (model.B as unknown as Flat[])[0] as Flat];
    const seen = Array.from({ length: steps }, () => random.below(4));
    const done = Array.from({ length: steps }, () => random.below(2));
    for (let t = 0; t < steps; t++) {
      await ai.inferStates([seen[t] as number]);
      if (t + 1 < steps) await ai.sampleAction({ forced: [done[t] as number] });
    }
    const marginal = new Float64Array(steps * n);
    let total = 0;
    for (let path = 0; path < n ** steps; path++) {
      const s = Array.from({ length: steps }, (_, t) => Math.floor(path / n ** t) % n);
      let p = ((model.D as number[][])[0] as number[])[s[0] as number] as number;
      for (let t = 0; t < steps; t++) {
        p *= a.data[(seen[t] as number) * n + (s[t] as number)] as number;
        if (t > 0) p *= b.data[((s[t] as number) * n + (s[t - 1] as number)) * 2 + (done[t - 1] as number)] as number;
      }
      total += p;
      for (let t = 0; t < steps; t++) marginal[t * n + (s[t] as number)]! += p;
    }
    expect(
      difference(
        (await ai.smooth())[0] as Float64Array,
        marginal.map((p) => p / total),
      ),
    ).toBeLessThan(1e-12);
  });

  test('missing observations say nothing, certain distributions say what an outcome says', async () => {
    const model = new Random(3).model([3, 2], [4, 3], [1, 1]);
    await using ai = new ActiveInference(model, { ...cpu, softObservations: true });
    await ai.inferStates([NOT_OBSERVED, NOT_OBSERVED]);
    for (const [f, beliefs] of (await ai.beliefs()).entries())
      expect(difference(beliefs, (model.D as number[][])[f] as number[])).toBeLessThan(1e-12);
    await ai.inferStates([2, 1]);
    const hard = await ai.beliefs();
    await ai.inferStates([0, 0, 1, 0, 0, 1, 0]);
    for (const [f, beliefs] of (await ai.beliefs()).entries())
      expect(difference(beliefs, hard[f] as Float64Array)).toBe(0);
    for (const bad of [-0.1, Number.NaN, Number.POSITIVE_INFINITY])
      await expect(ai.inferStates([0, 0, 1, 0, 0, bad, 0])).rejects.toMatchObject({
        code: 'ERR_AI_UNKNOWN_OBSERVATION',
        details: { agent: 0, modality: 1, value: bad },
      });
  });
});

test('free energy falls with every iteration of weakly coupled factors, and bounds the surprise', async () => {
  for (let seed = 0; seed < 5; seed++) {
    const model = new Random(seed + 10).model([3, 2, 2], [4], [1, 1, 1]);
    let before = Number.POSITIVE_INFINITY;
    for (const iterations of [1, 2, 3, 4, 8, 16]) {
      await using ai = new ActiveInference(model, { ...cpu, iterations });
      await ai.inferStates([1]);
      const now = (await ai.freeEnergy()).freeEnergy[0] as number;
      expect(now).toBeLessThanOrEqual(before + 1e-12);
      before = now;
    }
    const a = (model.A as unknown as Flat[])[0] as Flat;
    const D = model.D as number[][];
    let evidence = 0;
    for (let j = 0; j < 12; j++) {
      const [i, k, l] = [Math.floor(j / 4), Math.floor(j / 2) % 2, j % 2];
      evidence += (a.data[12 + j] as number) * (D[0]?.[i] as number) * (D[1]?.[k] as number) * (D[2]?.[l] as number);
    }
    expect(before).toBeGreaterThanOrEqual(-Math.log(evidence) - 1e-12);
  }
});

test('VMP is exact where mean field loses nothing: independent factors in a tree without time', async () => {
  const model = new Random(20).model([3, 4], [5, 2], [1, 1], { a: [[0], [1]] });
  await using ai = new ActiveInference(model, { ...cpu, inference: { algorithm: 'vmp', horizon: 3 } });
  await ai.inferStates([3, 1]);
  const a = model.A as unknown as Flat[];
  for (const [f, beliefs] of (await ai.beliefs()).entries()) {
    const n = beliefs.length;
    const weights = ((model.D as number[][])[f] as number[]).map(
      (p, s) => p * ((a[f] as Flat).data[([3, 1][f] as number) * n + s] as number),
    );
    const sum = weights.reduce((x, y) => x + y);
    expect(
      difference(
        beliefs,
        weights.map((w) => w / sum),
      ),
    ).toBeLessThan(1e-12);
  }
});

test('VMP is exact for a chain whose transitions are certain', async () => {
  const random = new Random(21);
  const turn = { shape: [3, 3, 1], data: [0, 0, 1, 1, 0, 0, 0, 1, 0] };
  const model = { ...random.model([3], [4], [1]), B: [turn], D: [[1, 0, 0]] };
  await using ai = new ActiveInference(model, { ...cpu, inference: { algorithm: 'vmp', horizon: 3 } });
  for (const o of [0, 1, 2]) {
    await ai.inferStates([o]);
    await ai.sampleAction();
  }
  const beliefs = (await ai.sequences())[0] as Float64Array;
  expect(difference(beliefs, [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeLessThan(1e-9);
});

test('the order in which states and outcomes are numbered changes nothing', async () => {
  const random = new Random(30);
  const model = random.model([4, 3], [5, 4], [2, 2]);
  const orders = [
    [2, 0, 3, 1],
    [1, 2, 0],
  ];
  const [a, b] = [model.A as unknown as Flat[], model.B as unknown as Flat[]];
  const renamed = {
    A: a.map(({ shape, data }) => ({
      shape,
      data: data.map((_, i) => {
        const [n = 1, p = 1, q = 1] = shape;
        const [o, s, r] = [Math.floor(i / (p * q)), Math.floor(i / q) % p, i % q];
        expect(n).toBeGreaterThan(o);
        return data[(o * p + (orders[0]?.[s] as number)) * q + (orders[1]?.[r] as number)] as number;
      }),
    })),
    B: b.map(({ shape, data }, f) => ({
      shape,
      data: data.map((_, i) => {
        const [, n = 1, u = 1] = shape;
        const [next, now, c] = [Math.floor(i / (n * u)), Math.floor(i / u) % n, i % u];
        return data[((orders[f]?.[next] as number) * n + (orders[f]?.[now] as number)) * u + c] as number;
      }),
    })),
    C: model.C as number[][],
    D: (model.D as number[][]).map((d, f) => d.map((_, s) => d[orders[f]?.[s] as number] as number)),
  };
  const run = async (spec: typeof model) => {
    await using ai = new ActiveInference(spec, { ...cpu, policies: { length: 2 } });
    await ai.step([2, 1], { forced: [1, 0] });
    await ai.step([0, 3], { forced: [0, 1] });
    return { beliefs: await ai.beliefs(), values: await ai.values(), posterior: await ai.posterior() };
  };
  const [one, two] = [await run(model), await run(renamed)];
  expect(difference(one.values, two.values)).toBeLessThan(1e-12);
  expect(difference(one.posterior, two.posterior)).toBeLessThan(1e-12);
  for (const [f, order] of orders.entries())
    expect(
      difference(
        two.beliefs[f] as Float64Array,
        order.map((s) => one.beliefs[f]?.[s] as number),
      ),
    ).toBeLessThan(1e-12);
});
