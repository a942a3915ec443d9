// Updates per nanosecond on Sherrington-Kirkpatrick glasses: couplings of +-1 among all sites. After an annealing run, sweeps
// of all temperatures with exchanges; the clock runs over whole configs.
//   node bench/thermo-dense.mjs [--device auto|cpu|N] [--engine E] [--sites 2048] [--ladders N] [--seconds 1] [--repeats 3]
//     [--out FILE]
import { parseArgs } from 'node:util';
import { geometricTemperatures, isingModel, Thermo, ThermoPhase } from '@aatgs/thermo';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'auto' },
    engine: { type: 'string' },
    threads: { type: 'string' },
    sites: { type: 'string', default: '2048' },
    ladders: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '1' },
    repeats: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});

function glass(n) {
  const columns = { u: [], v: [], w: [] };
  let state = 12345;
  for (let u = 0; u < n; u++) {
    for (let v = 0; v < u; v++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      columns.u.push(u);
      columns.v.push(v);
      columns.w.push(state >>> 31 ? 1 : -1);
    }
  }
  return isingModel(n, columns);
}

const n = Number(values.sites);
const ladders = Number(values.ladders);
const temperatures = geometricTemperatures(1.2 * Math.sqrt(n), 0.1 * Math.sqrt(n), 32);
await using thermo = new Thermo(glass(n), {
  async: true,
  device: deviceNamed(values.device),
  ladders,
  temperatures,
  maxSamples: 0,
  ...(values.engine && { engine: values.engine }),
  ...(values.threads && { threads: Number(values.threads) }),
});
const { bestEnergy } = await thermo.minimize({ maxSweeps: 400, anneal: 200, seed: 1 });
const run = async (rounds) => {
  const start = performance.now();
  await thermo.executeBatch([{ phase: ThermoPhase.RUN, substeps: rounds }]);
  return (performance.now() - start) * 1e6;
};
const rounds = Math.max(1, Math.round((Number(values.seconds) * 2e9) / (await run(2))));
const repeats = [];
for (let i = 0; i < Number(values.repeats); i++) repeats.push((n * 32 * ladders * rounds) / (await run(rounds)));
const median = [...repeats].sort((a, b) => a - b)[Math.floor(repeats.length / 2)];
const { device, deviceName, engine } = thermo.info;
console.log(
  `SK, ${n} spins, ${ladders} ladders of 32: ${median.toFixed(3)} updates/ns (${repeats.map((x) => x.toFixed(3)).join(', ')}), engine ${engine}; best energy after 400 sweeps ${bestEnergy}, ${(bestEnergy / n ** 1.5).toFixed(4)} n^1.5`,
);
writeRecord(values.out, 'thermo: dense graphs', {
  parameters: values,
  bestEnergy,
  rounds,
  updatesPerNs: repeats,
  median,
  engine,
  device,
  deviceName,
});
