import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LbsError, parseStructure, type Structure } from '../src/index.ts';
import { dataFile } from './data.ts';
import { backbone, pdb } from './files.ts';

const parse = (text: string, options = {}) => parseStructure(text, options, 'test');
const names = ({ atomNames }: Structure) => atomNames.join(' ');
const comps = ({ residues }: Structure) => residues.map(({ compId }) => compId).join(' ');
function failure(run: () => unknown): LbsError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(LbsError);
    return error as LbsError;
  }
  throw new Error('nothing was thrown');
}

const two = [...backbone(1, 0), ...backbone(2, 3.7)];

describe('PDB files', () => {
  test('atoms, residues and chains', () => {
    const structure = parse(pdb([...two, ...backbone(7, 30, { chain: 'B', comp: 'GLY' })]));
    expect(structure.chains).toEqual([
      { id: 'A', firstResidue: 0, residues: 2 },
      { id: 'B', firstResidue: 2, residues: 1 },
    ]);
    expect(structure.residues.map(({ number }) => number)).toEqual([1, 2, 7]);
    expect(names(structure)).toBe('N CA C O N CA C O N CA C O');
    expect(structure.x[1]).toBe(1.4);
  });

  test('of alternate locations the one with the highest occupancy, residue by residue', () => {
    const atoms = [
      ...two,
      { name: 'CB', number: 2, altloc: 'A', occupancy: 0.3, xyz: [1, 1, 1] as const },
      { name: 'CB', number: 2, altloc: 'B', occupancy: 0.7, xyz: [2, 2, 2] as const },
      { name: 'OG', number: 2, altloc: 'A', occupancy: 0.3, xyz: [3, 3, 3] as const },
    ];
    const structure = parse(pdb(atoms));
    const cb = structure.atomNames.indexOf('CB');
    expect(structure.x[cb]).toBe(2);
    // What only the other location has stays: a residue without it would have a hole.
    expect(structure.atomNames).toContain('OG');
    expect(structure.leftOut.alternates).toBe(1);
  });

  test('two residues in one place: the one with the higher occupancy', () => {
    const other = backbone(3, 7.4, { comp: 'SER', altloc: 'A', occupancy: 0.4 });
    const chosen = backbone(3, 7.4, { comp: 'THR', altloc: 'B', occupancy: 0.6 });
    expect(comps(parse(pdb([...two, ...other, ...chosen])))).toBe('ALA ALA THR');
  });

  test('insertion codes tell residues apart', () => {
    const structure = parse(
      pdb([...two, ...backbone(2, 7.4, { insertion: 'A' }), ...backbone(2, 11.1, { insertion: 'B' })]),
    );
    expect(structure.residues.map(({ number, insertion }) => `${number}${insertion}`)).toEqual(['1', '2', '2A', '2B']);
  });

  test('hydrogens, waters, ligands, ions and nucleotides are left out and counted', () => {
    const structure = parse(
      pdb([
        ...two,
        { name: 'H', number: 2, element: 'H' },
        { name: 'D1', number: 2, element: 'D' },
        { name: 'O', comp: 'HOH', number: 3, hetero: true },
        { name: 'C1', comp: 'LIG', number: 4, hetero: true },
        { name: 'ZN', comp: 'ZN', number: 5, hetero: true, element: 'ZN' },
        { name: 'P', comp: 'DA', number: 6, chain: 'N' },
      ]),
    );
    expect(structure.x).toHaveLength(8);
    expect(structure.leftOut).toMatchObject({ waters: 1, nucleotides: 1, others: 2, hydrogens: 2 });
  });

  test('a modified residue is protein where a peptide bond joins it, and a ligand where none does', () => {
    const joined = backbone(3, 7.4, { comp: 'XYZ', hetero: true });
    expect(comps(parse(pdb([...two, ...joined])))).toBe('ALA ALA XYZ');
    expect(comps(parse(pdb([...two, ...backbone(3, 40, { comp: 'XYZ', hetero: true })])))).toBe('ALA ALA');
    expect(comps(parse(pdb([...two, ...backbone(3, 40, { comp: 'GLY', hetero: true })])))).toBe('ALA ALA');
    const mse = parse(pdb([...two, ...backbone(3, 7.4, { comp: 'MSE', hetero: true })]));
    expect(mse.residues[2]?.code).toBe(12); // methionine
  });

  test('missing elements follow from the names', () => {
    const text = pdb([
      ...two,
      { name: 'CB', number: 2 },
      { name: 'HB1', number: 2, element: 'H' },
      { name: 'CA', comp: 'CA', number: 9, hetero: true, element: 'CA' },
    ])
      .split('\n')
      .map((line) => line.slice(0, 66))
      .join('\n');
    const structure = parse(text);
    expect(structure.elements.join(' ')).toBe('N C C O N C C O C');
    expect(structure.leftOut.hydrogens).toBe(1);
  });

  test('the first model, or the one that was asked for', () => {
    const model = (n: number, x: number) =>
      `MODEL     ${String(n).padStart(4)}\n${pdb(backbone(1, x)).replace('END\n', '')}ENDMDL\n`;
    const text = model(1, 0) + model(2, 50);
    expect(parse(text)).toMatchObject({ model: 1, models: 2 });
    expect(parse(text, { model: 2 }).x[0]).toBe(50);
    expect(failure(() => parse(text, { model: 5 }))).toMatchObject({ code: 'ERR_LBS_NO_PROTEIN' });
  });

  test('chains that were asked for', () => {
    const text = pdb([...two, ...backbone(1, 30, { chain: 'B' })]);
    expect(parse(text, { chains: ['B'] }).chains.map(({ id }) => id)).toEqual(['B']);
    expect(failure(() => parse(text, { chains: ['X'] })).message).toContain('the protein chains are A, B');
  });

  test('residues of low confidence are left out of predicted models only', () => {
    const text = pdb([...backbone(1, 0, { b: 90 }), ...backbone(2, 3.7, { b: 30 })]);
    expect(parse(text).residues).toHaveLength(2);
    const predicted = parse(`TITLE     ALPHAFOLD MONOMER V2.0 PREDICTION\n${text}`);
    expect(predicted.residues.map(({ plddt }) => plddt)).toEqual([90]);
    expect(predicted.leftOut.lowConfidence).toBe(1);
    expect(parse(`TITLE     ALPHAFOLD\n${text}`, { minPlddt: 0 }).residues).toHaveLength(2);
    // Some predictors write shares of one.
    const shares = pdb([...backbone(1, 0, { b: 0.9 }), ...backbone(2, 3.7, { b: 0.3 })]);
    const [kept] = parse(`TITLE     ESMFOLD V1\n${shares}`).residues;
    expect(kept?.plddt).toBeCloseTo(90, 6);
    // Others do not say what they are.
    expect(parse(text, { predicted: true }).residues.map(({ plddt }) => plddt)).toEqual([90]);
    expect(parse(`TITLE     ALPHAFOLD\n${text}`, { predicted: false }).residues).toHaveLength(2);
  });

  test('numbers beyond the columns, hybrid-36', () => {
    const text = pdb(two).replace(/^(ATOM {2}.{16}) {3}1/gm, '$1A000');
    expect(parse(text).residues[0]?.number).toBe(10000);
  });
});

describe('what is refused, and how', () => {
  const atom = pdb(two).split('\n')[0] as string;
  test.each([
    ['', 'ERR_LBS_TRUNCATED'],
    ['nothing of the kind', 'ERR_LBS_NO_PROTEIN'],
    [atom.slice(0, 45), 'ERR_LBS_TRUNCATED'],
    [atom.replace('0.000', '  NaN'), 'ERR_LBS_PARSE'],
    [atom.replace('   0.000', '        '), 'ERR_LBS_PARSE'],
    [atom.replace('A   1 ', 'A  x1 '), 'ERR_LBS_PARSE'],
    [pdb([{ name: 'P', comp: 'DA' }]), 'ERR_LBS_NO_PROTEIN'],
    ['data_x\nloop_\n_atom_site.id\n_atom_site.Cartn_x\n1 2\n', 'ERR_LBS_PARSE'],
    ["data_x\n_entry.id 'abc\n", 'ERR_LBS_PARSE'],
    ['data_x\n_entry.title\n;no end', 'ERR_LBS_TRUNCATED'],
    ['data_x\nloop_\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n1 2', 'ERR_LBS_TRUNCATED'],
    ['data_x\n', 'ERR_LBS_NO_PROTEIN'],
  ])('%#: %j', (text, code) => {
    expect(failure(() => parse(text)).code).toBe(code);
  });

  test('broken and cut gzip', () => {
    const bytes = gzipSync(pdb(two));
    expect(failure(() => parseStructure(bytes.subarray(0, bytes.length - 20))).code).toBe('ERR_LBS_TRUNCATED');
    const broken = Uint8Array.from(bytes);
    broken.fill(0xff, 20, 60);
    expect(failure(() => parseStructure(broken)).code).toBe('ERR_LBS_PARSE');
    expect(parseStructure(bytes).x).toHaveLength(8);
    expect(failure(() => parseStructure(bytes, { maxBytes: 100 })).code).toBe('ERR_LBS_TOO_LARGE');
  });

  test('bad options', () => {
    expect(failure(() => parse(pdb(two), { minPlddt: 120 })).code).toBe('ERR_LBS_INVALID_ARGUMENT');
    expect(failure(() => parse(pdb(two), { model: 1.5 })).code).toBe('ERR_LBS_INVALID_ARGUMENT');
  });
});

describe('mmCIF files', () => {
  const head = [
    'group_PDB',
    'id',
    'type_symbol',
    'label_atom_id',
    'label_alt_id',
    'label_comp_id',
    'label_asym_id',
    'label_entity_id',
    'label_seq_id',
    'pdbx_PDB_ins_code',
    'Cartn_x',
    'Cartn_y',
    'Cartn_z',
    'occupancy',
    'B_iso_or_equiv',
    'auth_seq_id',
    'auth_asym_id',
    'pdbx_PDB_model_num',
  ]
    .map((name) => `_atom_site.${name}`)
    .join('\n');
  const cif = (rows: string, before = '') => `data_TEST\n#\n${before}loop_\n${head}\n${rows}\n#\n`;
  const row = (id: number, atom: string, comp = 'ALA', more = '1 ? 1.0 2.0 3.0 1.00 20.0 101 X 1') =>
    `ATOM ${id} ${atom.replace("'", '')[0]} ${atom} . ${comp} A 1 ${more}`;

  test("the author's chains and numbers", () => {
    const structure = parse(cif([row(1, 'N'), row(2, 'CA')].join('\n')));
    expect(structure.chains[0]?.id).toBe('X');
    expect(structure.residues[0]?.number).toBe(101);
  });
  test('quoted values, text fields, comments and data blocks', () => {
    const before = "_struct.title 'a loop_ of''s kind'\n_x.y\n;line\n_atom_site.id\n;\n# loop_\n".replace("''", "'");
    expect(parse(cif(row(1, "'CA'"), before)).atomNames).toEqual(['CA']);
    expect(parse(cif(`ATOM 1 O "O5'" . ALA A 1 1 ? 1.0 2.0 3.0 1.00 20.0 101 X 1`)).atomNames).toEqual(["O5'"]);
    expect(parse(`${cif(row(1, 'CA'))}data_OTHER\n${cif(row(1, 'CB'))}`).atomNames).toEqual(['CA']);
  });
  test('polymer types decide where they are given', () => {
    const before = "_entity_poly.entity_id 1\n_entity_poly.type 'polydeoxyribonucleotide'\n";
    expect(failure(() => parse(cif(row(1, 'CA'), before))).code).toBe('ERR_LBS_NO_PROTEIN');
  });
  test('predicted models', () => {
    const metric = '_ma_qa_metric.id 1\n';
    expect(failure(() => parse(cif(row(1, 'CA'), metric))).message).toContain('pLDDT below 50');
  });
});

/** What must agree between two files of one entry. */
const essence = (s: Structure) =>
  s.residues
    .map((residue) => {
      const atoms = Array.from({ length: residue.atoms }, (_, k) => {
        const i = residue.firstAtom + k;
        return `${s.atomNames[i]} ${s.x[i]?.toFixed(3)} ${s.y[i]?.toFixed(3)} ${s.z[i]?.toFixed(3)}`;
      });
      return `${s.chains[residue.chain]?.id} ${residue.number}${residue.insertion} ${residue.compId} ${atoms.sort().join('|')}`;
    })
    .sort();

describe('published files', () => {
  const root = dataFile('lbs');
  test.skipIf(!root).each(['1o6u', '1uwy'])(
    '%s: the same atoms from PDB and mmCIF, and none lost behind a gap',
    (id) => {
      const read = (type: string) => parseStructure(readFileSync(`${root}/parser_edge_cases/${id}.${type}.gz`), {}, id);
      const [fromPdb, fromCif] = [read('pdb'), read('cif')];
      expect(essence(fromCif)).toEqual(essence(fromPdb));
      const gap = id === '1o6u' ? 326 : 391;
      expect(fromPdb.residues.some(({ number, chain }) => number === gap && chain === 0)).toBe(true);
    },
  );
  test.skipIf(!root)('every file is read, with the atoms its manifest counts', () => {
    for (const set of ['posebusters-dev', 'plip_holo', 'adgpu42', 'fep_targets']) {
      const [head = '', ...rows] = readFileSync(`${root}/${set}/MANIFEST.tsv`, 'utf8').trimEnd().split('\n');
      const column = (row: string, name: string) => row.split('\t')[head.split('\t').indexOf(name)] as string;
      for (const row of rows) {
        const structure = parseStructure(
          readFileSync(`${root}/${set}/${column(row, 'protein_file')}`),
          {},
          column(row, 'id'),
        );
        const given = Number(column(row, 'n_prot_atoms'));
        // Atoms given twice are in the manifest's count; nothing else may be missing.
        const found = structure.x.length + structure.leftOut.alternates;
        expect(found / given, column(row, 'id')).toBeGreaterThan(0.97);
        expect(found / given, column(row, 'id')).toBeLessThan(1.03);
      }
    }
  });
  test.skipIf(!root)('whole mmCIF entries hold the chain cut from them', () => {
    for (const file of readdirSync(`${root}/posebusters-dev/full`).slice(0, 8)) {
      const whole = parseStructure(readFileSync(`${root}/posebusters-dev/full/${file}`), {}, file);
      const id = file.replace('.cif.gz', '');
      const cut = parseStructure(readFileSync(`${root}/posebusters-dev/protein/${id}.pdb.gz`), {}, id);
      expect(whole.x.length / cut.x.length, id).toBeGreaterThan(0.97);
      expect(whole.x.length / cut.x.length, id).toBeLessThan(1.03);
    }
  });
  test.skipIf(!root)('damaged files: a structure or a typed error, never anything else', () => {
    const texts = ['1o6u.pdb.gz', '1uwy.cif.gz'].map((name) =>
      gunzipSync(readFileSync(`${root}/parser_edge_cases/${name}`))
        .toString('latin1')
        .slice(0, 60_000),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.array(fc.tuple(fc.nat(), fc.nat(40), fc.string({ maxLength: 12, unit: 'binary-ascii' })), { maxLength: 12 }),
        fc.option(fc.nat()),
        (text, edits, cut) => {
          let damaged = text;
          for (const [at, length, by] of edits) {
            const place = at % damaged.length;
            damaged = damaged.slice(0, place) + by + damaged.slice(place + length);
          }
          if (cut !== null) damaged = damaged.slice(0, cut % damaged.length);
          try {
            const { x, y, z } = parseStructure(damaged);
            expect([...x, ...y, ...z].every(Number.isFinite)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(LbsError);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

test('arbitrary text: a typed error', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', 'data_\n', 'loop_\n_atom_site.Cartn_x\n'),
      (text, before) => {
        try {
          parseStructure(before + text);
        } catch (error) {
          expect(error).toBeInstanceOf(LbsError);
        }
      },
    ),
    { numRuns: 300 },
  );
});
