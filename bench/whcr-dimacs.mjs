// Colours DIMACS graphs with k colours, several seeds, sync and async, and records every run.
//   node bench/whcr-dimacs.mjs [--time S] [--seeds N] [--device auto|cpu|N] [--out FILE]
// The graphs lie in $AATGS_DATA/dimacs, or in ../shared/data/dimacs beside the checkout; without them this says so and ends.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readGraph, Whcr } from '@aatgs/whcr';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    time: { type: 'string', default: '10' },
    seeds: { type: 'string', default: '3' },
    device: { type: 'string', default: 'auto' },
    out: { type: 'string' },
  },
});
const data = `${process.env.AATGS_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))}/dimacs`;
if (!existsSync(data)) {
  console.error(`SKIPPED: there are no graphs in ${data}; set AATGS_DATA`);
  process.exit(0);
}

/** k: the best known number of colours, or a little more where that takes longer than the limit on one CPU core. */
const INSTANCES = [
  ['DSJC125.5', 17],
  ['DSJC125.9', 44],
  ['DSJC250.5', 28],
  ['DSJC250.9', 72],
  ['DSJC500.5', 49],
  ['DSJC500.9', 128],
  ['DSJC1000.1', 21],
  ['DSJR500.1c', 85],
  ['le450_15c', 15],
  ['le450_25a', 25],
  ['flat300_26_0', 26],
  ['queen9_9', 10],
  ['queen16_16', 18],
  ['school1', 14],
  ['myciel7', 8],
  ['R1000.1', 20],
];

const limit = Number(values.time);
const device = deviceNamed(values.device);
const runs = [];
for (const [name, colors] of INSTANCES) {
  const path = `${data}/${name}.col.gz`;
  if (!existsSync(path)) {
    console.error(`SKIPPED: ${path} is absent`);
    continue;
  }
  const graph = await readGraph(path);
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    for (const mode of ['sync', 'async']) {
      await using whcr = new Whcr(graph, { async: mode === 'async', device, maxColors: colors });
      const { success, finalConflicts, iterations, elapsedMs } = await whcr.color({ colors, seed, timeLimit: limit });
      runs.push({
        name,
        vertices: graph.n,
        edges: graph.m,
        colors,
        seed,
        mode,
        success,
        conflicts: finalConflicts,
        moves: iterations,
        milliseconds: elapsedMs,
      });
    }
  }
  const mine = runs.filter((run) => run.name === name);
  const solved = mine.filter((run) => run.success).length;
  const rate = mine.map((run) => run.moves / run.milliseconds / 1000).sort((a, b) => a - b)[mine.length >> 1];
  console.log(`${name} k=${colors}: ${solved}/${mine.length} runs solved, ${rate.toFixed(2)} M moves/s`);
}
writeRecord(values.out, 'whcr on DIMACS graphs', {
  parameters: { timeLimitSeconds: limit, seeds: Number(values.seeds), device, population: 2 },
  runs,
});
