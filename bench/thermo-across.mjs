// One set of ladders on several devices, exchanges across them, against the same on one: times of whole runs, in turn, and
// whether both end in the same samples.
//   node bench/thermo-across.mjs [--devices 0,1] [--engine E] [--side 32] [--systems 512] [--rungs 32] [--sweeps 10]
//     [--rounds 200] [--repeats 3] [--out FILE]
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { DeviceGroup } from '@aatgs/core';
import { edwardsAndersonEnsemble, geometricTemperatures, sampleAcross, Thermo } from '@aatgs/thermo';
import { writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '0,1' },
    engine: { type: 'string' },
    threads: { type: 'string' },
    side: { type: 'string', default: '32' },
    systems: { type: 'string', default: '512' },
    rungs: { type: 'string', default: '32' },
    sweeps: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '200' },
    repeats: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});
const places = values.devices.split(',').map((device) => (device === 'cpu' ? 'cpu' : Number(device)));
const [side, systems, rungs, sweepsPerRound, rounds] = [
  values.side,
  values.systems,
  values.rungs,
  values.sweeps,
  values.rounds,
].map(Number);
const model = edwardsAndersonEnsemble([side, side, side], { systems });
const make = (all) =>
  new DeviceGroup(
    ({ device, index }) =>
      new Thermo(model, {
        async: true,
        device,
        share: { index, of: all.length },
        temperatures: geometricTemperatures(2, 0.7, rungs),
        sweepsPerRound,
        maxSamples: 10,
        ...(values.engine && { engine: values.engine }),
        ...(values.threads && { threads: Number(values.threads) }),
      }),
    { devices: all },
  );

async function run(group) {
  const start = performance.now();
  const { series, exchanges } = await sampleAcross(group, { samples: 1, burnIn: rounds - 1, adapt: false, seed: 1 });
  const milliseconds = performance.now() - start;
  const hash = createHash('sha256').update(exchanges.acceptance);
  for (let k = 0; k < rungs; k++) hash.update(series.energy(k, systems - 1)).update(series.moment(k, 0));
  return {
    milliseconds,
    updatesPerNs: (model.n * systems * rungs * sweepsPerRound * rounds) / milliseconds / 1e6,
    samples: hash.digest('hex').slice(0, 16),
  };
}

const repeats = [];
{
  await using one = make(places.slice(0, 1));
  await using all = make(places);
  const links = all.info.map(({ deviceName, links }) => ({ deviceName, links }));
  await run(one);
  await run(all);
  for (let i = 0; i < Number(values.repeats); i++) {
    const round = { one: await run(one), all: await run(all) };
    repeats.push(round);
    const same = round.one.samples === round.all.samples;
    console.log(
      `${side}^3, ${systems} systems, ${sweepsPerRound} sweeps a round: one ${round.one.updatesPerNs.toFixed(1)}, ${places.length} devices ${round.all.updatesPerNs.toFixed(1)} updates/ns, ${(round.one.milliseconds / round.all.milliseconds).toFixed(2)} times; ${(round.all.milliseconds / rounds).toFixed(2)} ms a round; ${same ? 'same samples' : 'DIFFERENT SAMPLES'}`,
    );
    if (!same) process.exitCode = 1;
  }
  writeRecord(values.out, 'thermo: exchanges across devices', {
    parameters: values,
    links,
    repeats,
  });
}
