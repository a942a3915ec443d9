import type { Prediction } from '../result.ts';
import { residueLabel } from '../structure/structure.ts';

const row = (cells: readonly (string | number)[]): string => cells.join(', ');
const fixed = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '');

/** P2Rank's columns of `*_predictions.csv`: one site a line, best first. */
export function predictionsCsv({ sites, structure }: Prediction): string {
  const lines = [
    'name, rank, score, probability, sas_points, surf_atoms, center_x, center_y, center_z, residue_ids, surf_atom_ids',
  ];
  for (const site of sites) {
    const residues = site.residues.map((r) => {
      const residue = structure.residues[r];
      return residue ? residueLabel(structure, residue) : '';
    });
    const atoms = site.atoms.map((atom) => structure.serials[atom] ?? 0);
    lines.push(
      row([
        `pocket${site.rank}`,
        site.rank,
        fixed(site.score, 4),
        fixed(site.probability, 4),
        site.points,
        site.atoms.length,
        ...site.center.map((value) => fixed(value, 4)),
        residues.join(' '),
        atoms.join(' '),
      ]),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** P2Rank's columns of `*_residues.csv`: one residue a line. */
export function residuesCsv({ structure, residueScores, residueSites }: Prediction): string {
  const mean = residueScores.reduce((sum, score) => sum + score, 0) / residueScores.length;
  const deviation = Math.sqrt(
    residueScores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / residueScores.length,
  );
  const lines = ['chain, residue_label, residue_name, score, zscore, probability, pocket'];
  for (const [r, residue] of structure.residues.entries()) {
    const score = residueScores[r] ?? 0;
    lines.push(
      row([
        structure.chains[residue.chain]?.id ?? '_',
        `${residue.number}${residue.insertion}`,
        residue.compId,
        fixed(score, 4),
        fixed(deviation > 0 ? (score - mean) / deviation : 0, 4),
        fixed(score, 4),
        residueSites[r] ?? 0,
      ]),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Head of the table over many structures. */
export const SUMMARY_HEAD = 'id,rank,score,x,y,z,probability';

/** A structure's lines of the table over many structures. */
export function summaryLines({ id, sites }: Pick<Prediction, 'id' | 'sites'>): string[] {
  return sites.map(({ rank, score, center, probability }) =>
    [csvCell(id), rank, fixed(score, 4), ...center.map((value) => fixed(value, 4)), fixed(probability, 4)].join(','),
  );
}

/** A cell in quotes where it must be. */
export const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The JSON of a prediction: what `Prediction` holds, residues by their labels. */
export function predictionJson({ id, sites, structure, residueScores, points }: Prediction): object {
  const label = (r: number) => {
    const residue = structure.residues[r];
    return residue ? residueLabel(structure, residue) : '';
  };
  return {
    id,
    structure: {
      chains: structure.chains.map(({ id: chain, residues }) => ({ id: chain, residues })),
      residues: structure.residues.length,
      atoms: structure.x.length,
      model: structure.model,
      models: structure.models,
      predicted: structure.predicted,
      leftOut: structure.leftOut,
    },
    surfacePoints: points,
    sites: sites.map((site) => ({
      ...site,
      residues: site.residues.map(label),
      atoms: site.atoms.map((atom) => structure.serials[atom] ?? 0),
      plddt: Number.isNaN(site.plddt) ? null : site.plddt,
    })),
    residueScores: Object.fromEntries(
      structure.residues.map((residue, r) => [
        residueLabel(structure, residue),
        Number((residueScores[r] ?? 0).toFixed(4)),
      ]),
    ),
  };
}
