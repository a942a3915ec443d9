import { AMINO_ACIDS, OTHER_RESIDUE } from './residues.ts';

/** Side-chain and backbone heavy atoms of each amino acid; an atom's slot is its place in the list. */
const SLOTS: readonly (readonly string[])[] = AMINO_ACIDS.map((name) => ['N', 'CA', 'C', 'O', ...sideChain(name)]);

function sideChain(name: string): string[] {
  const atoms: Record<string, string> = {
    ALA: 'CB', ARG: 'CB CG CD NE CZ NH1 NH2', ASN: 'CB CG OD1 ND2', ASP: 'CB CG OD1 OD2', CYS: 'CB SG',
    GLN: 'CB CG CD OE1 NE2', GLU: 'CB CG CD OE1 OE2', GLY: '', HIS: 'CB CG ND1 CD2 CE1 NE2', ILE: 'CB CG1 CG2 CD1',
    LEU: 'CB CG CD1 CD2', LYS: 'CB CG CD CE NZ', MET: 'CB CG SD CE', PHE: 'CB CG CD1 CD2 CE1 CE2 CZ',
    PRO: 'CB CG CD', SER: 'CB OG', THR: 'CB OG1 CG2', TRP: 'CB CG CD1 CD2 NE1 CE2 CE3 CZ2 CZ3 CH2',
    TYR: 'CB CG CD1 CD2 CE1 CE2 CZ OH', VAL: 'CB CG1 CG2',
  }; // biome-ignore format: a table
  return (atoms[name] ?? '').split(' ').filter((atom) => atom !== '');
}

/** Slot of an atom that its amino acid does not have. */
export const OTHER_SLOT = 15;

/** What kind of atom it is: the classes the features count. */
export const AtomKind = {
  /** Backbone nitrogen. */
  BACKBONE_N: 0,
  /** Alpha carbon. */
  BACKBONE_CA: 1,
  /** Carbonyl carbon. */
  BACKBONE_C: 2,
  /** Carbonyl oxygen. */
  BACKBONE_O: 3,
  /** Aliphatic side-chain carbon bound to carbon only. */
  ALIPHATIC: 4,
  /** Aromatic carbon. */
  AROMATIC: 5,
  /** Side-chain carbon bound to nitrogen, oxygen or sulphur. */
  POLAR_C: 6,
  /** Amide nitrogen of a side chain. */
  AMIDE_N: 7,
  /** Charged nitrogen of lysine and arginine. */
  POSITIVE_N: 8,
  /** Nitrogen of an aromatic ring. */
  RING_N: 9,
  /** Amide oxygen of a side chain. */
  AMIDE_O: 10,
  /** Charged oxygen of aspartate and glutamate. */
  NEGATIVE_O: 11,
  /** Hydroxyl oxygen. */
  HYDROXYL: 12,
  /** Sulphur and selenium. */
  SULPHUR: 13,
  /** Anything else. */
  OTHER: 14,
} as const;

const BACKBONE: Record<string, number> = { N: 0, CA: 1, C: 2, O: 3, OXT: 3, OT1: 3, OT2: 3 };
const POLAR_CARBONS = new Set(
  'ARG:CD ARG:CZ ASN:CG ASP:CG GLN:CD GLU:CD LYS:CE SER:CB THR:CB CYS:CB MET:CG MET:CE PRO:CD'.split(' '),
);
const AROMATIC_CARBONS = new Set(
  [
    'HIS:CG HIS:CD2 HIS:CE1 PHE:CG PHE:CD1 PHE:CD2 PHE:CE1 PHE:CE2 PHE:CZ TYR:CG TYR:CD1 TYR:CD2 TYR:CE1 TYR:CE2',
    'TYR:CZ TRP:CG TRP:CD1 TRP:CD2 TRP:CE2 TRP:CE3 TRP:CZ2 TRP:CZ3 TRP:CH2',
  ].flatMap((line) => line.split(' ')),
);

function kindOf(residue: string, atom: string, element: string): number {
  const backbone = BACKBONE[atom];
  if (backbone !== undefined && (element === 'C' || element === 'N' || element === 'O')) return backbone;
  const name = `${residue}:${atom}`;
  if (element === 'C') {
    if (AROMATIC_CARBONS.has(name)) return AtomKind.AROMATIC;
    return POLAR_CARBONS.has(name) ? AtomKind.POLAR_C : AtomKind.ALIPHATIC;
  }
  if (element === 'N') {
    if (residue === 'HIS' || residue === 'TRP') return AtomKind.RING_N;
    return residue === 'ASN' || residue === 'GLN' ? AtomKind.AMIDE_N : AtomKind.POSITIVE_N;
  }
  if (element === 'O') {
    if (residue === 'ASP' || residue === 'GLU') return AtomKind.NEGATIVE_O;
    return residue === 'ASN' || residue === 'GLN' ? AtomKind.AMIDE_O : AtomKind.HYDROXYL;
  }
  return element === 'S' || element === 'SE' ? AtomKind.SULPHUR : AtomKind.OTHER;
}

/** Class of an element's radius: carbon 1.7, nitrogen 1.55, oxygen 1.52, sulphur and larger 1.8 A. */
function radiusClass(element: string): number {
  return element === 'C' ? 0 : element === 'N' ? 1 : element === 'O' ? 2 : 3;
}

/**
 * What the step is told of an atom, in one word: radius class (bits 0-1), kind (4-7), residue code (8-12), slot (16-19).
 */
export function atomCode(residueCode: number, atom: string, element: string): number {
  const found = codes.get(atom)?.get(element)?.[residueCode];
  if (found !== undefined) return found;
  const code = makeAtomCode(residueCode, atom, element);
  const ofElement = codes.get(atom) ?? new Map<string, number[]>();
  const ofResidue = ofElement.get(element) ?? [];
  ofResidue[residueCode] = code;
  codes.set(atom, ofElement.set(element, ofResidue));
  return code;
}
/** By atom name, element and residue code: looked up for every atom, so without making a key. */
const codes = new Map<string, Map<string, number[]>>();

function makeAtomCode(residueCode: number, atom: string, element: string): number {
  const residue = AMINO_ACIDS[residueCode] ?? '';
  // Selenium of selenomethionine stands for sulphur: the parent's atom.
  const name = residue === 'MET' && element === 'SE' ? 'SD' : atom === 'OXT' ? 'O' : atom;
  const slot = residueCode === OTHER_RESIDUE ? -1 : (SLOTS[residueCode]?.indexOf(name) ?? -1);
  const kind = kindOf(residue, name, element);
  return radiusClass(element) | (kind << 4) | (residueCode << 8) | ((slot < 0 ? OTHER_SLOT : slot) << 16);
}

const TWO_LETTERS = new Set(
  'HE LI BE NE NA MG AL SI CL AR CA SC TI CR MN FE CO NI CU ZN GA GE AS SE BR KR RB SR ZR NB MO RU RH PD AG CD IN SN SB TE XE CS BA LA PT AU HG TL PB BI GD SM EU TB YB LU IR OS'.split(
    ' ',
  ),
);

/**
 * The element of an atom whose file does not say: from the name's first letters. `columns` is the name as it stands in
 * the four columns of a PDB file, where elements are right-justified in the first two.
 */
export function elementOf(columns: string, inAminoAcid: boolean): string {
  const letters = columns.replace(/[^A-Za-z]/g, '').toUpperCase();
  if (letters === '') return 'X';
  if (inAminoAcid) return letters.startsWith('SE') && !/^[0-9 ]/.test(columns) ? 'SE' : (letters[0] as string);
  const two = columns.slice(0, 2).trim().toUpperCase();
  if (two.length === 2 && TWO_LETTERS.has(two) && columns.trim().length <= 4 && !/^[0-9]/.test(two)) return two;
  return letters[0] as string;
}

const USUAL = new Set(['C', 'N', 'O', 'S', 'H']);

/** The symbol in capitals, without charge; empty where it is none. */
export function normalElement(text: string): string {
  if (USUAL.has(text)) return text;
  const letters = text
    .trim()
    .toUpperCase()
    .replace(/[^A-Z]/g, '');
  if (letters.length === 1) return letters;
  if (TWO_LETTERS.has(letters)) return letters;
  return letters.length === 0 ? '' : letters.length === 2 ? letters : '';
}
