import type { PackedStructure } from '../pack.ts';
import type { Residue, Structure } from '../structure/structure.ts';

/** Numbers of a residue: name, amino acid, chain, number, insertion code, first atom, atoms. */
const RESIDUE_NUMBERS = 7;

type Columns = Pick<Structure, 'x' | 'y' | 'z' | 'atomResidue' | 'serials'>;
type Plain = Pick<Structure, 'name' | 'chains' | 'model' | 'models' | 'predicted' | 'leftOut'>;

/** A structure as it goes from one thread to another: columns that are moved, and each word once. */
export interface SentStructure {
  readonly columns: Columns;
  readonly plain: Plain;
  readonly packed: PackedStructure;
  /** Every word of the structure once. */
  readonly words: readonly string[];
  /** Word of each atom's name, then of each atom's element. */
  readonly atoms: Uint32Array;
  readonly residues: Int32Array;
  readonly plddt: Float64Array;
}

/** What is moved rather than copied when a structure is sent. */
export function transferList({ columns, packed, atoms, residues, plddt }: SentStructure): ArrayBuffer[] {
  const { x, y, z, atomResidue, serials } = columns;
  const arrays = [x, y, z, atomResidue, serials, packed.words, packed.residues, packed.box, atoms, residues, plddt];
  return arrays.map(({ buffer }) => buffer as ArrayBuffer);
}

/** Makes a structure ready to be sent: objects and repeated strings would be copied one by one. */
export function toSent(structure: Structure, packed: PackedStructure): SentStructure {
  const { x, y, z, atomResidue, serials, atomNames, elements, ...rest } = structure;
  const { residues, ...plain } = rest;
  const codes = new Map<string, number>();
  const wordOf = (word: string) => {
    let code = codes.get(word);
    if (code === undefined) {
      code = codes.size;
      codes.set(word, code);
    }
    return code;
  };
  const n = x.length;
  const atoms = new Uint32Array(2 * n);
  for (let i = 0; i < n; i++) {
    atoms[i] = wordOf(atomNames[i] as string);
    atoms[n + i] = wordOf(elements[i] as string);
  }
  const numbers = new Int32Array(RESIDUE_NUMBERS * residues.length);
  const plddt = new Float64Array(residues.length);
  for (const [r, residue] of residues.entries()) {
    const { compId, code, chain, number, insertion, firstAtom } = residue;
    const row = [wordOf(compId), code, chain, number, wordOf(insertion), firstAtom, residue.atoms];
    numbers.set(row, RESIDUE_NUMBERS * r);
    plddt[r] = residue.plddt;
  }
  const columns = { x, y, z, atomResidue, serials };
  return { columns, plain, packed, words: [...codes.keys()], atoms, residues: numbers, plddt };
}

/** The structure that was sent. */
export function fromSent({ columns, plain, words, atoms, residues: numbers, plddt }: SentStructure): Structure {
  const n = columns.x.length;
  const word = (code: number | undefined) => words[code as number] as string;
  const atomNames = new Array<string>(n);
  const elements = new Array<string>(n);
  for (let i = 0; i < n; i++) {
    atomNames[i] = word(atoms[i]);
    elements[i] = word(atoms[n + i]);
  }
  const residues = new Array<Residue>(plddt.length);
  for (let r = 0, at = 0; r < residues.length; r++, at += RESIDUE_NUMBERS) {
    const number = (k: number) => numbers[at + k] as number;
    residues[r] = {
      compId: word(number(0)),
      code: number(1),
      chain: number(2),
      number: number(3),
      insertion: word(number(4)),
      firstAtom: number(5),
      atoms: number(6),
      plddt: plddt[r] as number,
    };
  }
  return { ...columns, ...plain, atomNames, elements, residues };
}
