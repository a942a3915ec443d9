import { checkInteger, invalidArgument, ThermoError } from '../errors.ts';
import { ThermoModel } from '../generated/layout.ts';

/** Couplings as columns: sites `u[i]` and `v[i]` are joined with weight `w[i]`. */
export interface Bonds {
  /** First site of each bond, from 0. */
  readonly u: ArrayLike<number>;
  /** Second site of each bond, from 0. */
  readonly v: ArrayLike<number>;
  /** Weight of each bond. */
  readonly w: ArrayLike<number>;
}

/** What a {@link Model} is made from. */
export interface ModelOptions {
  /** {@link ThermoModel}. */
  readonly kind: number;
  /** Number of sites; of a square lattice: its side. */
  readonly sites: number;
  /** Number of states of a spin; for Potts models and colourings. Default 2. */
  readonly states?: number;
  /** Couplings J: positive ones favour equal neighbours. Parallel bonds are added up. */
  readonly bonds?: Bonds;
  /** Fields h, one a site. Default: none. */
  readonly fields?: ArrayLike<number>;
  /** Energy the caller's problem has besides the couplings'. Default 0. */
  readonly offset?: number;
  /** Name for messages and reports. Default: empty. */
  readonly name?: string;
  /** Systems simulated together. Default 1. */
  readonly systems?: number;
}

/** Largest sum of the couplings of one site, in units. */
const MAX_REACH = 2 ** 30;
/** Real couplings are rounded to multiples of the largest site's sum times 2^-26. */
const REAL_REACH = 2 ** 26;

/**
 * A discrete model with its couplings as integers times a unit of energy, in compressed rows.
 *
 * Ising: E = offset - sum J s s' - sum h s with spins -1 and 1. Potts: E = offset - sum J [s = s'] with states 0..q-1.
 * Integer couplings are exact (unit 1). Real ones are rounded to a unit some 10^-8 of the strongest site's sum: the model
 * that is simulated, and whose energies are reported, is the rounded one.
 */
export class Model {
  /** {@link ThermoModel}. */
  readonly kind: number;
  /** Name for messages and reports. */
  readonly name: string;
  /** Number of spins. */
  readonly n: number;
  /** Systems of this size with couplings of their own: see {@link Ensemble}. 1 of every other model. */
  readonly systems: number;
  /** Side of a square lattice, else 0. */
  readonly side: number;
  /** Number of states of a spin. */
  readonly states: number;
  /** Energy of one unit of the integer weights and fields. */
  readonly unit: number;
  /** Energy besides the couplings' and fields'. */
  readonly offset: number;
  /** Compressed rows: the neighbours of site i are at `offsets[i]` to `offsets[i + 1]`. Length n + 1. */
  readonly offsets: Uint32Array;
  /** Neighbouring sites, row after row. */
  readonly neighbors: Uint32Array;
  /** Couplings to them, in units. */
  readonly weights: Int32Array;
  /** Fields, one a site, in units. */
  readonly fields: Int32Array;

  /** Throws ERR_THERMO_INVALID_ARGUMENT, ERR_THERMO_INVALID_MODEL, ERR_THERMO_SITE_OUT_OF_RANGE or ERR_THERMO_TOO_LARGE. */
  constructor({
    kind,
    sites,
    states = 2,
    bonds = { u: [], v: [], w: [] },
    fields,
    offset = 0,
    name = '',
    systems = 1,
  }: ModelOptions) {
    checkInteger('sites', sites, 1, 2 ** 28);
    const square = kind === ThermoModel.SQUARE;
    this.kind = kind;
    this.name = name;
    this.n = square ? sites * sites : sites;
    this.side = square ? sites : 0;
    this.systems = systems;
    this.states = checkInteger('states', states, 2, 255);
    this.offset = offset;
    const rows = square || kind === ThermoModel.LATTICE ? 0 : sites;
    if (fields && fields.length !== rows) throw invalidArgument('fields.length', fields.length, `${rows}, one a site`);
    checkBonds(bonds, rows);
    this.unit = chooseUnit(bonds, fields, rows);
    const csr = compress(bonds, rows, this.unit);
    this.offsets = csr.offsets;
    this.neighbors = csr.neighbors;
    this.weights = csr.weights;
    this.fields = Int32Array.from({ length: rows }, (_, i) => Math.round((fields?.[i] ?? 0) / this.unit));
  }

  /** Energy of one state, counted from the definition: it shares nothing with the simulation. */
  energy(state: ArrayLike<number>): number {
    if (state.length !== this.n) throw invalidArgument('state.length', state.length, `${this.n}, one a site`);
    if (this.side > 0) return this.#squareEnergy(state);
    let sum = 0;
    for (let i = 0; i < this.n; i++) {
      const own = state[i] as number;
      for (let a = this.offsets[i] as number; a < (this.offsets[i + 1] as number); a++) {
        const j = this.neighbors[a] as number;
        if (j > i) continue;
        const other = state[j] as number;
        sum -= (this.weights[a] as number) * (this.kind === ThermoModel.POTTS ? Number(own === other) : own * other);
      }
      if (this.kind === ThermoModel.ISING) sum -= (this.fields[i] as number) * own;
    }
    return sum * this.unit + this.offset;
  }

  #squareEnergy(state: ArrayLike<number>): number {
    const L = this.side;
    let sum = 0;
    for (let y = 0; y < L; y++) {
      for (let x = 0; x < L; x++) {
        const right = state[y * L + ((x + 1) % L)] as number;
        const below = state[((y + 1) % L) * L + x] as number;
        sum -= (state[y * L + x] as number) * (right + below);
      }
    }
    return sum;
  }
}

function checkBonds({ u, v, w }: Bonds, sites: number): void {
  if (u.length !== v.length || u.length !== w.length)
    throw invalidArgument('bonds', `columns of ${u.length}, ${v.length} and ${w.length}`, 'columns of one length');
  for (let i = 0; i < u.length; i++) {
    for (const site of [u[i] as number, v[i] as number]) {
      if (Number.isInteger(site) && site >= 0 && site < sites) continue;
      const message = `bond ${i} joins site ${site}; sites are numbered from 0 to ${sites - 1}`;
      throw new ThermoError('ERR_THERMO_SITE_OUT_OF_RANGE', message, { details: { index: i, value: site } });
    }
    if (u[i] === v[i] || !Number.isFinite(w[i])) {
      const what = u[i] === v[i] ? `joins site ${u[i]} to itself; give it a field instead` : `has weight ${w[i]}`;
      throw new ThermoError('ERR_THERMO_INVALID_MODEL', `bond ${i} ${what}`, { details: { index: i, value: u[i] } });
    }
  }
}

/** 1 where everything is an integer; otherwise a power of two that keeps every site's sum within its limit. */
function chooseUnit({ u, v, w }: Bonds, fields: ArrayLike<number> | undefined, sites: number): number {
  const reach = new Float64Array(sites);
  let integer = true;
  for (let i = 0; i < w.length; i++) {
    const weight = w[i] as number;
    integer &&= Number.isInteger(weight);
    reach[u[i] as number]! += Math.abs(weight);
    reach[v[i] as number]! += Math.abs(weight);
  }
  for (let i = 0; i < (fields?.length ?? 0); i++) {
    const field = fields?.[i] as number;
    if (!Number.isFinite(field))
      throw new ThermoError('ERR_THERMO_INVALID_MODEL', `the field of site ${i} is ${field}`, {
        details: { value: field },
      });
    integer &&= Number.isInteger(field);
    reach[i]! += Math.abs(field);
  }
  const most = reach.reduce((a, b) => Math.max(a, b), 0);
  if (integer && most <= MAX_REACH) return 1;
  return 2 ** Math.ceil(Math.log2(most / REAL_REACH));
}

function compress({ u, v, w }: Bonds, sites: number, unit: number) {
  const rows = Array.from({ length: sites }, () => new Map<number, number>());
  for (let i = 0; i < w.length; i++) {
    const weight = Math.round((w[i] as number) / unit);
    for (const [a, b] of [
      [u[i], v[i]],
      [v[i], u[i]],
    ] as [number, number][]) {
      const row = rows[a] as Map<number, number>;
      row.set(b, (row.get(b) ?? 0) + weight);
    }
  }
  const offsets = new Uint32Array(sites + 1);
  for (const [i, row] of rows.entries()) {
    for (const [j, weight] of row) if (weight === 0) row.delete(j);
    offsets[i + 1] = (offsets[i] as number) + row.size;
  }
  const neighbors = new Uint32Array(offsets[sites] as number);
  const weights = new Int32Array(neighbors.length);
  for (const [i, row] of rows.entries()) {
    const sorted = [...row].sort((a, b) => a[0] - b[0]);
    neighbors.set(
      sorted.map(([j]) => j),
      offsets[i],
    );
    weights.set(
      sorted.map(([, weight]) => weight),
      offsets[i],
    );
  }
  return { offsets, neighbors, weights };
}
