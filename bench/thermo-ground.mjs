// Ground-state energies of +-J spin glasses, averaged over disorder, against published ones. Each ensemble is run twice with
// different seeds: systems whose lowest energies agree have most likely been solved.
//   node bench/thermo-ground.mjs [--device auto|cpu|N] [--engine E] [--shapes 24x24,8x8x8] [--systems 1024] [--rounds 20000]
//     [--out FILE]
// Published: two dimensions -1.4015(8) in the limit of large tori (C. De Simone et al., J. Stat. Phys. 84, 1996).
import { parseArgs } from 'node:util';
import { edwardsAndersonEnsemble, geometricTemperatures, Thermo } from '@aatgs/thermo';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'auto' },
    engine: { type: 'string' },
    threads: { type: 'string' },
    shapes: { type: 'string', default: '24x24,8x8x8' },
    systems: { type: 'string', default: '1024' },
    rungs: { type: 'string', default: '24' },
    rounds: { type: 'string', default: '20000' },
    out: { type: 'string' },
  },
});
const systems = Number(values.systems);
const rounds = Number(values.rounds);
const ensembles = [];
for (const shape of values.shapes.split(',')) {
  const sides = shape.split('x').map(Number);
  const model = edwardsAndersonEnsemble(sides, { systems, seed: 5 });
  const flat = sides.length === 2;
  await using thermo = new Thermo(model, {
    async: true,
    device: deviceNamed(values.device),
    temperatures: flat
      ? geometricTemperatures(1.3, 0.2, Number(values.rungs))
      : geometricTemperatures(1.9, 0.35, Number(values.rungs)),
    maxSamples: 1,
    ...(values.engine && { engine: values.engine }),
    ...(values.threads && { threads: Number(values.threads) }),
  });
  const lowest = [];
  const start = performance.now();
  for (const seed of [1, 2]) {
    await thermo.sample({ samples: 1, burnIn: rounds, seed });
    const energies = new BigInt64Array((await thermo.context.read('lowest')).slice().buffer);
    lowest.push(Float64Array.from(energies, (e) => (Number(e) * model.unit) / model.n));
  }
  const seconds = (performance.now() - start) / 1000;
  const best = lowest[0].map((e, i) => Math.min(e, lowest[1][i]));
  const agree = best.filter((_, i) => lowest[0][i] === lowest[1][i]).length / systems;
  const mean = best.reduce((a, b) => a + b) / systems;
  const variance = best.reduce((sum, e) => sum + (e - mean) ** 2, 0) / (systems - 1);
  const error = Math.sqrt(variance / systems);
  ensembles.push({ shape, systems, energy: mean, error, agree, seconds });
  console.log(
    `${shape}, ${systems} systems: e0 = ${mean.toFixed(5)} +- ${error.toFixed(5)}; both runs agree in ${(100 * agree).toFixed(1)} %, ${seconds.toFixed(1)} s`,
  );
}
writeRecord(values.out, 'ground states of spin glasses', {
  parameters: values,
  ensembles,
});
