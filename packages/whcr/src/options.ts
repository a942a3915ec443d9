import type { PlacementOptions } from '@aatgs/core';
import { checkInteger, invalidArgument } from './errors.ts';
import { countColors, dsatur, type Graph, greedy } from './graph/index.ts';
import { defaultPopulation } from './population.ts';
import { chooseRegime, type Dynamic, dynamicOf, type Regime, TABLE_VERTICES } from './regime.ts';

/** Options of `new Whcr(graph, options)`: how the search is set up, and where it runs. */
export interface WhcrOptions extends PlacementOptions {
  /**
   * Most colours any call may ask for; memory is planned for it. Default: what DSATUR needs (dense), or greedy colouring
   * can need at most (sparse).
   */
  readonly maxColors?: number;
  /** Which of the two searches runs. Default `'auto'`: dense up to 20,000 vertices of degree 8191. */
  readonly regime?: Regime | 'auto';
  /**
   * Dense: colourings searched at once, 1 to 65535. Part of what decides the result, and reported with it. Default: what keeps
   * the device busy (on a GPU two a multiprocessor where their tables fit, else one; on the CPU one for each core but one, at least 2).
   */
  readonly population?: number;
  /**
   * Dense: `'table'`: tabu search, couples recombined. `'weighted'`: tabu search under learnt weights of edges. `'annealed'`:
   * simulated annealing. `'mixed'`: a third of the population with each of these (on regular graphs mostly annealed), then more
   * of what finds fewer conflicts. `'repair'`: min-conflicts. Default `'auto'`: mixed where degrees differ much more or less than in a
   * random graph, else table.
   */
  readonly dynamic?: Dynamic;
  /**
   * Sparse: levels of the wavelet hierarchy that steers the repair, 0 to 12. Default 0, none: measured, it does not help
   * (see bench/results/whcr-ablation-cpu.json).
   */
  readonly hierarchy?: number;
  /** Remove first what cannot matter: vertices of few neighbours, dominated ones; colour components apart. Default true. */
  readonly reduction?: boolean;
  /** Make room for a belief about every (vertex, colour) pair, n x maxColors bytes. Default false. */
  readonly beliefs?: boolean;
  /**
   * Moves of each colouring in one substep (sparse: rounds), the unit `maxIterations` is rounded up to. Default: from the
   * graph's size; sparse: 64.
   */
  readonly movesPerSubstep?: number;
  /**
   * Dense: moves of each colouring between recombinations. Default: n^2 / 25, for 16 colourings or more n^2 / 50; 10,000 to
   * 200,000. For every other couple of colourings they become twice as many after 1,000 recombinations, four times as many after
   * 1,000 of those, and so on.
   */
  readonly movesPerGeneration?: number;
  /** One byte a vertex: between equally good moves the higher goes first. Default: none. See also `setPriors`. */
  readonly priorities?: Uint8Array;
  /** Seed of calls that bring none. Default 0. */
  readonly seed?: number | bigint;
}

const ROUNDS_PER_SUBSTEP = 64;
const MAX_LEVELS = 12;

/** Options with every default filled in from the graph. */
export interface ResolvedWhcrOptions {
  readonly regime: Regime;
  readonly maxColors: number;
  readonly population: number;
  readonly dynamic: number;
  readonly movesPerSubstep: number;
  readonly movesPerGeneration: number;
  readonly levels: number;
  readonly beliefs: number;
  readonly reduction: boolean;
  readonly seed: number | bigint;
}

export function resolveWhcrOptions(graph: Graph, options: WhcrOptions): ResolvedWhcrOptions {
  if (graph.n === 0) throw invalidArgument('graph.n', 0, 'a graph with at least one vertex');
  const { dynamic = 'auto', priorities } = options;
  const regime = chooseRegime(graph, options.regime ?? 'auto', dynamic);
  if (priorities && !(priorities instanceof Uint8Array && priorities.length === graph.n)) {
    throw invalidArgument('priorities', priorities, `a Uint8Array of length ${graph.n}`);
  }
  const sparse = regime === 'sparse';
  if (options.regime === 'sparse' && (options.population ?? 1) !== 1) {
    throw invalidArgument('population', options.population, '1: the sparse regime works on one colouring');
  }
  if (options.regime === 'dense' && options.hierarchy) {
    throw invalidArgument('hierarchy', options.hierarchy, "0, or regime: 'sparse': the dense regime has no hierarchy");
  }
  const maxColors = checkInteger('maxColors', options.maxColors ?? boundColors(graph, regime), 1, 65535);
  const population = options.population ?? defaultPopulation(graph, maxColors, options);
  return {
    regime,
    maxColors,
    population: sparse ? 1 : checkInteger('population', population, 1, 65535),
    dynamic: dynamicOf(regime, dynamic),
    movesPerSubstep: checkInteger('movesPerSubstep', options.movesPerSubstep ?? quantum(graph, regime), 1, 2 ** 31 - 1),
    movesPerGeneration: checkInteger(
      'movesPerGeneration',
      options.movesPerGeneration ?? generation(graph, population),
      1,
      2 ** 32 - 1,
    ),
    levels: checkInteger('hierarchy', options.hierarchy ?? 0, 0, MAX_LEVELS),
    beliefs: options.beliefs ? 1 : 0,
    reduction: options.reduction ?? true,
    seed: options.seed ?? 0,
  };
}

/**
 * A few couples must each get there, so their walks are long; of many some will, and shorter walks show sooner which: with 132
 * couples DSJC1000.5 with 83 colours took 32, 22 and 31 s with 40,000, 20,000 and 10,000 moves a generation, DSJC500.5 with 48
 * colours 1.7 s with 10,000 and 2.2 s with 2,500 (bench/results/whcr-quality-h200.json).
 */
function generation(graph: Graph, population: number): number {
  return Math.max(10_000, Math.min(200_000, Math.floor(graph.n ** 2 / (population < 16 ? 25 : 50))));
}

/** A substep lists its conflicts or rebuilds its tables, which must cost little beside its moves. */
function quantum(graph: Graph, regime: Regime): number {
  if (regime === 'sparse') return ROUNDS_PER_SUBSTEP;
  return graph.n <= TABLE_VERTICES ? Math.max(2000, 4 * graph.n) : Math.max(10_000, Math.ceil(graph.m / 32));
}

/** Colours a fast construction needs: enough for every sensible search. */
function boundColors(graph: Graph, regime: Regime): number {
  return regime === 'sparse' ? Math.min(graph.maxDegree + 1, 65535) : countColors(construct(graph));
}

/** A proper colouring, made at once. */
export const construct = (graph: Graph): Uint32Array =>
  graph.n <= TABLE_VERTICES ? dsatur(graph) : greedy(graph, 'smallest-last');
