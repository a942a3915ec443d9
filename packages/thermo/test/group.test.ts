import { DeviceGroup } from '@aatgs/core';
import { expect, test } from 'vitest';
import { edwardsAnderson, observe, Series, Thermo } from '../src/index.ts';

const model = edwardsAnderson([6, 6], 1);
const seeds = [1, 2, 3, 4, 5];
const make = (devices: number, ladders = 2) =>
  new DeviceGroup(({ device }) => new Thermo(model, { device, async: true, threads: 1, ladders }), {
    devices: new Array(devices).fill('cpu'),
  });

test('ladders sampled on one, two and three devices are the same, joined to one series', async () => {
  const options = { samples: 60, burnIn: 100, adapt: false };
  let expected: (Float64Array | number)[] | undefined;
  for (const devices of [1, 2, 3]) {
    await using group = make(devices);
    const runs = await group.map(seeds, (thermo, seed) => thermo.sample({ ...options, seed }));
    const all = Series.join(runs.map((run) => run.series));
    expect(all).toMatchObject({ ladders: 10, samples: 60 });
    for (const [r, { series }] of runs.entries()) {
      expect(all.energy(3, 2 * r + 1)).toEqual(series.energy(3, 1));
      expect(all.moment(5, 2 * r)).toEqual(series.moment(5, 0));
      expect(all.overlap(7, r)).toEqual(series.overlap(7, 0));
    }
    const seen = [all.energy(0, 9), all.overlap(31, 4), observe(all, 10).energy.mean];
    expected ??= seen;
    expect(seen).toEqual(expected);
  }
});

test('runs that do not fit together are refused', async () => {
  await using group = make(1);
  await using single = make(1, 1);
  const [adapted, fixed] = await group.map([{}, { adapt: false }], (thermo, options) =>
    thermo.sample({ samples: 10, burnIn: 200, ...options }),
  );
  const [odd] = await single.map([1], (thermo) => thermo.sample({ samples: 10, burnIn: 10, adapt: false }));
  const invalid = expect.objectContaining({ code: 'ERR_THERMO_INVALID_ARGUMENT' });
  expect(() => Series.join([fixed!.series, adapted!.series])).toThrow(invalid);
  expect(() => Series.join([odd!.series, odd!.series])).toThrow(invalid);
  expect(() => Series.join([])).toThrow(invalid);
  expect(Series.join([odd!.series]).energy(2)).toEqual(odd!.series.energy(2));
});
