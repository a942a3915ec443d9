// Batches on one device against the same batches on several: throughput, and whether the results are the same.
//   node bench/device-group.mjs [--devices 0,1] [--repeats 3] [--seconds 4] [--cases thermo,whcr,active-inference,population,small] [--out FILE]
// --seconds: about how long one device takes for a batch; the size of a job is measured first. On the CPU: --devices cpu,cpu.
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { ActiveInference, Population, shareOf, tmaze } from '@aatgs/active-inference';
import { DeviceGroup, GpuExecutionContext } from '@aatgs/core';
import { ExamplePhase, exampleModule } from '@aatgs/core/example';
import { edwardsAnderson, Thermo } from '@aatgs/thermo';
import { gnp, PhiloxStream, Whcr } from '@aatgs/whcr';
import { writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '0,1' },
    repeats: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    cases: { type: 'string', default: 'thermo,whcr,active-inference,population,small' },
    out: { type: 'string' },
  },
});
const all = values.devices.split(',').map((name) => (name === 'cpu' ? name : Number(name)));
const place = all[0] === 'cpu' ? { async: true, threads: 1 } : { async: true };
const JOBS = 32;
const seeds = Array.from({ length: JOBS }, (_, i) => i + 1);
const digest = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part instanceof Uint8Array ? part : JSON.stringify(part));
  return hash.digest('hex').slice(0, 16);
};
const bytes = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** A job's size for which one device takes the wanted time for all jobs; whole units. */
async function sized(group, run, wantedMs) {
  // The first job also allocates and warms up, and would make all others look longer than they are.
  await run(group.members[0], seeds[0], 1);
  let units = 1;
  for (;;) {
    const start = performance.now();
    await run(group.members[0], seeds[0], units);
    const took = performance.now() - start;
    if (took > wantedMs / 4) return Math.max(1, Math.round((units * wantedMs) / took));
    units *= took < wantedMs / 64 ? 8 : 2;
  }
}

const cases = {
  /** One spin glass, many runs: every job anneals the whole ladder with its own seed. */
  thermo: {
    what: 'thermo: minimize, 3D Edwards-Anderson 16^3, 32 temperatures x 8 ladders, exchanges every sweep',
    make: (where) => new Thermo(edwardsAnderson([16, 16, 16], 1), { ...where, ...place, ladders: 8, maxSamples: 0 }),
    async run(thermo, seed, units) {
      const { state, bestEnergy, sweeps } = await thermo.minimize({ seed, maxSweeps: 50 * units });
      return digest(bytes(state), bestEnergy, sweeps);
    },
  },
  /** One model, many populations: every job is a population of its own in its own world. */
  'active-inference': {
    what: 'active inference: 20,000 T-maze agents in closed loop on the device, policies of length 3',
    make: (where) =>
      new ActiveInference(tmaze().model, { ...where, ...place, agents: 20_000, policies: { length: 3 } }),
    async run(agents, seed, units) {
      await agents.reset({ seed });
      await agents.simulate(units);
      const [beliefs] = await agents.beliefs();
      return digest(bytes(beliefs), bytes(await agents.actions()));
    },
  },
  /** One graph, many colourings: every job repairs a random one with too few colours, so all of them use up their moves. */
  whcr: {
    what: 'WHCR: repair, G(500, 1/2), 46 colours, population 64',
    make: (where) => new Whcr(gnp(500, 0.5, 1), { ...where, ...place, population: 64, maxColors: 60 }),
    async run(whcr, seed, units) {
      const random = new PhiloxStream(seed, 1);
      const coloring = Uint32Array.from({ length: whcr.graph.n }, () => random.below(46));
      const result = await whcr.repair(coloring, { colors: 46, seed, maxIterations: 2000 * units });
      return digest(bytes(result.coloring), result.finalConflicts, result.iterations);
    },
  },
};

/** Jobs of 100 us that come and go through the rings, by `executeBatch`. */
async function small(group, jobs) {
  const list = Array.from({ length: jobs }, (_, seed) => [
    { phase: ExamplePhase.RESET, seed },
    { substeps: 4, seed },
    { phase: ExamplePhase.SPIN, spinNs: 100_000 },
  ]);
  const records = await group.executeBatch(list);
  // Sequence and iteration count on over the batches of a group.
  return digest(records.map(({ durationNs: _, sequence: __, iteration: ___, ...record }) => record));
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const rows = [];
function conclude(row, results) {
  const [one, several] = [row.oneMs, row.severalMs].map(median);
  rows.push({ ...row, speedup: one / several, identical: results.size === 1 });
  console.log(
    `${row.name}: one ${one.toFixed(0)} ms, ${all.length} devices ${several.toFixed(0)} ms: ${(one / several).toFixed(3)}x, results ${results.size === 1 ? 'identical' : 'DIFFERENT'}`,
  );
}

/** One population, its agents split over the devices; what is timed is `simulate`, what is compared every belief and action. */
async function population() {
  const agents = all[0] === 'cpu' ? 20_000 : 4_000_000;
  const groups = [all.slice(0, 1), all].map(
    (devices) =>
      new DeviceGroup(
        ({ device, index }) =>
          new ActiveInference(tmaze().model, {
            device,
            ...place,
            policies: { length: 2 },
            ...shareOf(agents, index, devices.length),
          }),
        { devices },
      ),
  );
  const timed = async (group, steps) => {
    const whole = new Population(group);
    await whole.reset({ seed: 1 });
    const start = performance.now();
    await whole.simulate(steps);
    return performance.now() - start;
  };
  for (const group of groups) await timed(group, 8);
  const steps = Math.max(8, Math.round((8000 * Number(values.seconds)) / (await timed(groups[0], 8))));
  const row = {
    name: 'population',
    what: `active inference: one population of ${agents} T-maze agents in closed loop, 16 policies`,
    steps,
    oneMs: [],
    severalMs: [],
  };
  const results = new Set();
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    for (const [i, group] of groups.entries()) {
      (i === 0 ? row.oneMs : row.severalMs).push(await timed(group, steps));
      const whole = new Population(group);
      const beliefs = await whole.read((part) => part.beliefs());
      const actions = await whole.read((part) => part.actions());
      results.add(digest(...beliefs.map(bytes), bytes(actions)));
    }
  }
  conclude(row, results);
  for (const group of groups) await group.shutdown();
}

for (const name of values.cases.split(',')) {
  if (name === 'population') {
    await population();
    continue;
  }
  const wantedMs = (Number(values.seconds) * 1000) / JOBS;
  const example = exampleModule({ entities: 2000, goal: 1_000_000 });
  const make = cases[name]?.make ?? ((where) => new GpuExecutionContext(example, { ...where, ...place }));
  const groups = [all.slice(0, 1), all].map((list) => new DeviceGroup(make, { devices: list }));
  // First a job on every device: the first one takes longer, and would pass for a larger one.
  for (const group of groups)
    await (cases[name] ? group.map(all, (member) => cases[name].run(member, 1, 1)) : small(group, 100));
  let size = Math.round(Number(values.seconds) * 8000);
  if (cases[name]) size = await sized(groups[0], cases[name].run, wantedMs);
  const once = (group) =>
    cases[name] ? group.map(seeds, (member, seed) => cases[name].run(member, seed, size)) : small(group, size);
  const milliseconds = [[], []];
  const results = new Set();
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    for (const [i, group] of groups.entries()) {
      const start = performance.now();
      results.add(JSON.stringify(await once(group)));
      milliseconds[i].push(performance.now() - start);
    }
  }
  const [oneMs, severalMs] = milliseconds;
  conclude(
    {
      name,
      what: cases[name]?.what ?? 'example: jobs of a reset, four substeps and a step of 100 us, by executeBatch',
      jobs: cases[name] ? JOBS : size,
      unitsPerJob: cases[name] ? size : 1,
      oneMs,
      severalMs,
      shares: groups[1].info.map(({ device, done }) => ({ device, done })),
    },
    results,
  );
  for (const group of groups) await group.shutdown();
}
const parameters = { devices: all, repeats: Number(values.repeats), seconds: Number(values.seconds) };
writeRecord(values.out, 'batches over devices', { parameters, rows });
process.exitCode = rows.every((row) => row.identical) ? 0 : 1;
