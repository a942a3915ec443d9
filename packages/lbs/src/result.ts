import { LbsError } from './errors.ts';
import type { PackedStructure } from './pack.ts';
import type { Residue, Structure } from './structure/structure.ts';

/** The layout of kernels/lbs/lbs_output.hpp. */
const MAGIC = 0x5253424c;
const HEADER_WORDS = 8;
const LISTED_SITES = 128;
const SITE_WORDS = 16;
const STRUCTURE_WORDS = 4 + LISTED_SITES * SITE_WORDS;

/** Bytes of an output. */
export const outputBytes = (structures: number, atoms: number, points: number): number =>
  4 * (HEADER_WORDS + STRUCTURE_WORDS * structures + 2 * atoms + 5 * points);

/** A place in angstroms, in the input's frame. */
export type Point3 = readonly [x: number, y: number, z: number];

/** A predicted binding site. */
export interface Site {
  /** 1 for the best. */
  readonly rank: number;
  /** Where a ligand's atoms are expected, angstroms. */
  readonly center: Point3;
  /** What ranks sites: higher is better, above 0. ln(1 + e^s) of the site model's log odds s. */
  readonly score: number;
  /** Sum of the squared scores of its surface points: what P2Rank calls its score. */
  readonly pointScore: number;
  /** Calibrated probability that a ligand binds within 4 A of the centre; comparable across proteins. */
  readonly probability: number;
  /** Residues with an atom within 4 A of the site's surface points, by index, in the structure's order. */
  readonly residues: readonly number[];
  /** Their atoms that are that close, by index. */
  readonly atoms: readonly number[];
  /** Surface points of the site. */
  readonly points: number;
  /** Highest score of a point. */
  readonly maxPointScore: number;
  /** Solvent-accessible area, A^2 (probe 1.6 A). */
  readonly area: number;
  /** Free space within 2 A of its points, A^3. */
  readonly volume: number;
  /** Root mean square distance of its points from the centre, A. */
  readonly spread: number;
  /** Share of directions from which walls enclose it, 0 to 1. */
  readonly enclosure: number;
  /** Mean hydropathy of its walls (Kyte and Doolittle), -4.5 to 4.5. */
  readonly hydropathy: number;
  /** How much it looks like the site of an orally available drug, 0 to 1: large, enclosed, and not too polar. */
  readonly druggability: number;
  /** Whether its walls belong to several chains. */
  readonly atInterface: boolean;
  /** Mean pLDDT of its residues; NaN where the structure is not a predicted model. */
  readonly plddt: number;
}

/** A surface point with its score. */
export interface SurfacePoints {
  /** x, y, z of every point, angstroms, in the input's frame. */
  readonly positions: Float64Array;
  /** Probability that a ligand's atom is within reach, 0 to 1. */
  readonly scores: Float32Array;
  /** Rank of the site each belongs to; 0 for none. */
  readonly sites: Uint32Array;
}

/** What `predict` gives back. */
export interface Prediction {
  /** The structure's name, or the id it was given in a batch. */
  readonly id: string;
  /** Sites, best first. May be empty for very small proteins. */
  readonly sites: readonly Site[];
  /** Highest score of a surface point within 4 A of each residue, 0 to 1. */
  readonly residueScores: Float32Array;
  /** Rank of the site each residue belongs to; 0 for none. */
  readonly residueSites: Uint32Array;
  /** Highest score of a surface point within 4 A of each atom. */
  readonly atomScores: Float32Array;
  /** Surface points, where they were asked for. */
  readonly surface?: SurfacePoints;
  /** Points of the solvent-accessible surface. */
  readonly points: number;
  /** The structure that was predicted. */
  readonly structure: Structure;
}

/** A structure of a batch, and what it is called. */
export interface BatchMember {
  readonly id: string;
  readonly structure: Structure;
  readonly packed: PackedStructure;
}

/** Reads the output of a config that predicted these structures, in this order. */
export function decode(output: Uint8Array, members: readonly BatchMember[], wantPoints: boolean): Prediction[] {
  const u32 = new Uint32Array(output.buffer, output.byteOffset, output.byteLength >>> 2);
  const f32 = new Float32Array(output.buffer, output.byteOffset, output.byteLength >>> 2);
  if (u32[0] !== MAGIC || u32[2] !== members.length) {
    throw new LbsError('ERR_LBS_MODEL', 'the kernel gave back something else than results; versions do not fit', {
      details: { value: u32[0] },
    });
  }
  const listed = u32[5] as number;
  const atomsAt = HEADER_WORDS + STRUCTURE_WORDS * members.length;
  const pointsAt = atomsAt + 2 * (u32[3] as number);
  let firstAtom = 0;
  return members.map(({ id, structure, packed }, s) => {
    const at = HEADER_WORDS + STRUCTURE_WORDS * s;
    const atoms = atomResults(u32, f32, atomsAt + 2 * firstAtom, packed.atoms);
    firstAtom += packed.atoms;
    const points = u32[at + 1] as number;
    const first = u32[at + 2] as number;
    const residues = residueResults(structure, atoms);
    const lining = liningAtoms(atoms.sites, u32[at] as number);
    const sites = lining.map((mine, i) => readSite(f32, u32, at + 4 + SITE_WORDS * i, i + 1, structure, packed, mine));
    const prediction = { id, sites, ...residues, atomScores: atoms.scores, points, structure };
    if (!wantPoints) return prediction;
    const count = Math.max(0, Math.min(points, listed - first));
    return { ...prediction, surface: readPoints(u32, f32, pointsAt + 5 * first, count, packed) };
  });
}

interface AtomResults {
  readonly scores: Float32Array;
  readonly sites: Uint32Array;
}

function atomResults(u32: Uint32Array, f32: Float32Array, at: number, n: number): AtomResults {
  const scores = new Float32Array(n);
  const sites = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    scores[i] = f32[at + 2 * i] as number;
    sites[i] = u32[at + 2 * i + 1] as number;
  }
  return { scores, sites };
}

function residueResults(structure: Structure, atoms: AtomResults) {
  const residueScores = new Float32Array(structure.residues.length);
  const residueSites = new Uint32Array(structure.residues.length);
  for (let i = 0; i < atoms.scores.length; i++) {
    const r = structure.atomResidue[i] as number;
    const score = atoms.scores[i] as number;
    const site = atoms.sites[i] as number;
    // A residue of two sites counts with the better one.
    if (site !== 0 && (residueSites[r] === 0 || site < (residueSites[r] as number))) residueSites[r] = site;
    if (score > (residueScores[r] as number)) residueScores[r] = score;
  }
  return { residueScores, residueSites };
}

/** The atoms of each site, in rising order. */
function liningAtoms(siteOf: Uint32Array, sites: number): number[][] {
  const lining = Array.from({ length: sites }, (): number[] => []);
  for (let i = 0; i < siteOf.length; i++) {
    const site = siteOf[i] as number;
    if (site !== 0) (lining[site - 1] as number[]).push(i);
  }
  return lining;
}

function readSite(
  f32: Float32Array,
  u32: Uint32Array,
  at: number,
  rank: number,
  structure: Structure,
  { origin }: PackedStructure,
  atoms: readonly number[],
): Site {
  const f = (k: number) => f32[at + k] as number;
  const residues: number[] = [];
  let [last, plddt, atInterface] = [-1, 0, false];
  for (const atom of atoms) {
    // A residue's atoms stand together.
    const r = structure.atomResidue[atom] as number;
    if (r === last) continue;
    const residue = structure.residues[r] as Residue;
    plddt += residue.plddt;
    atInterface ||= last >= 0 && residue.chain !== (structure.residues[last] as Residue).chain;
    residues.push(r);
    last = r;
  }
  return {
    rank,
    center: [f(0) + origin[0], f(1) + origin[1], f(2) + origin[2]],
    score: Math.log1p(Math.exp(f(3))),
    pointScore: f(5),
    probability: f(4),
    residues,
    atoms,
    points: u32[at + 12] as number,
    maxPointScore: f(6),
    area: f(7),
    volume: f(8),
    spread: f(9),
    enclosure: f(10),
    hydropathy: f(11),
    druggability: druggability(f(7), f(10), f(11)),
    atInterface,
    plddt: plddt / residues.length,
  };
}

/**
 * After the form of SiteMap's Dscore (Halgren 2009): size and enclosure for, polarity against; the scale is our own, so
 * that typical drug sites come above one half.
 */
function druggability(area: number, enclosure: number, hydropathy: number): number {
  const size = Math.min(1, Math.sqrt(area / 400));
  const x = 3.5 * size + 6 * (enclosure - 0.6) + 0.35 * hydropathy - 2.6;
  return 1 / (1 + Math.exp(-2 * x));
}

function readPoints(
  u32: Uint32Array,
  f32: Float32Array,
  at: number,
  count: number,
  { origin }: PackedStructure,
): SurfacePoints {
  const positions = new Float64Array(3 * count);
  const scores = new Float32Array(count);
  const sites = new Uint32Array(count);
  for (let q = 0; q < count; q++) {
    for (let k = 0; k < 3; k++) positions[3 * q + k] = (f32[at + 5 * q + k] as number) + (origin[k] as number);
    scores[q] = f32[at + 5 * q + 3] as number;
    sites[q] = u32[at + 5 * q + 4] as number;
  }
  return { positions, scores, sites };
}
