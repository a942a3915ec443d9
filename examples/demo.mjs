// Colours a few graph families twice, sync and async, from one code path with one flag, and shows that both end in the
// same colouring. Every number in the table comes from this run.
import { devices } from '@aatgs/core';
import { flat, geometric, gnp, latinSquare, mycielski, queen, Whcr } from '@aatgs/whcr';

const instances = [
  { name: 'queen13_13', graph: queen(13), colors: 15 },
  { name: 'myciel7', graph: mycielski(7), colors: 8 },
  { name: 'Latin square, order 12', graph: latinSquare(12), colors: 14 },
  { name: 'flat300_20', graph: flat(300, 20, 1).graph, colors: 20 },
  { name: 'random n=125 p=0.9', graph: gnp(125, 0.9, 1), colors: 44 },
  { name: 'random n=250 p=0.5', graph: gnp(250, 0.5, 1), colors: 28 },
  { name: 'random n=500 p=0.5', graph: gnp(500, 0.5, 1), colors: 50 },
  { name: 'geometric n=500 r=0.1', graph: geometric(500, 0.1, 1), colors: 14 },
];

async function solve(graph, colors, async) {
  await using whcr = new Whcr(graph, { async, seed: 1 });
  const result = await whcr.color({ colors, maxIterations: 4_000_000 });
  const { configRing, busyFraction } = whcr.stats;
  return { ...result, ring: configRing.mean, busyFraction, device: whcr.info.deviceName, why: whcr.info.reason };
}

const percent = (share) => `${Math.round(share * 100)} %`;
const milliseconds = (ms) => `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;

const { cpu, cuda } = devices();
console.log(
  `CPU: ${cpu.name}, ${cpu.cores} cores. GPU: ${cuda.available ? cuda.devices[0]?.name : `none used (${cuda.reason})`}\n`,
);

await solve(queen(8), 9, true); // so that compiling JavaScript is not part of the first row
const rows = [];
let good = true;
for (const { name, graph, colors } of instances) {
  process.stderr.write(`colouring ${name} with ${colors} colours ...\n`);
  const sync = await solve(graph, colors, false);
  const async = await solve(graph, colors, true);
  const same = Buffer.compare(Buffer.from(sync.coloring.buffer), Buffer.from(async.coloring.buffer)) === 0;
  good &&= same && async.success;
  rows.push({
    graph: name,
    vertices: graph.n,
    edges: graph.m,
    colours: async.finalColors,
    conflicts: async.finalConflicts, // counted by verifyColoring, which shares nothing with the search
    moves: async.iterations,
    sync: milliseconds(sync.elapsedMs),
    async: milliseconds(async.elapsedMs),
    'ring (async)': percent(async.ring),
    'workers busy': percent(async.busyFraction),
    'same colouring': same ? 'yes' : 'NO',
  });
}
console.table(rows);
console.log(good ? 'All proper; sync and async ended in the same colourings.' : 'Something went wrong: see the table.');
process.exitCode = good ? 0 : 1;
