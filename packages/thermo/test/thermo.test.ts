import { afterEach, describe, expect, test } from 'vitest';
import {
  coloringModel,
  edwardsAnderson,
  geometricTemperatures,
  ising2d,
  isingModel,
  type Model,
  maxCutModel,
  readRudy,
  searchOptions,
  Thermo,
  type ThermoOptions,
} from '../src/index.ts';
import { dataFile } from './data.ts';

const open: Thermo[] = [];
function thermo(model: Model, options: ThermoOptions = {}): Thermo {
  const made = new Thermo(model, { device: 'cpu', ...options });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.shutdown();
});
const withCode = (code: string) => expect.objectContaining({ code });

/** The lowest energy of all states of an Ising model. */
function groundState(model: Model): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (let bits = 0; bits < 2 ** model.n; bits++) {
    const state = Int8Array.from({ length: model.n }, (_, i) => ((bits >> i) & 1 ? 1 : -1));
    lowest = Math.min(lowest, model.energy(state));
  }
  return lowest;
}

describe('ladders of a search', () => {
  test('fill the device, and have cluster moves where sites have few neighbours', async () => {
    const torus = edwardsAnderson([12, 12], 1);
    expect(searchOptions(torus)).toMatchObject({ ladders: 2, clusterEvery: 10 });
    expect(searchOptions(torus, 132)).toMatchObject({ ladders: 132 });
    const solid = edwardsAnderson([6, 6, 6], 1);
    expect(searchOptions(solid, 3)).toMatchObject({ ladders: 3, clusterEvery: 0 });
    const large = searchOptions(edwardsAnderson([200, 100], 1), 5);
    expect(large.temperatures).toHaveLength(96);
    expect(large.ladders).toBe(2);
    // Two temperatures are the ends: 0.6 and 0.13 times the root of four couplings of 1.
    expect(large.temperatures[0]).toBeCloseTo(1.2);
    expect(large.temperatures[95]).toBeCloseTo(0.26);
    // Two searches with them end at the same energy.
    const found = await Promise.all(
      [1, 2].map((seed) => thermo(torus, { ...searchOptions(torus), seed }).minimize({ maxSweeps: 800 })),
    );
    expect(found[0]!.bestEnergy).toBe(found[1]!.bestEnergy);
  });
});

describe('minimize', () => {
  test('finds ground states: integer, real, with fields and clusters', async () => {
    const real = isingModel(
      9,
      { u: [0, 1, 2, 3, 4, 5, 6, 7], v: [1, 2, 3, 4, 5, 6, 7, 8], w: [0.3, -1.7, 0.9, 2.1, -0.4, 0.8, -0.1, 1.3] },
      [0.5, -0.25, 0.125, 1, -1, 0.3, 0.2, -0.7, 0.1],
    );
    for (const model of [real, edwardsAnderson([4, 4], 7)]) {
      const lowest = groundState(model);
      const options = { ladders: 2, clusterEvery: model === real ? 0 : 1 };
      const result = await thermo(model, options).minimize({ maxSweeps: 2000, seed: 1 });
      expect(result.bestEnergy).toBeCloseTo(lowest, 6);
      expect(result).toMatchObject({ success: true, ended: 'sweeps', sweeps: 2000 });
      expect(model.energy(result.state)).toBe(result.bestEnergy);
    }
  });
  test('one seed, one trajectory: sync, async, threads and ring sizes', async () => {
    const model = edwardsAnderson([6, 6, 6], 1);
    const run = async (options: ThermoOptions) => {
      const w = thermo(model, { ladders: 3, temperatures: geometricTemperatures(2.5, 0.4, 16), ...options });
      const { state, bestEnergy, exchanges } = await w.minimize({ maxSweeps: 300, seed: 5 });
      return { state, bestEnergy, exchanges, ladder: await w.temperatures() };
    };
    const reference = await run({ async: false });
    for (const options of [
      { async: true },
      { async: true, threads: 3 },
      { async: true, configSlots: 1 },
      { threads: 2 },
    ]) {
      expect(await run(options)).toEqual(reference);
    }
  });
  test('stops at the target; colours a graph', async () => {
    const n = 30;
    const u: number[] = [];
    const v: number[] = [];
    for (let a = 0; a < n; a++) {
      for (let b = a + 1; b < n; b++) {
        if (a % 3 === b % 3 || (a * 7 + b * 13) % 5 >= 3) continue;
        u.push(a);
        v.push(b);
      }
    }
    const result = await thermo(coloringModel(n, 3, { u, v })).minimize({ target: 0, maxSweeps: 100_000 });
    expect(result).toMatchObject({ success: true, bestEnergy: 0, ended: 'goal' });
  });
  test('limits, abort, progress and bad arguments', async () => {
    const w = thermo(edwardsAnderson([5, 5], 1), { async: true });
    const seen: number[] = [];
    const timed = await w.minimize({ timeLimit: 0.2, target: -1e6, onProgress: (p) => seen.push(p.bestEnergy) });
    expect(timed).toMatchObject({ success: false, ended: 'time' });
    expect(seen.length).toBeGreaterThan(0);
    expect(() => thermo(ising2d(8), { temperatures: [1, -1] })).toThrow(withCode('ERR_THERMO_INVALID_ARGUMENT'));
    expect(() => thermo(ising2d(8), { clusterEvery: 1 })).toThrow(withCode('ERR_THERMO_INVALID_ARGUMENT'));
    await expect(w.minimize({})).rejects.toMatchObject({ code: 'ERR_THERMO_INVALID_ARGUMENT' });
    await expect(w.sample({ samples: 10 ** 9 })).rejects.toMatchObject({ code: 'ERR_THERMO_INVALID_ARGUMENT' });
    const reason = new Error('enough');
    await expect(w.minimize({ timeLimit: 60, signal: AbortSignal.timeout(50) })).rejects.toThrow();
    await expect(w.minimize({ timeLimit: 60, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

const gset = dataFile('gset/G1.txt.gz');
test.skipIf(gset === undefined)('G1: the best known cut, 11624', async () => {
  const graph = await readRudy(gset as string);
  const model = maxCutModel(graph);
  const result = await thermo(model, { async: true }).minimize({
    target: 19176 - 2 * 11624,
    maxSweeps: 50_000,
    seed: 1,
  });
  expect(result.success).toBe(true);
});
