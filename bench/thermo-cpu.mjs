// Max-Cut on one CPU core against another program, in turn: updates for each nanosecond of CPU time, and cuts in equal CPU
// time. The other program is called as `peer GRAPH SWEEPS READS SEED` with an unpacked graph, and prints one JSON object with
// updatesPerCpuNs, cpuMs and cuts, one a read.
//   node bench/thermo-cpu.mjs --peer PROGRAM [--instances G22,G70] [--sweeps 1000] [--reads 5] [--seeds 3] [--out FILE]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { cutWeight, maxCutModel, readRudy, searchOptions, Thermo } from '@aatgs/thermo';
import { writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    peer: { type: 'string' },
    instances: { type: 'string', default: 'G1,G22,G35,G55,G70,G81' },
    sweeps: { type: 'string', default: '1000' },
    reads: { type: 'string', default: '5' },
    seeds: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});
if (!values.peer) throw new Error('--peer PROGRAM is missing');
const data = `${process.env.AATGS_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))}/gset`;
const folder = mkdtempSync(join(tmpdir(), 'thermo-cpu-'));
const runs = [];
const cpuMs = () => process.cpuUsage().user / 1000;

for (const name of values.instances.split(',')) {
  const path = `${data}/${name}.txt.gz`;
  const plain = join(folder, `${name}.txt`);
  writeFileSync(plain, gunzipSync(readFileSync(path)));
  const graph = await readRudy(path);
  const model = maxCutModel(graph);
  const search = searchOptions(model);
  const replicas = search.ladders * search.temperatures.length;
  await using thermo = new Thermo(model, { device: 'cpu', threads: 1, maxSamples: 0, ...search });
  // What a sweep of all replicas costs, after the first annealing.
  await thermo.minimize({ maxSweeps: 100, seed: 0 });
  const before = cpuMs();
  await thermo.minimize({ maxSweeps: 300, anneal: 100, seed: 0 });
  const sweepMs = (cpuMs() - before) / 300;
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const peer = JSON.parse(
      execFileSync(values.peer, [plain, values.sweeps, values.reads, String(seed)], { encoding: 'utf8' }),
    );
    const maxSweeps = Math.max(50, Math.floor(peer.cpuMs / sweepMs));
    const start = cpuMs();
    const { state, sweeps } = await thermo.minimize({ maxSweeps, anneal: Math.floor(maxSweeps / 2), seed });
    const spent = cpuMs() - start;
    const updatesPerCpuNs = (sweeps * graph.n * replicas) / spent / 1e6;
    runs.push({ name, seed, cut: cutWeight(graph, state), cpuMs: spent, sweeps, updatesPerCpuNs, peer });
  }
  const mine = runs.filter((run) => run.name === name);
  const mean = (of) => mine.reduce((sum, run) => sum + of(run), 0) / mine.length;
  console.log(
    `${name}: ${mean((r) => r.updatesPerCpuNs).toFixed(3)} against ${mean((r) => r.peer.updatesPerCpuNs).toFixed(4)} updates/ns, ${(mean((r) => r.updatesPerCpuNs) / mean((r) => r.peer.updatesPerCpuNs)).toFixed(1)}x; cuts ${mine.map((r) => r.cut)} against ${mine.map((r) => Math.max(...r.peer.cuts))} in ${mean((r) => r.peer.cpuMs).toFixed(0)} ms of CPU time`,
  );
}
rmSync(folder, { recursive: true });
const { peer: _, out: __, ...parameters } = values;
writeRecord(values.out, 'Max-Cut on one core against simulated annealing', { parameters, runs });
