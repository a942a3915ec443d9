import { LbsError } from './errors.ts';
import type { Point3, Prediction } from './result.ts';

/** A centre of another program's, scored by this one's surface points. */
export interface RescoredCenter {
  /** 1 for the best. */
  readonly rank: number;
  /** Its place in the list that was given, from 0. */
  readonly index: number;
  /** Where it is, angstroms. */
  readonly center: Point3;
  /** Sum of the squared scores of the surface points within the radius. */
  readonly score: number;
  /** Surface points within the radius. */
  readonly points: number;
  /** Rank of the predicted site that has most of that score; 0 where none has any. */
  readonly site: number;
  /** Calibrated probability of that site; 0 where there is none. */
  readonly probability: number;
}

/** Options of `rescoreCenters`. */
export interface RescoreOptions {
  /** Surface points within this distance of a centre count, angstroms. Default 6. */
  readonly radius?: number;
}

/**
 * Scores and ranks the centres that another program found on a structure, as PRANK does (Krivák and Hoksza 2015). Of several
 * centres on one predicted site only the best keeps its place; the others come after all sites' best ones.
 *
 * @param prediction of an `Lbs` with `surface: true`
 * @throws ERR_LBS_INVALID_ARGUMENT without surface points, for a centre that is none, or a radius that is not above 0
 */
export function rescoreCenters(
  prediction: Prediction,
  centers: readonly Point3[],
  { radius = 6 }: RescoreOptions = {},
): RescoredCenter[] {
  const { surface, sites } = prediction;
  if (!surface)
    throw bad('prediction has no surface points; predict it with new Lbs({ surface: true })', prediction.id);
  if (!(radius > 0 && Number.isFinite(radius))) throw bad(`radius is ${radius}; expected a number above 0`, radius);
  const scored = centers.map((center, index) => {
    if (center.length !== 3 || !center.every(Number.isFinite)) {
      throw bad(`centers[${index}] is ${JSON.stringify(center)}; expected three finite numbers`, center);
    }
    const bySite = new Float64Array(sites.length + 1);
    let [score, points] = [0, 0];
    for (let q = 0; q < surface.scores.length; q++) {
      const d2 = center.reduce((sum, value, k) => sum + (value - (surface.positions[3 * q + k] as number)) ** 2, 0);
      if (d2 > radius * radius) continue;
      const share = (surface.scores[q] as number) ** 2;
      score += share;
      points++;
      const site = surface.sites[q] as number;
      if (site > 0) bySite[site] = (bySite[site] as number) + share;
    }
    const site = bySite.reduce((best, share, i) => (share > (bySite[best] as number) ? i : best), 0);
    return { index, center, score, points, site, probability: sites[site - 1]?.probability ?? 0 };
  });
  const inOrder = scored.sort((a, b) => b.score - a.score || a.index - b.index);
  const seen = new Set<number>();
  const first: typeof scored = [];
  const later: typeof scored = [];
  for (const one of inOrder) {
    (one.site > 0 && seen.has(one.site) ? later : first).push(one);
    seen.add(one.site);
  }
  return [...first, ...later].map((one, i) => ({ rank: i + 1, ...one }));
}

const bad = (message: string, value: unknown) =>
  new LbsError('ERR_LBS_INVALID_ARGUMENT', message, { details: { value } });

/** A row of a table of centres. */
export interface CenterRow {
  /** What the table's `id` column says; undefined where it has none. */
  readonly id?: string;
  /** Angstroms. */
  readonly center: Point3;
}

/**
 * Reads centres from comma-separated text with a head line: columns x, y, z (or center_x, center_y, center_z, as P2Rank
 * writes), and optionally id; others are ignored.
 *
 * @throws ERR_LBS_PARSE, with file, line and value
 */
export function parseCenters(text: string, source = 'centers'): CenterRow[] {
  const lines = text.split(/\r?\n/);
  const names = (lines[0] ?? '').split(',').map((name) => name.trim().toLowerCase());
  const fail = (message: string, line: number, value: unknown) =>
    new LbsError('ERR_LBS_PARSE', `${source}, line ${line}: ${message}`, { details: { source, line, value } });
  const places = ['x', 'y', 'z'].map((axis) => {
    const place = names.findIndex((name) => name === axis || name === `center_${axis}`);
    if (place < 0) throw fail(`no column ${axis} or center_${axis}; the columns are ${names.join(', ')}`, 1, lines[0]);
    return place;
  });
  const id = names.indexOf('id');
  const rows: CenterRow[] = [];
  for (const [i, line] of lines.entries()) {
    if (i === 0 || line.trim() === '') continue;
    const cells = line.split(',').map((cell) => cell.trim());
    const center = places.map((place) => {
      const cell = cells[place];
      const value = Number(cell);
      if (!cell || !Number.isFinite(value)) throw fail(`${JSON.stringify(cell ?? '')} is not a number`, i + 1, cell);
      return value;
    });
    rows.push({ ...(id >= 0 && cells[id] && { id: cells[id] }), center: center as unknown as Point3 });
  }
  return rows;
}
