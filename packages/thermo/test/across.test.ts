import { DeviceGroup } from '@aatgs/core';
import { expect, test } from 'vitest';
import {
  edwardsAnderson,
  edwardsAndersonEnsemble,
  geometricTemperatures,
  ising2d,
  type Model,
  sampleAcross,
  Thermo,
  type ThermoOptions,
  ThermoPhase,
} from '../src/index.ts';

const cases: Record<string, [Model, ThermoOptions]> = {
  'a graph': [edwardsAnderson([6, 6, 6], 1), { temperatures: geometricTemperatures(2, 0.5, 50), ladders: 2 }],
  'an ensemble': [edwardsAndersonEnsemble([8, 4, 4], { systems: 33 }), { temperatures: [2, 1.5, 1.2, 1, 0.8] }],
  'a square lattice': [ising2d(64), { temperatures: [2.1, 2.2, 2.3, 2.4, 2.5] }],
};
const plan = { samples: 40, burnIn: 80, sampleEvery: 2, seed: 7 };

function groupOf(model: Model, options: ThermoOptions, devices: number, async = true) {
  const share = (index: number) => ({ share: { index, of: devices } });
  return new DeviceGroup(
    ({ device, index }) => new Thermo(model, { ...options, device, async, threads: 1, ...share(index) }),
    { devices: new Array(devices).fill('cpu') },
  );
}

for (const [name, [model, options]] of Object.entries(cases)) {
  test(`${name} sampled across devices is the same as on one`, async () => {
    await using alone = new Thermo(model, { ...options, device: 'cpu', threads: 1, async: true });
    const expected = await alone.sample(plan);
    // Sync members have their rounds carried by the host.
    for (const [devices, async] of [
      [1, true],
      [2, true],
      [3, true],
      [2, false],
      [3, false],
    ] as const) {
      await using group = groupOf(model, options, devices, async);
      const rounds: number[] = [];
      const seen = await sampleAcross(group, { ...plan, onRound: (done) => rounds.push(done) });
      expect(rounds.at(-1)).toBe(160);
      expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
      expect(seen.exchanges).toEqual(expected.exchanges);
      expect(seen.sweeps).toBe(expected.sweeps);
      const { ladders, temperatures } = expected.series;
      expect(seen.series.temperatures).toEqual(temperatures);
      for (let k = 0; k < temperatures.length; k++) {
        for (let l = 0; l < ladders; l++) {
          expect(seen.series.energy(k, l)).toEqual(expected.series.energy(k, l));
          expect(seen.series.moment(k, l)).toEqual(expected.series.moment(k, l));
        }
        const { overlap: _, ...observables } = expected.observables[k]!;
        expect(seen.observables[k]).toMatchObject(observables);
        if (devices > 1) expect(seen.observables[k]!.overlap).toBeUndefined();
      }
    }
  });
}

test('one run after another, and an end on request', async () => {
  const [model, options] = cases['a graph']!;
  await using group = groupOf(model, options, 2);
  const [a, b] = await Promise.all([sampleAcross(group, plan), sampleAcross(group, plan)]);
  expect(a.series.energy(3)).toEqual(b.series.energy(3));
  const stop = new AbortController();
  const ended = sampleAcross(group, { ...plan, signal: stop.signal, onRound: () => stop.abort() });
  await expect(ended).rejects.toThrow(/abort/i);
  const c = await sampleAcross(group, plan);
  expect(c.series.energy(49, 1)).toEqual(a.series.energy(49, 1));
});

test('a member that waits for another ends when it is shut down', async () => {
  const [model, options] = cases['a graph']!;
  await using group = groupOf(model, options, 2);
  const context = group.members[0]!.context;
  const shown = context.createBuffer(256 + 16 * 100);
  const table = context.createBuffer(16);
  await table.upload(new BigUint64Array(2).fill(shown.address));
  await context.executeBatch([{ phase: ThermoPhase.RESET }]);
  // Both boxes are its own: it meets itself.
  const together = { phase: ThermoPhase.TOGETHER, substeps: 3, energies: shown.address, incoming: table.address };
  expect((await context.executeBatch([together]))[0]!.rounds).toBe(3);
  const silent = context.createBuffer(256 + 16 * 100);
  await table.upload(BigUint64Array.of(shown.address, silent.address));
  const waiting = expect(context.executeBatch([together])).rejects.toThrow(/shut down/);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const start = performance.now();
  await context.shutdown();
  expect(performance.now() - start).toBeLessThan(1000);
  await waiting;
});

test('shares that do not fit are refused', async () => {
  const invalid = expect.objectContaining({ code: 'ERR_THERMO_INVALID_ARGUMENT' });
  const [model, options] = cases['a graph']!;
  await using whole = new DeviceGroup(({ device }) => new Thermo(model, { ...options, device }), {
    devices: ['cpu', 'cpu'],
  });
  await expect(sampleAcross(whole, plan)).rejects.toEqual(invalid);
  await using shared = groupOf(model, options, 2);
  await expect(shared.members[0]!.sample()).rejects.toEqual(invalid);
  await expect(shared.members[1]!.minimize({ maxSweeps: 1 })).rejects.toEqual(invalid);
  expect(() => new Thermo(model, { share: { index: 2, of: 2 } })).toThrow(invalid);
  expect(() => new Thermo(model, { share: { index: 0, of: 2 }, ladders: 2, clusterEvery: 1 })).toThrow(invalid);
  expect(() => new Thermo(ising2d(64), { temperatures: [2], share: { index: 0, of: 2 } })).toThrow(/members/);
});
