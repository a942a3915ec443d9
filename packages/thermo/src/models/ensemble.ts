import { checkInteger, invalidArgument } from '../errors.ts';
import { ThermoModel } from '../generated/layout.ts';
import { couplingSigns, torusBonds } from './lattice.ts';
import { Model } from './model.ts';

/** What an {@link Ensemble} is made from. */
export interface EnsembleOptions {
  /** Realisations of the couplings, 1 to 2^16. They are simulated 32 at a time: a multiple of 32 wastes nothing. */
  readonly systems: number;
  /** Seed of the first system; system i has `seed` + i. Default 0. */
  readonly seed?: number;
  /** Share of couplings that are +1. Default 0.5. */
  readonly ferromagnetic?: number;
}

/**
 * Many Edwards-Anderson models of one shape, each with couplings of +-1 of its own, simulated together with one bit a spin:
 * averages over disorder. System i is `edwardsAnderson(sides, seed + i)`.
 */
export class Ensemble extends Model {
  /** Sides of the torus: two or three, even, at least 4, the first a multiple of 8. */
  readonly sides: readonly number[];
  /** Seed of the first system. */
  readonly seed: number;
  /** Share of couplings that are +1. */
  readonly ferromagnetic: number;
  /** Couplings: bit b of word `(group * 3 + direction) * n + site` is set where system `32 group + b` has -1. */
  readonly signs: Uint32Array;

  /** Throws ERR_THERMO_INVALID_ARGUMENT. */
  constructor(sides: readonly number[], { systems, seed = 0, ferromagnetic = 0.5 }: EnsembleOptions) {
    checkSides(sides);
    checkInteger('systems', systems, 1, 2 ** 16);
    checkInteger('seed', seed, 0, 2 ** 32 - 1 - systems);
    if (!(ferromagnetic >= 0 && ferromagnetic <= 1))
      throw invalidArgument('ferromagnetic', ferromagnetic, 'a share between 0 and 1');
    const sites = sides.reduce((a, b) => a * b, 1);
    super({ kind: ThermoModel.LATTICE, sites, systems, name: `ea-${sides.join('x')}-${seed}..${seed + systems - 1}` });
    this.sides = [...sides];
    this.seed = seed;
    this.ferromagnetic = ferromagnetic;
    this.signs = new Uint32Array(Math.ceil(systems / 32) * 3 * sites);
    for (let i = 0; i < systems; i++) {
      const sign = couplingSigns(seed + i, ferromagnetic);
      const first = Math.floor(i / 32) * 3 * sites;
      const bit = 2 ** (i % 32);
      for (let site = 0; site < sites; site++) {
        for (let d = 0; d < sides.length; d++) if (sign() < 0) this.signs[first + d * sites + site]! += bit;
      }
    }
  }

  /** One system as a model of its own, on a graph. */
  system(index: number): Model {
    checkInteger('index', index, 0, this.systems - 1);
    const bonds = torusBonds(this.sides, couplingSigns(this.seed + index, this.ferromagnetic));
    return new Model({ kind: ThermoModel.ISING, sites: this.n, bonds, name: `${this.name}[${index}]` });
  }

  /** Not of an ensemble, whose systems have different energies: see {@link system}. Throws ERR_THERMO_INVALID_ARGUMENT. */
  override energy(_state: ArrayLike<number>): number {
    throw invalidArgument('model', this.name, 'one system of the ensemble: ensemble.system(i).energy(state)');
  }
}

function checkSides(sides: readonly number[]): void {
  const [width = 0, height = 0, depth = 2] = sides;
  const even = (side: number) => Number.isInteger(side) && side >= 4 && side <= 4096 && side % 2 === 0;
  const right = even(width) && width % 8 === 0 && even(height) && (sides.length === 2 || even(depth));
  if (!right || sides.length < 2 || sides.length > 3)
    throw invalidArgument('sides', sides, 'two or three even sides of 4 to 4096, the first a multiple of 8');
}

/** Many Edwards-Anderson models of one shape at once, bit-packed: see {@link Ensemble}. */
export function edwardsAndersonEnsemble(sides: readonly number[], options: EnsembleOptions): Ensemble {
  return new Ensemble(sides, options);
}
