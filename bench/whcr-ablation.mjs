// Colours graphs of both kinds in the sparse regime with and without the hierarchy and priors, and records every run.
//   node bench/whcr-ablation.mjs [--time S] [--seeds N] [--device auto|cpu|N] [--out FILE]
import { parseArgs } from 'node:util';
import { geometric, gnm, gnp, rmat, Whcr } from '@aatgs/whcr';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    time: { type: 'string', default: '5' },
    seeds: { type: 'string', default: '3' },
    device: { type: 'string', default: 'auto' },
    out: { type: 'string' },
  },
});
const limit = Number(values.time);
const device = deviceNamed(values.device);
const GRAPHS = [
  gnm(2 ** 17, 2 ** 20, 1),
  rmat(16, 16, 1),
  geometric(2 ** 16, 0.012, 1),
  gnp(1000, 0.1, 1),
  gnp(500, 0.5, 1),
];

/** The prior a user without other modules has: vertices of high degree are under more stress. */
const degreeStress = (graph) => Float32Array.from({ length: graph.n }, (_, v) => graph.degree(v) / graph.maxDegree);

const runs = [];
for (const graph of GRAPHS) {
  for (const hierarchy of [0, 6]) {
    for (const priors of [false, true]) {
      for (let seed = 1; seed <= Number(values.seeds); seed++) {
        await using whcr = new Whcr(graph, { async: true, device, regime: 'sparse', reduction: false, hierarchy });
        if (priors) await whcr.setPriors({ stress: degreeStress(graph) });
        const once = await whcr.color({ seed, maxIterations: 0 });
        const fewer = await whcr.minimize({ seed, timeLimit: limit, target: 1 });
        const reached = fewer.history.find(({ bestColors }) => bestColors === fewer.finalColors);
        runs.push({
          graph: graph.name,
          vertices: graph.n,
          edges: graph.m,
          hierarchy,
          priors,
          seed,
          oneShotColors: once.finalColors,
          oneShotMilliseconds: once.kernelMs,
          colors: fewer.finalColors,
          reachedMilliseconds: reached?.elapsedMs ?? null,
          conflictsLeftBelow: fewer.history.at(-1)?.conflicts ?? null,
          milliseconds: fewer.elapsedMs,
          moves: fewer.iterations,
        });
      }
      const mine = runs.slice(-Number(values.seeds));
      const shown = mine
        .map((run) => `${run.colors} after ${(run.reachedMilliseconds / 1000).toFixed(2)} s`)
        .join(', ');
      console.log(`${graph.name} hierarchy ${hierarchy} priors ${priors}: ${mine[0].oneShotColors} at once; ${shown}`);
    }
  }
  writeRecord(values.out, 'whcr: hierarchy and priors, with and without', {
    parameters: { timeLimitSeconds: limit, seeds: Number(values.seeds), device },
    runs,
  });
}
