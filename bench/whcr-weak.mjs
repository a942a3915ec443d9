// The instances plain tabu search is weak on: with reduction and better starts, and with each dynamic.
//   node bench/whcr-weak.mjs [--time S] [--ways plain,default,table,weighted,annealed] [--device auto|cpu|N] [--out FILE]
// The graphs lie in $AATGS_DATA/dimacs, or in ../shared/data/dimacs beside the checkout; without them this says so and ends.
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readGraph, Whcr } from '@aatgs/whcr';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    time: { type: 'string', default: '5' },
    ways: { type: 'string', default: 'plain,default,table,weighted,annealed' },
    device: { type: 'string', default: 'auto' },
    out: { type: 'string' },
  },
});
const data = `${process.env.AATGS_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))}/dimacs`;
if (!existsSync(data)) {
  console.error(`SKIPPED: there are no graphs in ${data}; set AATGS_DATA`);
  process.exit(0);
}
const INSTANCES = [
  ['R1000.5', 234],
  ['R1000.1c', 98],
  ['latin_square_10', 100],
  ['wap01a', 42],
  ['wap02a', 41],
  ['wap03a', 43],
  ['wap06a', 41],
  ['wap07a', 41],
  ['wap08a', 41],
  ['le450_25c', 25],
  ['le450_15c', 15],
  ['DSJC500.1', 12],
  ['DSJR500.1c', 85],
];
const WAYS = {
  plain: { options: { reduction: false, dynamic: 'table' }, start: 'random' },
  default: { options: {}, start: 'dsatur' },
  table: { options: { dynamic: 'table' }, start: 'dsatur' },
  weighted: { options: { dynamic: 'weighted' }, start: 'dsatur' },
  annealed: { options: { dynamic: 'annealed' }, start: 'dsatur' },
};
const limit = Number(values.time);
const ways = values.ways.split(',');
const device = deviceNamed(values.device);
const threads = availableParallelism(); // as the command line does it
const runs = [];
for (const [name, colors] of INSTANCES) {
  const path = `${data}/${name}.col.gz`;
  if (!existsSync(path)) {
    console.error(`SKIPPED: ${path} is absent`);
    continue;
  }
  const graph = await readGraph(path);
  for (const way of ways) {
    const { options, start } = WAYS[way];
    await using whcr = new Whcr(graph, { async: true, device, threads, maxColors: colors, ...options });
    const found = await whcr.color({ colors, start, seed: 1, timeLimit: limit });
    const { success, finalConflicts, iterations, elapsedMs, reduced, dynamic, population } = found;
    // Conflicts of a reduced graph count again in every dominated vertex; those of the search itself compare better.
    const searched = found.history.reduce((least, { conflicts }) => Math.min(least, conflicts), finalConflicts);
    runs.push({
      name,
      colors,
      way,
      success,
      conflicts: finalConflicts,
      searched,
      moves: iterations,
      milliseconds: elapsedMs,
      dynamic,
      population,
      reduced,
    });
  }
  const mine = runs.filter((run) => run.name === name && run.colors === colors);
  const shown = mine.map((run) =>
    run.success
      ? `${run.way} solved in ${(run.milliseconds / 1000).toFixed(2)} s`
      : `${run.way} ${run.searched} conflicts`,
  );
  console.log(`${name} k=${colors}: ${shown.join(', ')}`);
}
writeRecord(values.out, 'whcr on instances weak for tabu search', {
  parameters: {
    timeLimitSeconds: limit,
    seed: 1,
    device,
    threads,
    ways: Object.fromEntries(ways.map((way) => [way, WAYS[way]])),
  },
  runs,
});
