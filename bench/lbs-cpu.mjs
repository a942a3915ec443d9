// @aatgs/lbs and fpocket on one core, in turn on the same structures: CPU time each from file to sites, and quality by the
// data's own eval.py. fpocket writes its files, as it always does; ours go from the file to a prediction in memory. Our
// model has seen these structures: its own quality is that of the cross-validation, so only fpocket's is scored here.
//   node bench/lbs-cpu.mjs --fpocket PROGRAM [--set posebusters-dev] [--mode chain] [--limit N] [--out FILE]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { Lbs, readStructure } from '@aatgs/lbs';
import { writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    fpocket: { type: 'string' },
    set: { type: 'string', default: 'posebusters-dev' },
    mode: { type: 'string', default: 'chain' },
    limit: { type: 'string', default: '1000' },
    out: { type: 'string' },
  },
});
if (!values.fpocket) throw new Error('--fpocket PROGRAM is missing');
const data = `${process.env.AATGS_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))}/lbs`;
const inputs = join(data, values.set, values.mode);
const folder = mkdtempSync(join(tmpdir(), 'lbs-cpu-'));
const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** CPU milliseconds of fpocket on an unpacked file, and its pockets' centres: the means of their alpha spheres. */
function runFpocket(path) {
  const timed = `TIMEFORMAT='%U %S'; time "${values.fpocket}" -f "${path}" >/dev/null 2>&1`;
  const text = execFileSync('bash', ['-c', `{ ${timed}; } 2>&1`], { encoding: 'utf8' });
  const ms =
    1000 *
    text
      .trim()
      .split(/\s+/)
      .map(Number)
      .reduce((a, b) => a + b, 0);
  const pockets = join(path.replace(/\.pdb$/, '_out'), 'pockets');
  const files = readdirSync(pockets).filter((name) => name.endsWith('_vert.pqr'));
  const centres = files.map((name) => {
    const lines = readFileSync(join(pockets, name), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('ATOM'));
    const axis = (from) => mean(lines.map((line) => Number(line.slice(from, from + 8))));
    return { rank: Number(/\d+/.exec(name)), center: [axis(30), axis(38), axis(46)] };
  });
  return { ms, centres: centres.sort((a, b) => a.rank - b.rank) };
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const runs = [];
const csv = ['id,rank,score,x,y,z'];
await using lbs = new Lbs({ device: 'cpu', threads: 1 });
const names = readdirSync(inputs)
  .filter((name) => name.endsWith('.pdb.gz'))
  .slice(0, Number(values.limit));
// Once without a clock: code is compiled, memory there.
lbs.predictSync(await readStructure(join(inputs, names[0])));
for (const name of names) {
  const id = name.slice(0, -'.pdb.gz'.length);
  const path = join(folder, `${id}.pdb`);
  writeFileSync(path, gunzipSync(readFileSync(join(inputs, name))));
  const { ms: fpocketMs, centres } = runFpocket(path);
  for (const { rank, center } of centres) csv.push([id, rank, -rank, ...center.map((v) => v.toFixed(3))].join(','));
  const start = cpuMs();
  const structure = await readStructure(path);
  const read = cpuMs();
  lbs.predictSync(structure);
  const end = cpuMs();
  const run = { id, residues: structure.residues.length, fpocketMs, readMs: read - start, predictMs: end - read };
  runs.push(run);
  rmSync(path);
  rmSync(path.replace(/\.pdb$/, '_out'), { recursive: true });
}
writeFileSync(join(folder, 'fpocket.csv'), `${csv.join('\n')}\n`);
const scored = execFileSync(
  'python3',
  [
    join(data, 'eval.py'),
    join(folder, 'fpocket.csv'),
    '--set',
    join(data, values.set),
    '--mode',
    values.mode,
    '--json',
  ],
  { encoding: 'utf8' },
);
rmSync(folder, { recursive: true });
const ours = runs.map(({ readMs, predictMs }) => readMs + predictMs);
const summary = {
  structures: runs.length,
  residuesEach: mean(runs.map(({ residues }) => residues)),
  fpocketMs: {
    mean: mean(runs.map(({ fpocketMs }) => fpocketMs)),
    median: median(runs.map(({ fpocketMs }) => fpocketMs)),
  },
  lbsMs: { mean: mean(ours), median: median(ours) },
  predictMs: {
    mean: mean(runs.map(({ predictMs }) => predictMs)),
    median: median(runs.map(({ predictMs }) => predictMs)),
  },
  ratioOfMeans: mean(runs.map(({ fpocketMs }) => fpocketMs)) / mean(ours),
  medianRatio: median(runs.map(({ fpocketMs }, i) => fpocketMs / ours[i])),
};
console.log(summary);
writeRecord(values.out, 'binding sites on one core against fpocket, CPU time', {
  parameters: { set: values.set, mode: values.mode, peer: 'fpocket 4.0 built with -O3 -march=native' },
  summary,
  fpocketScores: JSON.parse(scored),
  runs,
});
