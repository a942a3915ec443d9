/** The twenty amino acids in the order of their codes, by three letters. */
export const AMINO_ACIDS = [
  'ALA', 'ARG', 'ASN', 'ASP', 'CYS', 'GLN', 'GLU', 'GLY', 'HIS', 'ILE',
  'LEU', 'LYS', 'MET', 'PHE', 'PRO', 'SER', 'THR', 'TRP', 'TYR', 'VAL',
] as const; // biome-ignore format: a table
/** Their one-letter codes, in the same order. */
export const ONE_LETTER = 'ARNDCQEGHILKMFPSTWYV';
/** Code of a residue that is none of the twenty. */
export const OTHER_RESIDUE = 20;

/** Modified residues and force-field names, and the amino acid each stands for. */
const PARENTS: Readonly<Record<string, string>> = {
  MSE: 'MET', SEC: 'CYS', PYL: 'LYS', CSO: 'CYS', OCS: 'CYS', CME: 'CYS', CSX: 'CYS', CSD: 'CYS', CAS: 'CYS',
  CSS: 'CYS', CYX: 'CYS', CYM: 'CYS', CYF: 'CYS', SMC: 'CYS', SNC: 'CYS', SCY: 'CYS', YCM: 'CYS', CAF: 'CYS',
  CSP: 'CYS', CCS: 'CYS', CMT: 'CYS', CY0: 'CYS', SEP: 'SER', S1P: 'SER', S2P: 'SER', TPO: 'THR', T1P: 'THR',
  T2P: 'THR', PTR: 'TYR', Y1P: 'TYR', Y2P: 'TYR', TYS: 'TYR', TYI: 'TYR', IYR: 'TYR', KCX: 'LYS', MLY: 'LYS',
  MLZ: 'LYS', M3L: 'LYS', ALY: 'LYS', LLP: 'LYS', LYN: 'LYS', LYZ: 'LYS', LYR: 'LYS', KPI: 'LYS', SLZ: 'LYS',
  HSD: 'HIS', HSE: 'HIS', HSP: 'HIS', HID: 'HIS', HIE: 'HIS', HIP: 'HIS', HIC: 'HIS', NEP: 'HIS', MHS: 'HIS',
  ASH: 'ASP', GLH: 'GLU', PCA: 'GLU', CGU: 'GLU', SNN: 'ASN', MEN: 'ASN', ASX: 'ASN', GLX: 'GLN', MEQ: 'GLN',
  AGM: 'ARG', CIR: 'ARG', ARN: 'ARG', HYP: 'PRO', DPR: 'PRO', FME: 'MET', MHO: 'MET', SME: 'MET', OMT: 'MET',
  TRQ: 'TRP', TRO: 'TRP', HTR: 'TRP', NIY: 'TYR', PHD: 'ASP', BFD: 'ASP', IAS: 'ASP', AYA: 'ALA', DAL: 'ALA',
  MAA: 'ALA', SAR: 'GLY', GL3: 'GLY', NLE: 'LEU', NVA: 'VAL', ABA: 'ALA', AIB: 'ALA', ORN: 'LYS', DAH: 'PHE',
}; // biome-ignore format: a table

const CODES = new Map<string, number>(AMINO_ACIDS.map((name, code) => [name, code]));
for (const [name, parent] of Object.entries(PARENTS)) CODES.set(name, CODES.get(parent) ?? OTHER_RESIDUE);

/** Code of an amino acid or of what a modified residue stands for; undefined for any other name. */
export function aminoAcidCode(compId: string): number | undefined {
  return CODES.get(compId);
}
/** Whether this is one of the twenty under one of its usual names: it is protein in an ATOM record. */
export const isAminoAcid = (compId: string): boolean => CODES.has(compId);

const WATERS = new Set(['HOH', 'WAT', 'DOD', 'H2O', 'TIP', 'TIP3', 'TIP4', 'SOL', 'SPC', 'OH2']);
/** Whether a residue is water. */
export const isWater = (compId: string): boolean => WATERS.has(compId);

const NUCLEOTIDES = new Set(
  'A C G U I T N DA DC DG DT DU DI DN RA RC RG RU ADE CYT GUA THY URA PSU 5MU 5MC 1MA 2MG 7MG M2G OMC OMG H2U'.split(
    ' ',
  ),
);
/** Whether a residue is one of the usual nucleotides. */
export const isNucleotide = (compId: string): boolean => NUCLEOTIDES.has(compId);
