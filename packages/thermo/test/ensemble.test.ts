import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { edwardsAnderson, edwardsAndersonEnsemble, Thermo } from '../src/index.ts';

describe('an ensemble of spin glasses', () => {
  test('its systems are the models of their seeds', () => {
    const ensemble = edwardsAndersonEnsemble([8, 4, 6], { systems: 40, seed: 3 });
    for (const i of [0, 31, 32, 39]) {
      const one = edwardsAnderson([8, 4, 6], 3 + i);
      expect(ensemble.system(i).neighbors).toEqual(one.neighbors);
      expect(ensemble.system(i).weights).toEqual(one.weights);
    }
    expect(() => ensemble.energy([])).toThrow(expect.objectContaining({ code: 'ERR_THERMO_INVALID_ARGUMENT' }));
  });

  test.each([[[7, 8, 8]], [[8, 8, 5]], [[8]], [[12, 4]], [[8, 8, 8, 8]]])('sides %j are refused', (sides) => {
    expect(() => edwardsAndersonEnsemble(sides, { systems: 1 })).toThrow(
      expect.objectContaining({ code: 'ERR_THERMO_INVALID_ARGUMENT' }),
    );
  });

  test('each system has the energy of its own graph', async () => {
    // The same models on two different paths of the kernel, compared system by system.
    const ensemble = edwardsAndersonEnsemble([8, 8], { systems: 5, seed: 7 });
    const options = { device: 'cpu' as const, temperatures: [2.5, 2, 1.6, 1.3], maxSamples: 3000 };
    await using together = new Thermo(ensemble, options);
    const { series } = await together.sample({ burnIn: 1000, sampleEvery: 4, adapt: false, seed: 1 });
    const mean = (x: Float64Array) => x.reduce((a, b) => a + b, 0) / x.length;
    for (let i = 0; i < 5; i++) {
      await using alone = new Thermo(ensemble.system(i), options);
      const { observables } = await alone.sample({ burnIn: 1000, sampleEvery: 4, adapt: false, seed: 2 });
      for (const [k, { energy }] of observables.entries()) {
        const difference = mean(series.energy(k, i)) / 64 - energy.mean;
        expect(Math.abs(difference)).toBeLessThan(5 * Math.SQRT2 * energy.error);
      }
    }
  });

  test('on the Nishimori line the energy is exact, within error bars that are honest', async () => {
    // Nishimori 1981: where tanh(1 / T) = 2p - 1, the average over disorder is -d tanh(1 / T) a site.
    const deviations: number[] = [];
    for (const [sides, p] of [
      [[8, 8], 0.8],
      [[8, 8], 0.9],
      [[8, 4, 4], 0.7],
      [[8, 8, 8], 0.75],
    ] as const) {
      const t = 1 / Math.atanh(2 * p - 1);
      const ensemble = edwardsAndersonEnsemble(sides, { systems: 256, ferromagnetic: p, seed: 5 });
      await using thermo = new Thermo(ensemble, {
        device: 'cpu',
        temperatures: [2.5 * t, 1.8 * t, 1.35 * t, t],
        ladders: 2,
        maxSamples: 60,
      });
      const { observables } = await thermo.sample({ burnIn: 400, sampleEvery: 4, adapt: false, seed: 3 });
      const { energy, overlap, magnetization } = observables.at(-1)!;
      deviations.push((energy.mean + sides.length * (2 * p - 1)) / energy.error);
      // There the distributions of overlap and magnetisation are the same: <q^2> is between <|m|>^2 and 1.
      expect(overlap!.square.mean).toBeGreaterThan(magnetization.mean ** 2 - 4 * overlap!.square.error);
    }
    for (const d of deviations) expect(Math.abs(d)).toBeLessThan(3.5);
    expect(deviations.reduce((sum, d) => sum + d * d, 0)).toBeGreaterThan(0.1);
  });

  test('one ladder a system: no overlaps; three: refused', async () => {
    const ensemble = edwardsAndersonEnsemble([8, 4], { systems: 3 });
    await using thermo = new Thermo(ensemble, { device: 'cpu', temperatures: [2, 1], maxSamples: 10 });
    const { observables } = await thermo.sample({ burnIn: 10 });
    expect(observables[0]!.overlap).toBeUndefined();
    expect(() => new Thermo(ensemble, { ladders: 3 })).toThrow(
      expect.objectContaining({ code: 'ERR_THERMO_INVALID_ARGUMENT' }),
    );
    await expect(thermo.minimize({ maxSweeps: 1 })).rejects.toThrow(
      expect.objectContaining({ code: 'ERR_THERMO_INVALID_ARGUMENT' }),
    );
  });
});

describe('analysis while sampling goes on', () => {
  const options = { device: 'cpu' as const, temperatures: [3, 2, 1.5], maxSamples: 200 };
  test('sees the samples so far, and does not change the run', async () => {
    await using thermo = new Thermo(edwardsAnderson([6, 6], 1), { ...options, async: true });
    const plain = await thermo.sample({ burnIn: 50, seed: 1 });
    const seen: number[] = [];
    const watched = await thermo.sample({
      burnIn: 50,
      seed: 1,
      seriesEvery: 1,
      onSeries: (series) => {
        seen.push(series.samples);
        expect(series.energy(1)).toEqual(plain.series.energy(1).subarray(0, series.samples));
      },
    });
    expect(seen.at(-1)).toBe(200);
    expect(watched.observables).toEqual(plain.observables);
  });
  test('after every so many samples, sync as async, one at a time', async () => {
    const calls: Record<string, number[]> = {};
    for (const async of [false, true]) {
      await using thermo = new Thermo(edwardsAnderson([6, 6], 1), { ...options, async, ladders: 2 });
      const seen: number[] = [];
      let busy = false;
      let first: Float64Array | undefined;
      const { series } = await thermo.sample({
        samples: 100,
        sampleEvery: 3,
        burnIn: 50,
        seriesEvery: 30,
        onSeries: async (part) => {
          expect(busy).toBe(false);
          busy = true;
          await new Promise((resolve) => setTimeout(resolve, 5));
          busy = false;
          first ??= part.overlap(1);
          seen.push(part.samples);
        },
      });
      // What was handed out stays as it was.
      expect(first).toEqual(series.overlap(1).subarray(0, 30));
      calls[String(async)] = seen;
    }
    expect(calls).toEqual({ false: [30, 60, 90], true: [30, 60, 90] });
  });
  test('a run that the time ends reports what it has, and is taken up where it stopped', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'thermo-')), 'run.ckpt');
    const run = { burnIn: 50, seed: 1, checkpoint: { path, everyMs: 0, resume: true } };
    await using thermo = new Thermo(edwardsAnderson([6, 6], 1), { ...options, async: true });
    const expected = await thermo.sample({ burnIn: 50, seed: 1 });
    const cut = await thermo.sample({ ...run, timeLimit: 0.002 });
    const seen: number[] = [];
    const resumed = await thermo.sample({
      ...run,
      seriesEvery: 50,
      onSeries: ({ samples }) => void seen.push(samples),
    });
    expect(cut.series.samples).toBeLessThanOrEqual(200);
    expect(resumed.observables).toEqual(expected.observables);
    expect(seen.at(-1)).toBe(200);
  });
  test('what it throws ends the run', async () => {
    await using thermo = new Thermo(edwardsAnderson([6, 6], 1), options);
    const onSeries = () => {
      throw new Error('enough');
    };
    for (const async of [false, true]) {
      await using other = new Thermo(edwardsAnderson([6, 6], 1), { ...options, async });
      await expect(other.sample({ burnIn: 50, seriesEvery: 2, onSeries: async () => onSeries() })).rejects.toThrow(
        'enough',
      );
    }
    await expect(thermo.sample({ burnIn: 50, seriesEvery: 1, onSeries })).rejects.toThrow('enough');
    expect((await thermo.sample({ burnIn: 50 })).success).toBe(true);
  });
});
