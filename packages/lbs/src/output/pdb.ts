import type { Prediction } from '../result.ts';

/** The protein as a PDB file, B-factors 100 times the residues' scores. Chains are named by one letter each, in order. */
export function proteinPdb({ structure, residueScores }: Prediction): string {
  const { x, y, z, atomNames, elements, atomResidue, residues } = structure;
  const lines: string[] = [];
  for (let i = 0; i < x.length; i++) {
    const r = atomResidue[i] as number;
    const residue = residues[r];
    if (!residue) continue;
    const name = atomNames[i] as string;
    const element = elements[i] as string;
    lines.push(
      [
        'ATOM  ',
        String((i + 1) % 100_000).padStart(5),
        ' ',
        name.length >= 4 || element.length === 2 ? name.padEnd(4).slice(0, 4) : ` ${name}`.padEnd(4),
        ' ',
        residue.compId.slice(0, 3).padStart(3),
        ' ',
        pdbChain(residue.chain),
        String(residue.number).slice(-4).padStart(4),
        residue.insertion.slice(0, 1).padEnd(1),
        '   ',
        ...[x, y, z].map((axis) => (axis[i] as number).toFixed(3).slice(0, 8).padStart(8)),
        '  1.00',
        (100 * (residueScores[r] ?? 0)).toFixed(2).padStart(6),
        '          ',
        element.padStart(2),
      ].join(''),
    );
  }
  return `${lines.join('\n')}\nEND\n`;
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** The letter a chain has in {@link proteinPdb}; chains beyond the sixty-second share them. */
export const pdbChain = (chain: number): string => LETTERS[chain % LETTERS.length] as string;
