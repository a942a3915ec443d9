import type { PlacementOptions } from '@aatgs/core';
import { checkInteger, invalidArgument } from './errors.ts';
import { WhcrDynamic } from './generated/layout.ts';
import { countColors, dsatur, type Graph, greedy } from './graph/index.ts';

/** Options of `new Whcr(graph, options)`: how the search is set up, and where it runs. */
export interface WhcrOptions extends PlacementOptions {
  /** Most colours any call may ask for; memory is planned for it. Default: what DSATUR needs (greedy on large graphs). */
  readonly maxColors?: number;
  /** Colourings searched at once, 1 to 65535; part of what decides the result. Default 2. */
  readonly population?: number;
  /** `'table'`: tabu search with neighbour counts (up to 20,000 vertices). `'repair'`: min-conflicts for large sparse graphs. Default `'auto'`. */
  readonly dynamic?: 'auto' | 'table' | 'repair';
  /** Moves of each colouring in one substep, the unit `maxIterations` is rounded up to. Default: from the graph's size. */
  readonly movesPerSubstep?: number;
  /** Moves of each colouring between recombinations. Default: from the graph's size. */
  readonly movesPerGeneration?: number;
  /** One byte a vertex: between equally good moves the higher goes first. Default: none. */
  readonly priorities?: Uint8Array;
  /** Seed of calls that bring none. Default 0. */
  readonly seed?: number | bigint;
}

const DYNAMICS = { auto: WhcrDynamic.AUTO, table: WhcrDynamic.TABLE, repair: WhcrDynamic.REPAIR } as const;
const TABLE_VERTICES = 20_000;

/** Options with every default filled in from the graph. */
export interface ResolvedWhcrOptions {
  readonly maxColors: number;
  readonly population: number;
  readonly dynamic: number;
  readonly movesPerSubstep: number;
  readonly movesPerGeneration: number;
  readonly seed: number | bigint;
}

export function resolveWhcrOptions(graph: Graph, options: WhcrOptions): ResolvedWhcrOptions {
  if (graph.n === 0) throw invalidArgument('graph.n', 0, 'a graph with at least one vertex');
  const { dynamic = 'auto', priorities } = options;
  if (!(dynamic in DYNAMICS)) throw invalidArgument('dynamic', dynamic, "'auto', 'table' or 'repair'");
  if (priorities && !(priorities instanceof Uint8Array && priorities.length === graph.n)) {
    throw invalidArgument('priorities', priorities, `a Uint8Array of length ${graph.n}`);
  }
  const small = graph.n <= TABLE_VERTICES;
  // A substep rebuilds its tables, which must cost little beside its moves.
  const quantum = small ? Math.max(2000, 4 * graph.n) : Math.max(10_000, Math.ceil(graph.m / 32));
  const movesPerSubstep = checkInteger('movesPerSubstep', options.movesPerSubstep ?? quantum, 1, 2 ** 31 - 1);
  const generation = options.movesPerGeneration ?? Math.max(10_000, 16 * graph.n);
  return {
    maxColors: checkInteger('maxColors', options.maxColors ?? boundByGreedy(graph), 1, 65535),
    population: checkInteger('population', options.population ?? 2, 1, 65535),
    dynamic: DYNAMICS[dynamic],
    movesPerSubstep,
    movesPerGeneration: checkInteger('movesPerGeneration', generation, 1, 2 ** 32 - 1),
    seed: options.seed ?? 0,
  };
}

/** Colours a fast construction needs: enough for every sensible search. */
function boundByGreedy(graph: Graph): number {
  return countColors(graph.n <= TABLE_VERTICES ? dsatur(graph) : greedy(graph, 'smallest-last'));
}
