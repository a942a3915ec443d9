import { basename } from 'node:path';
import type { Prediction, Site } from '../result.ts';

/** Colours of sites by rank, over and over. */
export const SITE_COLORS = ['#e6550d', '#3182bd', '#31a354', '#756bb1', '#d6a500', '#c51b8a', '#17becf', '#8c564b'];
export const colorOf = (rank: number): string => SITE_COLORS[(rank - 1) % SITE_COLORS.length] as string;

const column = (value: number, width: number, digits: number): string => {
  const text = value.toFixed(digits);
  // Wider than its columns: as many digits as fit.
  return (text.length > width ? value.toPrecision(width - 2).slice(0, width) : text).padStart(width);
};

function hetatm(
  serial: number,
  name: string,
  chain: string,
  number: number,
  xyz: ArrayLike<number>,
  b: number,
): string {
  const [x = 0, y = 0, z = 0] = Array.from(xyz);
  return [
    'HETATM',
    String(serial % 100_000).padStart(5),
    ' ',
    name.padEnd(4),
    ' ',
    'STP',
    ' ',
    chain,
    String(number % 10_000).padStart(4),
    '    ',
    column(x, 8, 3),
    column(y, 8, 3),
    column(z, 8, 3),
    column(1, 6, 2),
    column(b, 6, 2),
    '           C',
  ].join('');
}

/**
 * Sites as pseudo-atoms of a PDB file: residue STP, its number the rank; chain C for centres, P for surface points (where
 * there are any); B-factor: 100 times the probability, of a point its score.
 */
export function sitesPdb({ id, sites, surface }: Prediction): string {
  const lines = [`REMARK 250 BINDING SITES OF ${id}, PREDICTED BY @AATGS/LBS`];
  let serial = 0;
  for (const { rank, center, probability } of sites) {
    lines.push(hetatm(++serial, 'CEN', 'C', rank, center, 100 * probability));
  }
  for (let q = 0; surface && q < surface.scores.length; q++) {
    const rank = surface.sites[q] ?? 0;
    if (rank === 0) continue;
    const xyz = surface.positions.subarray(3 * q, 3 * q + 3);
    lines.push(hetatm(++serial, 'PNT', 'P', rank, xyz, 100 * (surface.scores[q] ?? 0)));
  }
  return `${lines.join('\n')}\nEND\n`;
}

/** Residues of a site by chain. */
function byChain({ structure }: Prediction, site: Site): Map<string, string[]> {
  const chains = new Map<string, string[]>();
  for (const r of site.residues) {
    const residue = structure.residues[r];
    if (!residue) continue;
    const chain = structure.chains[residue.chain]?.id ?? '_';
    const list = chains.get(chain) ?? [];
    list.push(`${residue.number}${residue.insertion}`);
    chains.set(chain, list);
  }
  return chains;
}

/**
 * A PyMOL script: the structure as cartoon with its surface, the residues of each site in its colour, a sphere at each centre.
 *
 * @param file the structure's file, as the script should load it
 */
export function pymolScript(prediction: Prediction, file: string): string {
  const lines = [
    `# Binding sites of ${prediction.id}, predicted by @aatgs/lbs`,
    `load ${file}, protein`,
    'hide everything',
    'show cartoon, protein',
    'color gray80, protein',
    'show surface, polymer',
    'set transparency, 0.35',
  ];
  for (const site of prediction.sites) {
    const name = `site${site.rank}`;
    const selection = [...byChain(prediction, site)].map(
      ([chain, residues]) =>
        `(${chain === '_' ? '' : `chain ${chain} and `}resi ${residues.join('+').replaceAll('-', '\\-')})`,
    );
    const color = `0x${colorOf(site.rank).slice(1)}`;
    lines.push(
      ...(selection.length > 0 ? [`select ${name}, protein and (${selection.join(' or ')})`] : []),
      ...(selection.length > 0 ? [`color ${color}, ${name}`, `show sticks, ${name} and not name N+C+O`] : []),
      `pseudoatom center${site.rank}, pos=[${site.center.map((v) => v.toFixed(3)).join(', ')}], b=${(100 * site.probability).toFixed(1)}, label=${site.rank}`,
      `show spheres, center${site.rank}`,
      `color ${color}, center${site.rank}`,
    );
  }
  lines.push('deselect', 'orient protein');
  return `${lines.join('\n')}\n`;
}

/** A ChimeraX script with the same scene; see {@link pymolScript}. */
export function chimeraxScript(prediction: Prediction, file: string): string {
  const lines = [
    `# Binding sites of ${prediction.id}, predicted by @aatgs/lbs`,
    `open ${JSON.stringify(basename(file) === file ? file : file)}`,
    'hide atoms',
    'show cartoons',
    'color #1 lightgray',
    'surface #1 & protein',
    'transparency #1 40 target s',
  ];
  for (const site of prediction.sites) {
    const color = colorOf(site.rank);
    const parts = [...byChain(prediction, site)].map(
      ([chain, residues]) => `#1${chain === '_' ? '' : `/${chain}`}:${residues.join(',')}`,
    );
    if (parts.length > 0) {
      lines.push(
        `name site${site.rank} ${parts.join(' ')}`,
        `color site${site.rank} ${color} target csa`,
        `show site${site.rank} atoms`,
      );
    }
    const center = site.center.map((value) => value.toFixed(3)).join(',');
    lines.push(`shape sphere center ${center} radius 1 color ${color} name center${site.rank}`);
  }
  lines.push('view');
  return `${lines.join('\n')}\n`;
}
