// Quality of the package as a whole on structures its model has not seen: files are read and predicted by the library, each
// with the model that the cross-validation trained without that structure's family. Optionally another program's centres
// are scored anew, and what was predicted is disturbed first.
//   node bench/lbs-unseen.mjs --models build/training/out [--set posebusters-dev] [--modes chain,protein] [--noise A]
//     [--centers CSV] [--limit N] [--out FILE]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Lbs, parseCenters, readModel, readStructure, rescoreCenters } from '@aatgs/lbs';
import { generator, normal } from './random.mjs';
import { writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: fileURLToPath(new URL('../build/training/out', import.meta.url)) },
    set: { type: 'string', default: 'posebusters-dev' },
    modes: { type: 'string', default: 'chain,protein' },
    noise: { type: 'string', default: '0' },
    centers: { type: 'string' },
    limit: { type: 'string', default: '1000' },
    threads: { type: 'string' },
    out: { type: 'string' },
  },
});
const data = `${process.env.AATGS_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))}/lbs`;
const folder = mkdtempSync(join(tmpdir(), 'lbs-unseen-'));
const noise = Number(values.noise);
const theirs = new Map();
if (values.centers) {
  for (const { id, center } of parseCenters(readFileSync(values.centers, 'utf8'), values.centers)) {
    if (theirs.has(id)) theirs.get(id).push(center);
    else theirs.set(id, [center]);
  }
}
/** Set, mode and id of every entry, and its fold. */
const entries = readFileSync(join(values.models, 'folds.txt'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(' '))
  .filter(([, set]) => set === values.set);

/** The same noise in every run. */
function disturbed(structure) {
  if (noise === 0) return structure;
  const random = generator(1);
  const axes = ['x', 'y', 'z'].map((axis) => [axis, structure[axis].map((value) => value + noise * normal(random))]);
  return { ...structure, ...Object.fromEntries(axes) };
}

/** By the data's own program, over these entries. */
function score(what, mode, ids, rows) {
  const [path, some] = ['sites.csv', 'ids'].map((name) => join(folder, name));
  const of = rows.filter((row) => ids.includes(row.slice(0, row.indexOf(','))));
  writeFileSync(path, `${['id,rank,score,x,y,z', ...of].join('\n')}\n`);
  writeFileSync(some, ids.join('\n'));
  const args = [path, '--set', join(data, values.set), '--mode', mode, '--ligands', 'strict', '--ids', some, '--json'];
  const [rates] = JSON.parse(execFileSync('python3', [join(data, 'eval.py'), ...args], { encoding: 'utf8' }));
  const { DCA4_top_n, DCA4_top_n2, DCA4_all, DCC4_top_n } = rates;
  console.log(mode, what, ids.length, JSON.stringify({ DCA4_top_n, DCA4_top_n2, DCA4_all, DCC4_top_n }));
  scores.push({ what, ...rates });
  writeRecord(values.out, 'binding sites of unseen families, from files', { parameters: values, scores });
}

const scores = [];
for (const mode of values.modes.split(',')) {
  const mine = entries.filter((entry) => entry[2] === mode).slice(0, Number(values.limit));
  const rows = [];
  const rescored = [];
  for (const fold of [...new Set(mine.map(([number]) => number))].sort()) {
    const model = readModel(join(values.models, `fold${fold}.bin`), `fold ${fold}`);
    const threads = values.threads && { threads: Number(values.threads) };
    await using lbs = new Lbs({ device: 'cpu', surface: theirs.size > 0, model, ...threads });
    for (const [, , , id] of mine.filter(([number]) => number === fold)) {
      const structure = disturbed(await readStructure(join(data, values.set, mode, `${id}.pdb.gz`)));
      const prediction = await lbs.predict(structure);
      for (const { rank, score: s, center } of prediction.sites) rows.push([id, rank, s, ...center].join(','));
      if (!theirs.has(id)) continue;
      for (const { rank, score: s, center } of rescoreCenters(prediction, theirs.get(id))) {
        rescored.push([id, rank, s, ...center].join(','));
      }
    }
  }
  const ids = mine.map(([, , , id]) => id);
  score('predicted', mode, ids, rows);
  const given = ids.filter((id) => theirs.has(id));
  if (given.length === 0) continue;
  score('predicted, where the table has centres', mode, given, rows);
  const asGiven = given.flatMap((id) => theirs.get(id).map((center, i) => [id, i + 1, -i, ...center].join(',')));
  score('centres of the table, as it ranks them', mode, given, asGiven);
  score('centres of the table, scored anew', mode, given, rescored);
}
rmSync(folder, { recursive: true });
