// Updates per nanosecond of the bit-packed lattices: the 2D Ising ferromagnet on one torus, and ensembles of 3D spin glasses
// with replica exchange. The clock runs over whole configs, waits and exchanges in it.
//   node bench/thermo-lattices.mjs [--device auto|cpu|N] [--engine E] [--sides 8192,32768] [--systems 256] [--glass 32]
//     [--sweeps 20] [--repeats 5] [--out FILE]
import { parseArgs } from 'node:util';
import { edwardsAndersonEnsemble, geometricTemperatures, ising2d, Thermo, ThermoPhase } from '@aatgs/thermo';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'auto' },
    engine: { type: 'string' },
    threads: { type: 'string' },
    sides: { type: 'string', default: '8192,32768' },
    glass: { type: 'string', default: '32' },
    systems: { type: 'string', default: '256' },
    rungs: { type: 'string', default: '32' },
    sweeps: { type: 'string', default: '20' },
    seconds: { type: 'string', default: '1' },
    repeats: { type: 'string', default: '5' },
    out: { type: 'string' },
  },
});
const numbers = (text) => text.split(',').filter(Boolean).map(Number);
const placement = {
  async: true,
  device: deviceNamed(values.device),
  ...(values.engine && { engine: values.engine }),
  ...(values.threads && { threads: Number(values.threads) }),
};
const sweepsPerRound = Number(values.sweeps);
const measurements = [];

async function measure(what, model, options) {
  await using thermo = new Thermo(model, { ...placement, sweepsPerRound, maxSamples: 0, ...options });
  const rungs = options.temperatures.length;
  const updates = model.n * model.systems * rungs * sweepsPerRound;
  const run = async (rounds) => {
    const start = performance.now();
    await thermo.executeBatch([{ phase: ThermoPhase.RUN, substeps: rounds }]);
    return (performance.now() - start) * 1e6;
  };
  await run(1);
  const one = await run(2);
  const rounds = Math.max(1, Math.round((Number(values.seconds) * 2e9) / one));
  const repeats = [];
  for (let i = 0; i < Number(values.repeats); i++) repeats.push((updates * rounds) / (await run(rounds)));
  const median = [...repeats].sort((a, b) => a - b)[Math.floor(repeats.length / 2)];
  const { device, deviceName, engine } = thermo.info;
  measurements.push({
    what,
    sites: model.n,
    systems: model.systems,
    rungs,
    sweepsPerRound,
    rounds,
    updatesPerNs: repeats,
    median,
    engine,
    device,
    deviceName,
  });
  console.log(
    `${what}: ${median.toFixed(1)} updates/ns (${repeats.map((x) => x.toFixed(1)).join(', ')}), ${rounds} rounds of ${sweepsPerRound} sweeps, engine ${engine}`,
  );
}

for (const side of numbers(values.sides))
  await measure(`2D Ising ${side}^2`, ising2d(side), { temperatures: [2.26918531421302] });
for (const side of numbers(values.glass)) {
  const model = edwardsAndersonEnsemble([side, side, side], { systems: Number(values.systems) });
  await measure(`3D Edwards-Anderson ${side}^3`, model, {
    temperatures: geometricTemperatures(2, 0.7, Number(values.rungs)),
  });
}
writeRecord(values.out, 'bit-packed lattices', {
  parameters: values,
  measurements,
});
