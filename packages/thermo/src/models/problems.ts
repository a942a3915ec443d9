import { checkInteger, invalidArgument, ThermoError } from '../errors.ts';
import { ThermoModel } from '../generated/layout.ts';
import { couplingSigns, torusBonds } from './lattice.ts';
import { type Bonds, Model } from './model.ts';

/** Undirected weighted graph of a Max-Cut problem: `n` vertices from 0, edges as columns. */
export interface WeightedGraph extends Bonds {
  /** Number of vertices. */
  readonly n: number;
  /** Name for messages and reports. */
  readonly name?: string;
}

/** Coefficients of a QUBO: minimise the sum of `value[k] x[row[k]] x[column[k]]` over x in {0, 1}. */
export interface Qubo {
  /** Number of variables. */
  readonly n: number;
  /** First variable of each coefficient, from 0. */
  readonly row: ArrayLike<number>;
  /** Second variable of each coefficient; the same as the first for linear ones. */
  readonly column: ArrayLike<number>;
  /** The coefficients. */
  readonly value: ArrayLike<number>;
  /** Name for messages and reports. */
  readonly name?: string;
}

/** An Ising model, or spin glass, on any graph: E = - sum J s s' - sum h s. */
export function isingModel(n: number, bonds: Bonds, fields?: ArrayLike<number>): Model {
  return new Model({ kind: ThermoModel.ISING, sites: n, bonds, ...(fields && { fields }) });
}

/** Max-Cut as an Ising model with J = -w: the energy is (weight of uncut edges) - (weight of cut edges). */
export function maxCutModel({ n, u, v, w, name = '' }: WeightedGraph): Model {
  return new Model({ kind: ThermoModel.ISING, sites: n, bonds: { u, v, w: Array.from(w, (x) => -x) }, name });
}

/** Weight of the edges between the two sides of a partition of -1 and 1. */
export function cutWeight({ u, v, w }: WeightedGraph, partition: ArrayLike<number>): number {
  let cut = 0;
  for (let i = 0; i < w.length; i++) if (partition[u[i] as number] !== partition[v[i] as number]) cut += w[i] as number;
  return cut;
}

/**
 * A QUBO as an Ising model with s = 2x - 1. Its energy is four times the QUBO's value, so that integer coefficients stay
 * integers: value = energy / 4 (see {@link quboValue}).
 */
export function quboModel({ n, row, column, value, name = '' }: Qubo): Model {
  checkInteger('n', n, 1);
  const fields = new Float64Array(n);
  const u: number[] = [];
  const v: number[] = [];
  const w: number[] = [];
  let offset = 0;
  for (let k = 0; k < value.length; k++) {
    const [i, j, q] = [row[k] as number, column[k] as number, value[k] as number];
    if (!(i >= 0 && i < n && j >= 0 && j < n)) {
      const message = `entry ${k} names variables ${i} and ${j}; they are numbered from 0 to ${n - 1}`;
      throw new ThermoError('ERR_THERMO_SITE_OUT_OF_RANGE', message, { details: { index: k } });
    }
    if (i === j) {
      fields[i]! -= 2 * q;
      offset += 2 * q;
    } else {
      u.push(i);
      v.push(j);
      w.push(-q);
      fields[i]! -= q;
      fields[j]! -= q;
      offset += q;
    }
  }
  return new Model({ kind: ThermoModel.ISING, sites: n, bonds: { u, v, w }, fields, offset, name });
}

/** Value of a QUBO for variables of 0 and 1. */
export function quboValue({ row, column, value }: Qubo, x: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < value.length; k++)
    sum += (value[k] as number) * (x[row[k] as number] as number) * (x[column[k] as number] as number);
  return sum;
}

/** A Potts model with q states: E = - sum J [s = s']. */
export function pottsModel(n: number, states: number, bonds: Bonds): Model {
  return new Model({ kind: ThermoModel.POTTS, sites: n, states, bonds });
}

/** Colouring with k colours as an antiferromagnetic Potts model: the energy is the number of conflicting edges. */
export function coloringModel(n: number, colors: number, edges: { u: ArrayLike<number>; v: ArrayLike<number> }): Model {
  return pottsModel(n, colors, { ...edges, w: new Array(edges.u.length).fill(-1) });
}

/** The 2D Ising ferromagnet (J = 1) on an L x L torus. Bit-packed where L is a multiple of 64, a graph otherwise. */
export function ising2d(side: number): Model {
  checkInteger('side', side, 3, 131072);
  const name = `ising2d-${side}`;
  if (side % 64 === 0) return new Model({ kind: ThermoModel.SQUARE, sites: side, name });
  return new Model({ kind: ThermoModel.ISING, sites: side * side, bonds: torusBonds([side, side], () => 1), name });
}

/** An Edwards-Anderson spin glass, J = +-1 at random, on a torus with these sides; the same for one seed everywhere. */
export function edwardsAnderson(sides: readonly number[], seed: number): Model {
  for (const side of sides) if (!(side >= 3)) throw invalidArgument('sides', sides, 'sides of at least 3');
  const sites = sides.reduce((a, b) => a * b, 1);
  return new Model({
    kind: ThermoModel.ISING,
    sites,
    bonds: torusBonds(sides, couplingSigns(seed)),
    name: `ea-${sides.join('x')}-${seed}`,
  });
}
