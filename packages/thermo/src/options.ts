import type { PlacementOptions } from '@aatgs/core';
import { checkInteger, invalidArgument } from './errors.ts';
import { ThermoModel, ThermoScheme } from './generated/layout.ts';
import type { Model } from './models/index.ts';

/** Options of `new Thermo(model, options)`: the ladder, and where it runs. */
export interface ThermoOptions extends PlacementOptions {
  /** Temperatures, in the model's energy (k_B = 1), in any order; at least one. Default: {@link defaultTemperatures}. */
  readonly temperatures?: ArrayLike<number>;
  /** Independent ladders of all temperatures, of every system. Default 1. Two or more also give overlaps. */
  readonly ladders?: number;
  /** Sweeps of every replica between exchanges: one round. Default 1. */
  readonly sweepsPerRound?: number;
  /** `'deo'`: even and odd pairs in turn, non-reversible (Syed et al. 2022). `'seo'`: at random, reversible. Default `'deo'`. */
  readonly scheme?: 'deo' | 'seo';
  /** Rounds between isoenergetic cluster moves (Houdayer 2001) of Ising models with two ladders or more. Default 0: none. */
  readonly clusterEvery?: number;
  /** Most samples one `sample` call may take; memory is planned for it, 16 bytes a sample and replica. Default 1000. */
  readonly maxSamples?: number;
  /** Seed of calls that bring none, up to 64 bits. Default 0. */
  readonly seed?: number | bigint;
  /**
   * Which share of every ladder's replicas this instance holds, for {@link sampleAcross}: share `index` of `of`. Shares are of
   * packs of 32 replicas of a graph, of 32 systems of an ensemble, or of single replicas of a square lattice. Default: all.
   */
  readonly share?: { readonly index: number; readonly of: number };
}

/** Options with every default filled in. */
export interface ResolvedThermoOptions {
  readonly temperatures: Float64Array;
  /** Of all systems. */
  readonly ladders: number;
  readonly sweepsPerRound: number;
  readonly scheme: number;
  readonly clusterEvery: number;
  readonly maxSamples: number;
  readonly seed: number | bigint;
  readonly member: number;
  readonly members: number;
}

const SCHEMES = { deo: ThermoScheme.DEO, seo: ThermoScheme.SEO } as const;
/** Rungs of the default ladder: a CPU's unit of work is 32 replicas. */
const RUNGS = 32;

/**
 * A geometric ladder of 32 temperatures around a model's scale, the root mean square s of a site's couplings: from 1.2 s,
 * where replicas forget their state in a few sweeps, down to 0.07 s, where they hardly leave local minima. The square
 * ferromagnet gets 1.5 to 3.5, around its critical temperature 2.269; ensembles of spin glasses 2 to 0.5.
 */
export function defaultTemperatures(model: Model): Float64Array {
  if (model.kind === ThermoModel.SQUARE)
    return Float64Array.from({ length: RUNGS }, (_, k) => 3.5 - (2 * k) / (RUNGS - 1));
  if (model.kind === ThermoModel.LATTICE) return geometricTemperatures(2, 0.5, RUNGS);
  const scale = couplingScale(model);
  return geometricTemperatures(1.2 * scale, 0.07 * scale, RUNGS);
}

/** Replicas of a graph that are one unit of work: bits of a word, or lanes. */
const UNIT = 32;
/** Mean number of neighbours up to which clusters of differing sites stay apart at low temperature. */
const CLUSTER_DEGREE = 4.5;

/**
 * Ladders for `minimize` that keep `units` workers busy, each with 32 replicas: a GPU has one a multiprocessor, a CPU one a
 * thread. Temperatures from 1 to 0.13 times the root mean square of a site's couplings, 32 of them for every 2,500 sites (as
 * the square root: energies of larger systems overlap less) where there are units, at least for every 10,000. Where a site has
 * few neighbours: cluster moves, and temperatures from 0.6 times.
 */
export function searchOptions(
  model: Model,
  units: number = 1,
): Required<Pick<ThermoOptions, 'temperatures' | 'ladders' | 'clusterEvery'>> {
  const ladderUnits = (sites: number) => Math.ceil(Math.sqrt(model.n / sites));
  const perLadder = Math.max(ladderUnits(10_000), Math.min(ladderUnits(2500), units));
  const scale = couplingScale(model);
  const meets = model.kind === ThermoModel.ISING && model.neighbors.length <= CLUSTER_DEGREE * model.n;
  const ladders = Math.max(1, Math.floor(units / perLadder));
  return {
    temperatures: geometricTemperatures((meets ? 0.6 : 1) * scale, 0.13 * scale, UNIT * perLadder),
    ladders: meets ? Math.max(2, ladders - (ladders % 2)) : ladders,
    clusterEvery: meets ? 10 : 0,
  };
}

/** Root mean square over sites of the couplings and the field of one, in the model's energy. */
function couplingScale(model: Model): number {
  let squares = 0;
  for (const weight of model.weights) squares += weight * weight;
  for (const field of model.fields) squares += field * field;
  return Math.sqrt(squares / model.n) * model.unit || model.unit;
}

/** `count` temperatures from `max` down to `min`, each the same share of the one before. */
export function geometricTemperatures(max: number, min: number, count: number): Float64Array {
  if (!(min > 0 && max >= min)) throw invalidArgument('temperatures', `${min} to ${max}`, '0 < min <= max');
  checkInteger('count', count, 1, 2 ** 20);
  return Float64Array.from({ length: count }, (_, k) => max * (min / max) ** (count > 1 ? k / (count - 1) : 0));
}

export function resolveThermoOptions(model: Model, options: ThermoOptions): ResolvedThermoOptions {
  const temperatures = Float64Array.from(options.temperatures ?? defaultTemperatures(model))
    .sort()
    .reverse();
  if (temperatures.length === 0) throw invalidArgument('temperatures', '[]', 'at least one temperature');
  const bad = temperatures.find((t) => !(t > 0));
  if (bad !== undefined) throw invalidArgument('temperatures', bad, 'numbers above 0');
  const { scheme = 'deo' } = options;
  if (!(scheme in SCHEMES)) throw invalidArgument('scheme', scheme, "'deo' or 'seo'");
  const clusterEvery = checkInteger('clusterEvery', options.clusterEvery ?? 0, 0, 2 ** 31);
  const ladders = checkInteger('ladders', options.ladders ?? 1, 1, 2 ** 20);
  if (clusterEvery > 0 && (model.kind !== ThermoModel.ISING || ladders < 2)) {
    throw invalidArgument('clusterEvery', clusterEvery, '0, or an Ising model on a graph with at least two ladders');
  }
  if (model.systems > 1 && ladders > 1 && ladders % 2 === 1)
    throw invalidArgument('ladders', ladders, '1, or an even number: the ladders of a system form pairs');
  const members = checkInteger('share.of', options.share?.of ?? 1, 1, 1024);
  if (members > 1 && clusterEvery > 0)
    throw invalidArgument('clusterEvery', clusterEvery, '0 with a share: cluster moves need whole ladders');
  return {
    temperatures,
    member: checkInteger('share.index', options.share?.index ?? 0, 0, members - 1),
    members,
    ladders: ladders * model.systems,
    sweepsPerRound: checkInteger('sweepsPerRound', options.sweepsPerRound ?? 1, 1, 2 ** 31),
    scheme: SCHEMES[scheme],
    clusterEvery,
    maxSamples: checkInteger('maxSamples', options.maxSamples ?? 1000, 0, 2 ** 31),
    seed: options.seed ?? 0,
  };
}
