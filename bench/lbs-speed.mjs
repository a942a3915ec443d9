// Structures per second of @aatgs/lbs: one at a time on one core, one at a time on the device, batches in memory, and files
// read by worker threads, beside the time of reading alone and of the device alone (`ofSlowerAlone`).
//   node bench/lbs-speed.mjs --files FOLDER [--device auto|cpu|N] [--engines launch,resident] [--readers 0,1,4,15]
//     [--copies 40] [--repeats 3] [--one 20] [--check] [--out FILE]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isStructureFile, Lbs, readStructure, readStructures } from '@aatgs/lbs';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    files: { type: 'string' },
    device: { type: 'string', default: 'auto' },
    engines: { type: 'string', default: 'auto' },
    threads: { type: 'string' },
    readers: { type: 'string', default: '' },
    copies: { type: 'string', default: '40' },
    repeats: { type: 'string', default: '3' },
    one: { type: 'string', default: '20' },
    check: { type: 'boolean', default: false },
    dir: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});
if (!values.files) throw new Error('--files: a folder of structures');
const device = deviceNamed(values.device);
const [copies, repeats] = [Number(values.copies), Number(values.repeats)];
const readers = values.readers ? values.readers.split(',').map(Number) : [0, Math.max(1, availableParallelism() - 1)];
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

const paths = readdirSync(values.files)
  .filter(isStructureFile)
  .map((name) => resolve(values.files, name));
const structures = await Promise.all(paths.map((path) => readStructure(path)));
const mean = (count) => structures.reduce((sum, structure) => sum + count(structure), 0) / structures.length;

const result = {
  parameters: values,
  data: {
    structures: paths.length,
    atomsEach: mean(({ x }) => x.length),
    residuesEach: mean((s) => s.residues.length),
  },
  measurements: [],
};
function save(measurement) {
  result.measurements.push(measurement);
  console.log(JSON.stringify(measurement));
  writeRecord(values.out, 'binding sites per second', result);
}
/** Structures a second of each repeat; a batch's failures are the benchmark's. */
async function rate(count, run) {
  const perSecond = [];
  for (let i = 0; i < repeats; i++) {
    const start = performance.now();
    let n = 0;
    for await (const { error } of run()) {
      if (error) throw error;
      n++;
    }
    if (n !== count) throw new Error(`${n} results of ${count}`);
    perSecond.push((1000 * n) / (performance.now() - start));
  }
  return { structures: count, perSecond, median: median(perSecond) };
}
/** The same, with the device's own time for each structure: the records say how long their steps took. */
async function rateOn(lbs, count, run) {
  lbs.context.resetStats();
  const measured = await rate(count, run);
  const { stepTime, busyFraction } = lbs.context.stats;
  return { ...measured, deviceMsEach: stepTime.totalNs / 1e6 / (repeats * count), busyFraction };
}
const sitesOf = ({ sites }) => JSON.stringify(sites.map(({ center, residues }) => [center, residues]));

if (Number(values.one) > 0) {
  await using lbs = new Lbs({ device: 'cpu', threads: 1 });
  const some = structures.slice(0, Number(values.one));
  const msEach = some.map((structure) => {
    const start = performance.now();
    lbs.predictSync(structure);
    return performance.now() - start;
  });
  const residuesEach = some.reduce((sum, structure) => sum + structure.residues.length, 0) / some.length;
  save({
    what: 'one structure, one core, sync',
    structures: some.length,
    residuesEach,
    msEach,
    median: median(msEach),
  });
}

const many = Array.from({ length: copies }, (_, k) =>
  structures.map((s) => ({ id: `${s.name}#${k}`, source: s })),
).flat();
const manyPaths = Array.from({ length: copies }, () => paths).flat();
const reading = new Map();
for (const threads of readers) {
  const measured = await rate(manyPaths.length, () => readStructures(manyPaths, { readers: threads }));
  reading.set(threads, measured.median);
  save({ what: 'reading alone', readers: threads, ...measured });
}
for (const engine of values.engines.split(',')) {
  const placement = {
    device,
    ...(engine !== 'auto' && { engine }),
    ...(values.threads && { threads: Number(values.threads) }),
  };
  const about = { engine, device: values.device };
  let deviceAlone;
  {
    await using lbs = new Lbs({ ...placement, async: true });
    const msEach = [];
    for (const structure of structures.slice(0, 20)) {
      const start = performance.now();
      await lbs.predict(structure);
      msEach.push(performance.now() - start);
    }
    save({ what: 'one structure at a time', ...about, msEach, median: median(msEach) });
    await rate(structures.length, () => lbs.predictBatch(structures));
    const measured = await rateOn(lbs, many.length, () => lbs.predictBatch(many));
    deviceAlone = 1000 / measured.deviceMsEach;
    save({ what: 'batch in memory', ...about, ...measured });
    if (values.check) {
      await using host = new Lbs({ device: 'cpu', async: true });
      const expected = new Map();
      for await (const { id, prediction } of host.predictBatch(structures)) expected.set(id, sitesOf(prediction));
      let [sites, different] = [0, 0];
      for await (const { id, prediction } of lbs.predictBatch(structures)) {
        sites += prediction.sites.length;
        if (sitesOf(prediction) !== expected.get(id)) different++;
      }
      save({ what: 'compared with the CPU', ...about, structures: structures.length, sites, different });
    }
  }
  for (const threads of readers) {
    await using lbs = new Lbs({ ...placement, async: true, readers: threads });
    const items = manyPaths.map((source, k) => ({ id: String(k), source }));
    await rate(paths.length, () => lbs.predictBatch(items.slice(0, paths.length)));
    const measured = await rateOn(lbs, items.length, () => lbs.predictBatch(items));
    const slower = Math.min(deviceAlone, reading.get(threads));
    save({
      what: 'files, read and predicted',
      ...about,
      readers: threads,
      ...measured,
      ofSlowerAlone: measured.median / slower,
    });
  }
}
if (values.dir) {
  // The command line from start to end: files read, predicted, written, and put together.
  const folder = mkdtempSync(join(tmpdir(), 'lbs-speed-'));
  for (const [k, path] of manyPaths.entries())
    symlinkSync(path, join(folder, `s${k}.pdb${path.endsWith('.gz') ? '.gz' : ''}`));
  const cli = join(resolve(new URL('.', import.meta.resolve('@aatgs/lbs/package.json')).pathname), 'bin/aatgs-lbs.js');
  const start = performance.now();
  execFileSync(process.execPath, [cli, 'predict-dir', folder, '--out', join(folder, 'out'), '--device', values.device]);
  const seconds = (performance.now() - start) / 1000;
  save({
    what: 'predict-dir',
    device: values.device,
    structures: manyPaths.length,
    seconds,
    perSecond: manyPaths.length / seconds,
  });
  rmSync(folder, { recursive: true });
}
