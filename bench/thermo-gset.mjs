// Max-Cut on Gset instances, several seeds, and records every run: the cut reached, and when the best known one was.
//   node bench/thermo-gset.mjs [--time S] [--seeds N] [--device auto|cpu|N] [--engine E] [--instances G1,G22]
//     [--within SHARE] [--units N] [--cluster-every N] [--sweeps N] [--threads N] [--at-once] [--out FILE]
// --at-once: all seeds of a graph at the same time on one GPU, each on its share of the multiprocessors. A run ends at the best known cut, or where it comes within a share of it (--within 0.0005: 0.05 %).
// The graphs lie in $AATGS_DATA/gset, or in ../shared/data/gset beside the checkout; without them this says so and ends.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { devices } from '@aatgs/core';
import { cutWeight, maxCutModel, readRudy, reduceModel, searchOptions, Thermo } from '@aatgs/thermo';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    time: { type: 'string', default: '10' },
    seeds: { type: 'string', default: '3' },
    device: { type: 'string', default: 'auto' },
    engine: { type: 'string' },
    within: { type: 'string', default: '0' },
    units: { type: 'string' },
    'cluster-every': { type: 'string' },
    sweeps: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    'at-once': { type: 'boolean', default: false },
    instances: { type: 'string' },
    out: { type: 'string' },
  },
});
const data = `${process.env.AATGS_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))}/gset`;
if (!existsSync(`${data}/MANIFEST.tsv`)) {
  console.error(`SKIPPED: there are no graphs in ${data}; set AATGS_DATA`);
  process.exit(0);
}
const manifest = readFileSync(`${data}/MANIFEST.tsv`, 'utf8').trimEnd().split('\n').slice(1);
const bestKnown = new Map(manifest.map((line) => line.split('\t')).map((fields) => [fields[0], Number(fields[5])]));

const limit = Number(values.time);
const device = deviceNamed(values.device);
const { cuda } = devices();
const gpu = device === 'cpu' ? undefined : cuda.devices[device === 'auto' ? 0 : device];
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1);
const maxBlocks = gpu && Math.floor(gpu.multiprocessors / (values['at-once'] ? seeds.length : 1));
const units = Number(values.units ?? maxBlocks ?? values.threads);
const runs = [];
for (const name of values.instances?.split(',') ?? bestKnown.keys()) {
  const path = `${data}/${name}.txt.gz`;
  if (!existsSync(path)) {
    console.error(`SKIPPED: ${path} is absent`);
    continue;
  }
  const graph = await readRudy(path);
  const total = graph.w.reduce((sum, w) => sum + w, 0);
  const best = bestKnown.get(name);
  const { model, expand } = reduceModel(maxCutModel(graph));
  const search = {
    ...searchOptions(model, units),
    ...(values['cluster-every'] && { clusterEvery: Number(values['cluster-every']) }),
  };
  const { ladders, clusterEvery } = search;
  const replicas = ladders * search.temperatures.length;
  const goal = Math.ceil(best * (1 - Number(values.within)));
  const options = {
    async: true,
    device,
    maxSamples: 0,
    ...search,
    sweepsPerRound: Number(values.sweeps),
    ...(values.engine && { engine: values.engine }),
    ...(maxBlocks ? { maxBlocks } : { threads: Number(values.threads) }),
  };
  const run = async (thermo, seed) => {
    const result = await thermo.minimize({ seed, timeLimit: limit, target: total - 2 * goal });
    const { sweeps, elapsedMs, history } = result;
    const cut = cutWeight(graph, expand(result.state));
    const updatesPerNs = (sweeps * model.n * replicas) / elapsedMs / 1e6;
    runs.push({
      name,
      n: graph.n,
      m: graph.w.length,
      searched: model.n,
      seed,
      cut,
      best,
      goal,
      ladders,
      replicas,
      clusterEvery,
      foundAtMs: history.at(-1).elapsedMs,
      sweeps,
      elapsedMs,
      updatesPerNs,
    });
  };
  if (values['at-once']) {
    const all = seeds.map(() => new Thermo(model, options));
    await Promise.all(all.map((thermo) => thermo.minimize({ seed: 0, maxSweeps: 0 }))); // all are there when clocks start
    await Promise.all(all.map((thermo, i) => run(thermo, seeds[i])));
    await Promise.all(all.map((thermo) => thermo.shutdown()));
  } else {
    await using thermo = new Thermo(model, options);
    for (const seed of seeds) await run(thermo, seed);
  }
  const mine = runs.filter((run) => run.name === name);
  const hits = mine.filter((run) => run.cut >= goal).length;
  const cuts = mine.map((run) => run.cut);
  const seconds = (mine.reduce((sum, run) => sum + run.foundAtMs, 0) / mine.length / 1000).toFixed(2);
  console.log(
    `${name}: best ${Math.max(...cuts)}, worst ${Math.min(...cuts)} of ${best}; ${hits}/${mine.length} reached ${goal}, after ${seconds} s on average, ${mine[0].updatesPerNs.toFixed(2)} updates/ns`,
  );
  writeRecord(values.out, 'thermo on Gset', {
    parameters: { ...values, out: undefined, timeLimitSeconds: limit, seeds: seeds.length, units },
    runs,
  });
}
