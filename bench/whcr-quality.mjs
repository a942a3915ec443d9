// How long a number of colours takes on published graphs, several seeds each; peers in the same run where given.
//   node bench/whcr-quality.mjs [--cases NAME:COLORS:SECONDS,...] [--seeds N] [--population P] [--device auto|cpu|N]
//     [--start random|greedy|dsatur] [--dynamic D] [--generation MOVES] [--progress SECONDS] [--head BINARY] [--out FILE]
// The graphs lie in $AATGS_DATA/dimacs, or in ../shared/data/dimacs beside the checkout; without them this says so and ends.
// --head: the binary of HEAD (Moalic and Gondran 2018, github.com/graphcoloring/HEAD), run alone after ours, its elites brought
// back every ten generations as in the paper. --progress: a line every so often.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { readGraph, Whcr } from '@aatgs/whcr';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: 'DSJC500.5:48:10,DSJC1000.5:83:60' },
    seeds: { type: 'string', default: '5' },
    population: { type: 'string' },
    dynamic: { type: 'string', default: 'auto' },
    generation: { type: 'string' },
    start: { type: 'string', default: 'dsatur' },
    device: { type: 'string', default: 'auto' },
    progress: { type: 'string' },
    head: { type: 'string' },
    out: { type: 'string' },
  },
});
const data = `${process.env.AATGS_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))}/dimacs`;
if (!existsSync(data)) {
  console.error(`SKIPPED: there are no graphs in ${data}; set AATGS_DATA`);
  process.exit(0);
}

/** Conflicting edges, counted from the file's own lines: shares nothing with the package's reader and checker. */
function conflictsByFile(text, coloring) {
  let conflicts = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith('e ')) continue;
    const [, a, b] = line.split(/\s+/);
    if (a !== b && coloring[a - 1] === coloring[b - 1]) conflicts++;
  }
  return conflicts;
}

/** One run of HEAD: seconds, and conflicts left. */
function runHead(file, colors, seconds, seed) {
  const started = performance.now();
  const { stdout } = spawnSync(
    values.head,
    ['-q', '-w', '10', '-s', String(seconds), '-d', String(seed), file, String(colors)],
    {
      encoding: 'utf8',
    },
  );
  const found = /nb conflicted edges: (\d+)/.exec(stdout);
  return { seed, seconds: (performance.now() - started) / 1000, conflicts: found ? Number(found[1]) : null };
}

/** Says from time to time how a search goes. */
function progressOf(name) {
  const every = values.progress === undefined ? Number.POSITIVE_INFINITY : 1000 * Number(values.progress);
  let next = every;
  return ({ elapsedMs, conflicts, moves }) => {
    if (elapsedMs < next) return;
    next = elapsedMs + every;
    console.log(
      `  ${name}: ${conflicts} left after ${(elapsedMs / 1000).toFixed(0)} s, ${(moves / 1e9).toFixed(2)} G moves`,
    );
  };
}

const device = deviceNamed(values.device);
const population = values.population && Number(values.population);
const folder = mkdtempSync(join(tmpdir(), 'whcr-'));
const cases = [];
const save = () =>
  writeRecord(values.out, 'whcr: time to a number of colours', { parameters: { ...values, device }, cases });
for (const spec of values.cases.split(',')) {
  const [name, colors, seconds] = spec.split(':').map((part, i) => (i ? Number(part) : part));
  const path = `${data}/${name}.col.gz`;
  if (!existsSync(path)) {
    console.error(`SKIPPED: ${path} is absent`);
    continue;
  }
  const text = gunzipSync(readFileSync(path)).toString('latin1');
  const graph = await readGraph(path);
  const entry = { name, vertices: graph.n, edges: graph.m, colors, limitSeconds: seconds, runs: [], head: [] };
  cases.push(entry);
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const opened = performance.now();
    await using whcr = new Whcr(graph, {
      async: true,
      device,
      maxColors: colors,
      ...(population && { population }),
      ...(values.dynamic !== 'auto' && { dynamic: values.dynamic }),
      ...(values.generation && { movesPerGeneration: Number(values.generation) }),
    });
    const found = await whcr.color({
      colors,
      seed,
      timeLimit: seconds,
      start: values.start,
      onProgress: progressOf(name),
    });
    const conflicts = conflictsByFile(text, found.coloring);
    const used = new Set(found.coloring).size;
    const proper = conflicts === 0 && used <= colors;
    if (proper !== found.success) throw new Error(`${name}: reported ${found.success}, checked ${proper}`);
    entry.runs.push({
      seed,
      success: proper,
      conflicts: Math.min(...found.history.map((step) => step.conflicts), found.finalConflicts),
      seconds: found.elapsedMs / 1000,
      kernelSeconds: found.kernelMs / 1000,
      setupSeconds: (performance.now() - opened - found.elapsedMs) / 1000,
      moves: found.iterations,
      engine: whcr.context.info.engine,
      dynamic: found.dynamic,
      population: found.population,
      reduced: found.reduced,
      // When it had so few conflicts.
      improvements: found.history.slice(-20).map(({ conflicts, elapsedMs }) => [conflicts, elapsedMs / 1000]),
    });
  }
  if (values.head) {
    const file = join(folder, `${name}.col`);
    writeFileSync(file, text);
    for (let seed = 1; seed <= Number(values.seeds); seed++) entry.head.push(runHead(file, colors, seconds, seed));
  }
  const moves = entry.runs.reduce((sum, run) => sum + run.moves, 0);
  const kernel = entry.runs.reduce((sum, run) => sum + run.kernelSeconds, 0);
  entry.millionMovesPerSecond = moves / kernel / 1e6;
  const shown = entry.runs.map((run) => (run.success ? `${run.seconds.toFixed(2)} s` : `${run.conflicts} left`));
  console.log(`${name} k=${colors}: ${shown.join(', ')}; ${entry.millionMovesPerSecond.toFixed(1)} M moves/s`);
  for (const run of entry.head)
    console.log(`  HEAD seed ${run.seed}: ${run.conflicts} left after ${run.seconds.toFixed(1)} s`);
  save();
}
rmSync(folder, { recursive: true });
