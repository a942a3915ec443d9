// Binding sites of the files that are named, several at once, and a page to look at for the first one that has any:
//   node examples/lbs.mjs 1abc.pdb.gz model.cif
// Without files: six helices in a ring, whose channel is the only pocket there is.
import { writeFileSync } from 'node:fs';
import { htmlReport, Lbs, parseStructure, residueLabel } from '@aatgs/lbs';
import { ringOfHelices } from './ring-of-helices.mjs';

const files = process.argv.slice(2);
const items = files.length > 0 ? files : [parseStructure(ringOfHelices(6, 9.5), { name: 'ring' })];

await using lbs = new Lbs({ async: true, surface: true });
let page = false;
for await (const { id, prediction, error } of lbs.predictBatch(items)) {
  if (error) {
    console.log(`${id}: ${error.message}`);
    continue;
  }
  const { sites, structure } = prediction;
  console.log(`${id}: ${structure.residues.length} residues, ${sites.length} sites`);
  for (const { rank, probability, center, volume, residues } of sites.slice(0, 3)) {
    const place = center.map((value) => value.toFixed(1)).join(' ');
    const names = residues.slice(0, 5).map((r) => residueLabel(structure, structure.residues[r]));
    console.log(
      `  ${rank}: probability ${probability.toFixed(3)} at ${place}, ${volume.toFixed(0)} A^3, ${names.join(' ')} ...`,
    );
  }
  if (!page && sites.length > 0) writeFileSync('sites.html', htmlReport(prediction));
  page = true;
}
if (page) console.log('sites.html shows them');
