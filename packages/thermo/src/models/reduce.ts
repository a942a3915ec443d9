import { invalidArgument } from '../errors.ts';
import { ThermoModel } from '../generated/layout.ts';
import { Model } from './model.ts';

/** A smaller model with the same lowest energy, and the way back: see {@link reduceModel}. */
export interface ReducedModel {
  /** The model that is left; the one given where nothing could be taken out. */
  readonly model: Model;
  /** A state of the whole model with the same energy, from one of what is left. */
  expand(state: ArrayLike<number>): Int32Array;
}

/** Most neighbours of a site that is taken out: its best energy as a function of three spins still is a sum over their pairs. */
const MOST = 3;

/** A site that was taken out, and what it was joined to then. */
interface Removed {
  readonly site: number;
  readonly bonds: readonly (readonly [site: number, weight: number])[];
}

/**
 * Takes sites with up to three neighbours out of an Ising model, as long as there are any: given its neighbours such a site
 * is best set so, and its energy then is a coupling between them (the decoration and star-triangle transformations of spin
 * models, at zero temperature; for Max-Cut: D. Ferizovic et al., "Engineering Kernelization for Maximum Cut", ALENEX 2020). Half of a
 * sparse random graph, or all of a tree, goes away. For `minimize`: at other temperatures the smaller model is another one.
 *
 * A field counts as one neighbour. Three neighbours only where the couplings stay integers. Models with other than integer
 * couplings, Potts models and bit-packed lattices are left as they are.
 */
export function reduceModel(model: Model): ReducedModel {
  const unchanged = { model, expand: (state: ArrayLike<number>) => Int32Array.from(state) };
  if (model.kind !== ThermoModel.ISING || model.unit !== 1) return unchanged;
  const { n } = model;
  const degree = (i: number) =>
    (model.offsets[i + 1] as number) - (model.offsets[i] as number) + Number(model.fields[i] !== 0);
  const small = Array.from({ length: n }, (_, i) => i).filter((i) => degree(i) <= MOST);
  if (small.length === 0) return unchanged;
  const { rows, removed, constant } = takeOut(model, small);
  if (removed.length === 0) return unchanged;

  const gone = new Uint8Array(n);
  for (const { site } of removed) gone[site] = 1;
  const left = Array.from({ length: n }, (_, i) => i).filter((i) => !gone[i]);
  const reduced = new Model({
    kind: model.kind,
    sites: left.length,
    ...parts(rows, left, n),
    offset: model.offset - constant,
    name: model.name,
  });
  const expand = (state: ArrayLike<number>) => {
    if (state.length !== left.length) throw invalidArgument('state.length', state.length, `${left.length}, one a site`);
    const whole = new Int32Array(n + 1).fill(1);
    for (const [i, site] of left.entries()) whole[site] = state[i] as number;
    for (let i = removed.length - 1; i >= 0; i--) {
      const { site, bonds } = removed[i] as Removed;
      const pull = bonds.reduce((sum, [other, weight]) => sum + weight * (whole[other] as number), 0);
      whole[site] = pull < 0 ? -1 : 1;
    }
    return whole.slice(0, n);
  };
  return { model: reduced, expand };
}

/** Couplings as maps by site; site n is a spin that is always up, to which fields couple. */
function takeOut(model: Model, small: number[]) {
  const { n } = model;
  const rows = Array.from({ length: n + 1 }, () => new Map<number, number>());
  for (let i = 0; i < n; i++) {
    for (let a = model.offsets[i] as number; a < (model.offsets[i + 1] as number); a++)
      rows[i]?.set(model.neighbors[a] as number, model.weights[a] as number);
    if (model.fields[i]) couple(rows, i, n, model.fields[i] as number);
  }
  const removed: Removed[] = [];
  let constant = 0;
  const gone = new Uint8Array(n);
  for (let site = small.pop(); site !== undefined; site = small.pop()) {
    const row = rows[site] as Map<number, number>;
    if (gone[site] || row.size > MOST || removed.length === n - 1) continue;
    const bonds = [...row];
    const best = bestOf(bonds.map(([, weight]) => weight));
    if (!best) continue;
    gone[site] = 1;
    removed.push({ site, bonds });
    constant += best.constant;
    for (const [other] of bonds) rows[other]?.delete(site);
    row.clear();
    for (const [a, b, weight] of best.pairs) couple(rows, bonds[a]?.[0] as number, bonds[b]?.[0] as number, weight);
    for (const [other] of bonds) if (other < n && (rows[other]?.size ?? 0) <= MOST) small.push(other);
  }
  return { rows, removed, constant };
}

function couple(rows: Map<number, number>[], a: number, b: number, weight: number): void {
  const sum = (rows[a]?.get(b) ?? 0) + weight;
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    if (sum === 0) rows[from]?.delete(to);
    else rows[from]?.set(to, sum);
  }
}

/** |sum of w s| over up to three spins as a constant and couplings between pairs; undefined where those are no integers. */
function bestOf(weights: number[]) {
  const [x = 0, y = 0, z = 0] = weights;
  const all = Math.abs(x + y + z);
  const noZ = Math.abs(x + y - z);
  const noY = Math.abs(x - y + z);
  const noX = Math.abs(-x + y + z);
  const pairs = (
    [
      [0, 1, (all + noZ - noY - noX) / 4],
      [0, 2, (all + noY - noZ - noX) / 4],
      [1, 2, (all + noX - noZ - noY) / 4],
    ] as const
  ).filter(([, , weight]) => weight !== 0);
  if (!pairs.every(([, , weight]) => Number.isInteger(weight))) return undefined;
  return { constant: (all + noX + noY + noZ) / 4, pairs };
}

/** The sites that are left, as columns of bonds and fields. */
function parts(rows: Map<number, number>[], left: number[], n: number) {
  const place = new Int32Array(n + 1).fill(-1);
  for (const [i, site] of left.entries()) place[site] = i;
  const bonds = { u: [] as number[], v: [] as number[], w: [] as number[] };
  const fields = new Float64Array(left.length);
  for (const [i, site] of left.entries()) {
    for (const [other, weight] of rows[site] ?? []) {
      if (other === n) fields[i] = weight;
      else if (other > site) {
        bonds.u.push(i);
        bonds.v.push(place[other] as number);
        bonds.w.push(weight);
      }
    }
  }
  return { bonds, ...(fields.some((h) => h !== 0) && { fields }) };
}
