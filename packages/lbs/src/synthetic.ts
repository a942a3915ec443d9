import { AMINO_ACIDS } from './chemistry/residues.ts';
import type { Residue, Structure } from './structure/structure.ts';

/**
 * A made-up chain for tests and examples: a helix of alanine-like residues of all names, bent into a compact shape. No
 * protein looks like it, but it has atoms at sensible distances.
 */
export function syntheticProtein(residueCount: number, seed: number): Structure {
  const names = ['N', 'CA', 'C', 'O', 'CB'];
  const n = residueCount * names.length;
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  const z = new Float64Array(n);
  const atomResidue = new Uint32Array(n);
  const residues: Residue[] = [];
  // The Weyl sequence of the golden ratio: spread evenly, and the same everywhere.
  const pick = (i: number) => ((i + seed) * 0.6180339887) % 1;
  for (let r = 0; r < residueCount; r++) {
    const code = Math.floor(20 * pick(r));
    const compId = AMINO_ACIDS[code] ?? 'ALA';
    residues.push({
      compId,
      code,
      chain: 0,
      number: r + 1,
      insertion: '',
      firstAtom: r * names.length,
      atoms: names.length,
      plddt: Number.NaN,
    });
    const turn = Math.floor(r / 12);
    for (let a = 0; a < names.length; a++) {
      const i = r * names.length + a;
      const t = ((r % 12) + 0.3 * a) * 1.745;
      const radius = a === 3 || a === 4 ? 3.3 : 2.3 - 0.3 * (a % 2);
      x[i] = radius * Math.cos(t) + 9.5 * (turn % 3) + 0.2 * pick(3 * i);
      y[i] = radius * Math.sin(t) + 9.5 * (Math.floor(turn / 3) % 3) + 0.2 * pick(3 * i + 1);
      z[i] = 1.5 * (r % 12) + 0.45 * a + 18 * Math.floor(turn / 9) + 0.2 * pick(3 * i + 2);
      atomResidue[i] = r;
    }
  }
  return {
    name: `synthetic-${residueCount}-${seed}`,
    x,
    y,
    z,
    atomNames: residues.flatMap(() => names),
    elements: residues.flatMap(() => ['N', 'C', 'C', 'O', 'C']),
    atomResidue,
    serials: Int32Array.from({ length: n }, (_, i) => i + 1),
    residues,
    chains: [{ id: 'A', firstResidue: 0, residues: residueCount }],
    model: 1,
    models: 1,
    predicted: false,
    leftOut: { waters: 0, nucleotides: 0, others: 0, hydrogens: 0, alternates: 0, lowConfidence: 0 },
  };
}
