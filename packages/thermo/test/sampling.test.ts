import { describe, expect, test } from 'vitest';
import { edwardsAnderson, geometricTemperatures, ising2d, type SampleResult, Thermo } from '../src/index.ts';
import { exactIsing } from './data.ts';

/** Exact energy, specific heat and |m|, a spin, by enumeration. */
function enumerate(model: { n: number; energy(state: ArrayLike<number>): number }, t: number) {
  let [z, e, e2, m] = [0, 0, 0, 0];
  for (let bits = 0; bits < 2 ** model.n; bits++) {
    const state = Int8Array.from({ length: model.n }, (_, i) => ((bits >> i) & 1 ? 1 : -1));
    const energy = model.energy(state);
    const weight = Math.exp(-energy / t);
    z += weight;
    e += weight * energy;
    e2 += weight * energy ** 2;
    m += weight * Math.abs(state.reduce((a, b) => a + b, 0));
  }
  return {
    energy: e / z / model.n,
    specificHeat: (e2 / z - (e / z) ** 2) / (t * t * model.n),
    magnetization: m / z / model.n,
  };
}

describe('a small spin glass against enumeration', () => {
  const model = edwardsAnderson([3, 4], 2);
  const sampled = (async (): Promise<SampleResult> => {
    await using thermo = new Thermo(model, {
      device: 'cpu',
      ladders: 4,
      temperatures: geometricTemperatures(4, 0.6, 8),
      maxSamples: 8000,
    });
    return await thermo.sample({ burnIn: 2000, seed: 9 });
  })();
  test('every observable within its error bars, and the bars are honest', async () => {
    const { observables } = await sampled;
    const deviations = observables.flatMap((o) => {
      const exact = enumerate(model, o.temperature);
      return (['energy', 'specificHeat', 'magnetization'] as const).map(
        (key) => (o[key].mean - exact[key]) / o[key].error,
      );
    });
    for (const d of deviations) expect(Math.abs(d)).toBeLessThan(4.5);
    const spread = deviations.reduce((sum, d) => sum + d * d, 0) / deviations.length;
    expect(spread).toBeGreaterThan(0.25);
    expect(spread).toBeLessThan(2.5);
  });
  test('reweighted to temperatures between', async () => {
    const result = await sampled;
    for (const r of result.reweight([0.7, 1.1, 2.3])) {
      const exact = enumerate(model, r.temperature);
      for (const key of ['energy', 'specificHeat', 'magnetization'] as const) {
        expect(Math.abs(r[key].mean - exact[key])).toBeLessThan(5 * r[key].error + 1e-4);
      }
    }
    expect(() => result.reweight([9])).toThrow(expect.objectContaining({ code: 'ERR_THERMO_INVALID_ARGUMENT' }));
  });
  test('exchanges of an adapted ladder are even; replicas travel', async () => {
    const { exchanges, success } = await sampled;
    expect(success).toBe(true);
    expect(Math.max(...exchanges.acceptance) - Math.min(...exchanges.acceptance)).toBeLessThan(0.15);
    expect(exchanges.roundTrips).toBeGreaterThan(50);
  });
});

test('the result does not depend on how it is run', async () => {
  const run = async (options: object) => {
    await using thermo = new Thermo(ising2d(64), {
      device: 'cpu',
      temperatures: [2.1, 2.3, 2.6],
      maxSamples: 20,
      ...options,
    });
    const { observables } = await thermo.sample({ burnIn: 100, seed: 4 });
    return observables;
  };
  const reference = await run({ async: false });
  expect(await run({ async: true, threads: 3 })).toEqual(reference);
});

const exact = exactIsing();
const TEMPERATURES = [1.8, 2.0, 2.1, 2.2, 2.26918531421302, 2.3, 2.5, 3.0];

describe.skipIf(exact.length === 0)('2D Ising against the exact finite lattices', () => {
  test.each([
    ['graph', 16, 1],
    ['bit-packed', 64, 1],
  ])(
    '%s, L = %i: eight temperatures within 3 standard errors',
    async (_, side, ladders) => {
      // The ladder goes up to where domains melt fast, so that no replica stays in a striped state.
      const ladder = [
        ...TEMPERATURES,
        1.9,
        2.05,
        2.15,
        2.18,
        2.23,
        2.25,
        2.28,
        2.33,
        2.36,
        2.4,
        2.45,
        2.6,
        2.7,
        2.8,
        2.9,
      ];
      await using thermo = new Thermo(ising2d(side), {
        device: 'cpu',
        temperatures: ladder,
        ladders,
        maxSamples: 3000,
      });
      const { observables } = await thermo.sample({ burnIn: 6000, sampleEvery: 6, adapt: false, seed: 2 });
      let chi = 0;
      for (const t of TEMPERATURES) {
        const found = observables.find((o) => Math.abs(o.temperature - t) < 1e-9)!;
        const known = exact.find((row) => row.side === side && Math.abs(row.temperature - t) < 1e-9)!;
        const deviation = (found.energy.mean - known.energy) / found.energy.error;
        expect(
          Math.abs(deviation),
          `T = ${t}: ${found.energy.mean} +- ${found.energy.error}, exact ${known.energy}`,
        ).toBeLessThan(3);
        expect(Math.abs(found.specificHeat.mean - known.specificHeat)).toBeLessThan(4 * found.specificHeat.error);
        chi += deviation ** 2;
      }
      // Error bars that are too long would show as a fit that is too good: 8 degrees of freedom, P(chi < 0.6) = 2e-4.
      expect(chi).toBeGreaterThan(0.6);
      expect(chi).toBeLessThan(28);
    },
    60_000,
  );
});
