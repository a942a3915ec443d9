// Reads the sets of a data folder and writes what the trainer wants: entries.txt (names, sequences, ligands) and
// entries.bin (the packed structures, as they are staged).
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AMINO_ACIDS, aminoAcidCode } from '../src/chemistry/residues.ts';
import { packBatch, packStructure } from '../src/pack.ts';
import { readStructure } from '../src/readers/index.ts';
import type { Structure } from '../src/structure/structure.ts';

/** The amino acids in the order of their codes, by one letter. */
const ONE_LETTER = 'ARNDCQEGHILKMFPSTWYV';

type Row = Readonly<Record<string, string>>;

function table(text: string): Row[] {
  const [head = '', ...lines] = text.trimEnd().split('\n');
  const names = head.split('\t');
  return lines.map((line) => Object.fromEntries(line.split('\t').map((value, i) => [names[i] ?? '', value])));
}

/** A ligand that is a protonation variant of an amino acid, or whose atoms are bound to the protein, is none. */
function isRealLigand(row: Row): boolean {
  const comps = (row.comps ?? '').split(',');
  return !comps.every((comp) => aminoAcidCode(comp) !== undefined && comp !== 'LLP') && Number(row.contact_dist) > 1.2;
}

function sequences(structure: Structure): string {
  const seen = new Set<string>();
  for (const chain of structure.chains) {
    const residues = structure.residues.slice(chain.firstResidue, chain.firstResidue + chain.residues);
    seen.add(residues.map(({ code }) => ONE_LETTER[code] ?? 'X').join(''));
  }
  return [...seen].join('/');
}

/** Writes the data set of all sets below `root`; gives back how many entries it has. */
export async function writeDataset(root: string, out: string): Promise<number> {
  mkdirSync(out, { recursive: true });
  const lines: string[] = [];
  const parts: Uint8Array[] = [];
  for (const set of readdirSync(root, { withFileTypes: true })) {
    const folder = join(root, set.name);
    if (!set.isDirectory() || !readdirSync(folder).includes('ligands.tsv.gz')) continue;
    const ligands = table(gunzipSync(readFileSync(join(folder, 'ligands.tsv.gz'))).toString());
    for (const row of table(readFileSync(join(folder, 'MANIFEST.tsv'), 'utf8'))) {
      for (const mode of ['chain', 'protein'] as const) {
        const file = row[`${mode}_file`];
        if (!file || !row.id) continue;
        const structure = await readStructure(join(folder, file));
        const packed = packStructure(structure);
        const mine = ligands.filter(({ id }) => id === row.id);
        lines.push(['entry', set.name, row.id, mode, mine.length, sequences(structure)].join(' '));
        for (const ligand of mine) {
          const flag = (name: string) => ligand[mode === 'chain' ? `chain_${name}` : name] ?? '0';
          const atoms = (ligand.atoms ?? '').split(';').map((atom) => {
            const xyz = atom.split(',').slice(1).map(Number);
            return xyz.map((value, k) => (value - (packed.origin[k] ?? 0)).toFixed(3)).join(' ');
          });
          const real = isRealLigand(ligand) ? 1 : 0;
          lines.push(`ligand ${flag('strict')} ${flag('p2rank')} ${real} ${atoms.length} ${atoms.join(' ')}`);
        }
        lines.push(`origin ${packed.origin.join(' ')}`);
        parts.push(packBatch([packed]));
      }
    }
  }
  writeFileSync(join(out, 'entries.txt'), `${lines.join('\n')}\n`);
  writeFileSync(join(out, 'entries.bin'), Buffer.concat(parts));
  return parts.length;
}

if (process.argv[1]?.endsWith('dataset.ts')) {
  const [root = '', out = ''] = process.argv.slice(2);
  console.log(`${await writeDataset(root, out)} entries of ${AMINO_ACIDS.length} amino acids written to ${out}`);
}
