import type { CheckpointOptions } from '@aatgs/core';
import type { Reduction } from './reduce/reduce.ts';
import type { Dynamic, Regime } from './regime.ts';
import type { LevelSample, SearchLimits, SearchProgress } from './search.ts';

/** What all searches take. */
export interface SearchOptions extends SearchLimits {
  /** Seed of this search, up to 64 bits. Default: the constructor's. */
  readonly seed?: number | bigint;
  /** Keep the search on disk. The graph is then searched as it is, without reduction. */
  readonly checkpoint?: CheckpointOptions;
  /** Afterwards make the classes of a proper colouring of as equal size as {@link balanceColoring} can. Default false. */
  readonly balanced?: boolean;
}

/** Options of `repair`. One of `maxIterations` and `timeLimit` must be given. */
export interface RepairOptions extends SearchOptions {
  /** Number of colours, 1 to `maxColors`. */
  readonly colors: number;
  /** Dense: another colouring, from which every second member of the population starts. Default: all start from the one. */
  readonly partner?: ArrayLike<number>;
}

/**
 * What a population starts from. `'random'`: every vertex at random. `'greedy'`: vertices of high degree first (sparse
 * regime: in parallel). `'dsatur'`: DSATUR for the first colouring, iterated greedily; the others at random.
 */
export type Start = 'random' | 'greedy' | 'dsatur';

/** Options of `color`. */
export interface ColorOptions extends SearchOptions {
  /** Number of colours, 1 to `maxColors`. Default: as many as a greedy colouring takes, which needs no limit. */
  readonly colors?: number;
  /** Default: sparse `'greedy'`, dense `'dsatur'`. */
  readonly start?: Start;
}

/** Options of `minimize`. */
export interface MinimizeOptions extends SearchOptions {
  /** A proper colouring to start from; the graph is then not reduced. Default: a greedy colouring. */
  readonly from?: ArrayLike<number>;
  /** Stop at this many colours. Default: the size of a clique, below which no proper colouring exists. */
  readonly target?: number;
}

/** The outcome of a search. */
export interface ColoringResult {
  /** Whether the colouring is proper, with as few colours as asked for; `minimize` without target: whether it is proper. */
  readonly success: boolean;
  /** The best colouring found, one colour a vertex, from 0. */
  readonly coloring: Uint32Array;
  /** Colours that occur in it. */
  readonly finalColors: number;
  /** Its conflicting edges, counted on the host by {@link verifyColoring}. */
  readonly finalConflicts: number;
  /** Moves of all colourings of the population. */
  readonly iterations: number;
  /** Milliseconds from the call to the result, everything included. */
  readonly elapsedMs: number;
  /** Milliseconds the device spent in steps; the first of them reads the starts from host memory. */
  readonly kernelMs: number;
  /** Milliseconds to fetch the colouring from the device. */
  readonly transferMs: number;
  /** Why the search ended. */
  readonly ended: 'goal' | 'iterations' | 'time';
  /** Which of the two searches ran; of the largest part where the graph was reduced. */
  readonly regime: Regime;
  /** How its colourings moved; null in the sparse regime. */
  readonly dynamic: Exclude<Dynamic, 'auto'> | null;
  /** Colourings searched at once: with graph, options and seed what decides the result. */
  readonly population: number;
  /** What was removed before the search; null where the graph was searched as it is. */
  readonly reduced: ReductionSummary | null;
  /** Every improvement on the way. */
  readonly history: readonly SearchProgress[];
  /** Where the conflicts lay, over time; empty without a hierarchy. */
  readonly levels: readonly LevelSample[];
}

/** Sizes of a reduced graph. */
export interface ReductionSummary extends Pick<Reduction, 'peeled' | 'dominated' | 'bipartite'> {
  /** Parts that were searched, each for itself. */
  readonly parts: number;
  /** Vertices in all parts. */
  readonly vertices: number;
  /** Edges in all parts. */
  readonly edges: number;
}
