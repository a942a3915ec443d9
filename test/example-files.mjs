// The files that examples of the documents read.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ringOfHelices } from '../examples/ring-of-helices.mjs';

export function writeExampleFiles(folder) {
  writeFileSync(join(folder, '1abc.pdb'), ringOfHelices(6, 9.5));
  writeFileSync(join(folder, 'broken.cif'), 'data_broken\nloop_\n_atom_site.id\n');
}
