import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { proteinPdb } from '../src/output/pdb.ts';
import { INPUT_MAGIC, inputBytes } from '../src/pack.ts';
import type { Prediction } from '../src/result.ts';
import { syntheticProtein } from '../src/synthetic.ts';
import { writeDataset } from '../training/dataset.ts';

const folder = mkdtempSync(join(tmpdir(), 'aatgs-lbs-training-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('what the trainer reads: entries with sequence, ligands and origin, and the packed structures', async () => {
  const structure = syntheticProtein(12, 1);
  const set = join(folder, 'data', 'made-up');
  mkdirSync(set, { recursive: true });
  mkdirSync(join(folder, 'data', 'no set'));
  const residueScores = new Float32Array(structure.residues.length);
  writeFileSync(join(set, 'a.pdb'), proteinPdb({ structure, residueScores } as unknown as Prediction));
  writeFileSync(join(set, 'MANIFEST.tsv'), 'id\tchain_file\tprotein_file\nA1\ta.pdb\t\n');
  const columns = 'id\tcomps\tcontact_dist\tchain_strict\tchain_p2rank\tstrict\tp2rank\tatoms';
  const rows = [
    'A1\tATP\t3.1\t1\t1\t0\t0\tC1,1,2,3;N1,4,5,6',
    'A1\tALA\t3.1\t0\t1\t0\t0\tC1,1,2,3',
    'B2\tATP\t3\t1\t1\t1\t1\tC,0,0,0',
  ];
  writeFileSync(join(set, 'ligands.tsv.gz'), gzipSync(`${[columns, ...rows].join('\n')}\n`));

  expect(await writeDataset(join(folder, 'data'), join(folder, 'out'))).toBe(1);
  const lines = readFileSync(join(folder, 'out', 'entries.txt'), 'utf8')
    .trimEnd()
    .split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^entry made-up A1 chain 2 [ARNDCQEGHILKMFPSTWYV]{12}$/);
  const [, ...origin] = (lines[3] ?? '').split(' ').map(Number);
  const place = [1, 2, 3].map((value, k) => (value - (origin[k] as number)).toFixed(3)).join(' ');
  expect(lines[1]).toContain(`ligand 1 1 1 2 ${place} `);
  expect(lines[2]).toBe(`ligand 0 1 0 1 ${place}`); // an amino acid is no ligand
  const words = readFileSync(join(folder, 'out', 'entries.bin'));
  expect(words.readUInt32LE(0)).toBe(INPUT_MAGIC);
  expect(words).toHaveLength(inputBytes(1, structure.x.length));
});
