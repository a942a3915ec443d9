// Huge sparse graphs: one greedy colouring, then fewer colours in ten times ECL-GC's time (or ours), ECL-GC in the same run where given.
//   node bench/whcr-sparse.mjs [--graphs rmat,gnm,grid,social,mesh,geometric] [--scale 20] [--seeds N] [--device auto|cpu|N] [--ecl BINARY]
//     [--chroma BINARY] [--fewest SECONDS] [--folder FOLDER] [--write] [--out FILE]
// --ecl: the binary of ECL-GC (Alabandi, Powers and Burtscher 2020). --chroma: that of CHROMA (NTUDDSNLab/CHROMA), run with
// both of its orders. Their times and `kernelMs` are all without transfers.
// --fewest: also minimise with reduction, for so long. --folder: graphs are kept there, and read where they are there already.
// --write: do no more than that, to make many at once.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Graph, geometric, gnm, greedyClique, grid, rmat, Whcr } from '@aatgs/whcr';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    graphs: { type: 'string', default: 'rmat,gnm,grid' },
    scale: { type: 'string', default: '20' },
    seeds: { type: 'string', default: '5' },
    device: { type: 'string', default: 'auto' },
    ecl: { type: 'string' },
    chroma: { type: 'string' },
    fewest: { type: 'string' },
    folder: { type: 'string' },
    write: { type: 'boolean' },
    out: { type: 'string' },
  },
});
const scale = Number(values.scale);
const GRAPHS = {
  rmat: () => rmat(scale, 16, 1),
  gnm: () => gnm(2 ** (scale + 1), 2 ** (scale + 4), 1),
  grid: () => grid(2 ** (scale / 2 + 1), 2 ** (scale / 2 + 1)),
  // R-MAT with fewer hubs, as in social networks.
  social: () => rmat(scale, 16, 1, { a: 0.45, b: 0.22, c: 0.22 }),
  mesh: () => mesh(Math.round(2 ** (scale / 3))),
  geometric: () => geometric(2 ** scale, Math.sqrt(16 / (Math.PI * 2 ** scale)), 1),
};

/** A cube of side^3 points, each with the 26 around it: the matrix of a three-dimensional finite element mesh. */
function mesh(side) {
  const offsets = new Uint32Array(side ** 3 + 1);
  const neighbors = new Uint32Array(26 * side ** 3);
  let arcs = 0;
  const near = (x) => [x - 1, x, x + 1].filter((y) => y >= 0 && y < side);
  for (let v = 0; v < side ** 3; v++) {
    const [x, y, z] = [Math.floor(v / side ** 2), Math.floor(v / side) % side, v % side];
    for (const a of near(x)) {
      for (const b of near(y)) {
        for (const c of near(z)) {
          const u = (a * side + b) * side + c;
          if (u !== v) neighbors[arcs++] = u;
        }
      }
    }
    offsets[v + 1] = arcs;
  }
  return Graph.fromCsr(offsets, neighbors.subarray(0, arcs));
}

/** Conflicting edges over the raw rows. */
function conflictsOf({ n, offsets, neighbors }, coloring) {
  let conflicts = 0;
  for (let v = 0; v < n; v++) {
    for (let a = offsets[v]; a < offsets[v + 1]; a++) if (coloring[neighbors[a]] === coloring[v]) conflicts++;
  }
  return conflicts / 2;
}

/** A graph, and its file in ECL's format: n, arcs, offsets and neighbours as 32-bit words. */
function graphNamed(name) {
  const path = join(folder, `${name}-${scale}.egr`);
  if (existsSync(path)) {
    const bytes = readFileSync(path);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    return { path, graph: Graph.fromCsr(words.subarray(2, words[0] + 3), words.subarray(words[0] + 3)) };
  }
  const graph = GRAPHS[name]();
  const words = new Uint32Array(2 + graph.n + 1 + graph.neighbors.length);
  words.set([graph.n, graph.neighbors.length]);
  words.set(graph.offsets, 2);
  words.set(graph.neighbors, 3 + graph.n);
  writeFileSync(path, words);
  return { path, graph };
}

const PEERS = {
  ecl: (path) => [values.ecl, [path], 1000],
  chroma: (path) => [values.chroma, ['-f', path, '-a', '0'], 1],
  chromaSdc: (path) => [values.chroma, ['-f', path, '-a', '1'], 1],
};

/** A few runs of a peer, without the first, which warms the machine up; none without its binary. */
function runPeer(name, path) {
  const [binary, args, unit] = PEERS[name](path);
  if (!binary) return [];
  const runs = Array.from({ length: Math.min(Number(values.seeds), 3) + 1 }, () => {
    const { stdout } = spawnSync(binary, args, { encoding: 'utf8', timeout: 10_000 });
    const time = /^runtime:\s+([\d.]+)/m.exec(stdout);
    const colors = /colors used: (\d+)/.exec(stdout);
    if (!time || !colors) console.error(`${name} gave no colouring:\n${stdout}`);
    return time && colors && { milliseconds: Number(time[1]) * unit, colors: Number(colors[1]) };
  });
  return runs.slice(1).filter(Boolean);
}

const device = deviceNamed(values.device);
const folder = values.folder ?? mkdtempSync(join(tmpdir(), 'whcr-'));
const cases = [];
for (const name of values.graphs.split(',')) {
  const { path, graph } = graphNamed(name);
  if (values.write) continue;
  const peers = Object.fromEntries(Object.keys(PEERS).map((peer) => [peer, runPeer(peer, path)]));
  const entry = { name, vertices: graph.n, edges: graph.m, ...peers, once: [], improved: [] };
  cases.push(entry);
  const shape = ({ finalColors, kernelMs, elapsedMs, coloring }, seed) => {
    if (conflictsOf(graph, coloring) !== 0) throw new Error(`${name}: not proper`);
    return { seed, colors: finalColors, kernelMs, elapsedMs };
  };
  await using whcr = new Whcr(graph, { async: true, device, regime: 'sparse', reduction: false });
  await whcr.color({ maxIterations: 0, seed: 0 });
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    entry.once.push(shape(await whcr.color({ maxIterations: 0, seed }), seed));
  }
  const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
  const base = entry.ecl.length
    ? median(entry.ecl.map((run) => run.milliseconds))
    : median(entry.once.map((run) => run.kernelMs));
  entry.improvedLimitMs = 10 * base;
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    // Colours and time of what was there by then, on the host's clock from the call on; the search itself ends a little later.
    const found = await whcr.minimize({ target: 1, timeLimit: entry.improvedLimitMs / 1000, seed });
    const reached = found.history.filter(
      ({ bestColors, elapsedMs }) => bestColors && elapsedMs <= entry.improvedLimitMs,
    );
    const steps = reached.filter(({ bestColors }, i) => bestColors !== reached[i - 1]?.bestColors);
    entry.improved.push({
      ...shape(found, seed),
      colors: steps.at(-1)?.bestColors ?? null,
      endedWith: found.finalColors,
      steps: steps.map(({ bestColors, elapsedMs }) => ({ colors: bestColors, elapsedMs })),
    });
  }
  if (values.fewest) {
    await using reducing = new Whcr(graph, { async: true, device });
    const found = await reducing.minimize({ timeLimit: Number(values.fewest), seed: 1 });
    const { colors, ...times } = shape(found, 1);
    entry.fewest = {
      colors,
      clique: greedyClique(graph).length,
      ...times,
      reduced: found.reduced,
      regime: found.regime,
    };
  }
  const show = (runs, time) =>
    runs.length
      ? `${median(runs.map((run) => run.colors))} colours, ${median(runs.map(time)).toFixed(2)} ms`
      : 'not run';
  console.log(
    `${name} (${graph.n} vertices, ${graph.m} edges): ECL-GC ${show(entry.ecl, (run) => run.milliseconds)}; ` +
      `CHROMA ${show(entry.chroma, (run) => run.milliseconds)}, SDC ${show(entry.chromaSdc, (run) => run.milliseconds)}; once ` +
      `${show(entry.once, (run) => run.kernelMs)} (${median(entry.once.map((run) => run.elapsedMs)).toFixed(1)} ms with transfers); ` +
      `within ${entry.improvedLimitMs.toFixed(0)} ms ${show(entry.improved, (run) => run.steps.at(-1)?.elapsedMs ?? Infinity)}` +
      (entry.fewest
        ? `; ${entry.fewest.colors} colours after ${(entry.fewest.elapsedMs / 1000).toFixed(1)} s with reduction`
        : ''),
  );
}
if (!values.folder) rmSync(folder, { recursive: true });
writeRecord(values.out, 'whcr: huge sparse graphs', {
  parameters: { ...values, device },
  cases,
});
