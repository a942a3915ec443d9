import type { DeviceGroup } from '@aatgs/core';
import { checkInteger, invalidArgument } from './errors.ts';
import { PhiloxStream } from './graph/index.ts';
import type { ColoringResult } from './requests.ts';
import type { Whcr } from './whcr.ts';

/** How far the islands are; one entry an epoch. */
export interface IslandsProgress {
  /** Epochs that have ended. */
  readonly epoch: number;
  /** Conflicting edges of each island's best colouring. */
  readonly conflicts: readonly number[];
  /** Milliseconds since the call. */
  readonly elapsedMs: number;
}

/** Options of {@link colorOnIslands}. One of `maxEpochs` and `timeLimit` must be given. */
export interface IslandsOptions {
  /** Number of colours, 1 to the group's `maxColors`. */
  readonly colors: number;
  /** Populations, at least 2; part of what decides the result, unlike the number of devices. Default 4. */
  readonly islands?: number;
  /** Moves of each colouring between migrations. Default: 40 n, at least 100,000. */
  readonly movesPerEpoch?: number;
  /** Epochs at most. Default: no limit. Results are reproducible under it. */
  readonly maxEpochs?: number;
  /** Seconds; looked at between epochs. Default: no limit. */
  readonly timeLimit?: number;
  /** Up to 53 bits. Default 0. */
  readonly seed?: number;
  /** Ends the search; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after every epoch. */
  readonly onProgress?: (progress: IslandsProgress) => void;
}

/** The outcome of {@link colorOnIslands}. */
export interface IslandsResult extends Pick<ColoringResult, 'success' | 'coloring' | 'finalColors' | 'finalConflicts'> {
  /** Moves of all colourings of all islands. */
  readonly iterations: number;
  /** Milliseconds from the call to the result. */
  readonly elapsedMs: number;
  /** Why the search ended. */
  readonly ended: 'goal' | 'epochs' | 'time';
  /** The course of the search. */
  readonly history: readonly IslandsProgress[];
}

/** Philox stream of the islands' first colourings. */
const STREAM = 0x15_1a;

/**
 * Looks for a proper colouring with a population on each of several islands, which exchange their best colourings: after
 * every epoch half of each population starts from its island's best, the other half from that of another island, which is a
 * farther one every time (island model; Cantú-Paz 1998). The islands are spread over the devices of the group; the result
 * depends on the options only, not on how many there are or how fast.
 *
 * @param group of the same graph in the dense regime, with a population of at least 2
 * @throws {WhcrError} `ERR_WHCR_INVALID_ARGUMENT` for bad options, or another regime.
 */
export async function colorOnIslands(group: DeviceGroup<Whcr>, options: IslandsOptions): Promise<IslandsResult> {
  const { colors, signal, maxEpochs = Number.POSITIVE_INFINITY, timeLimit = Number.POSITIVE_INFINITY } = options;
  const { graph, regime } = group.members[0] as Whcr;
  if (regime !== 'dense') throw invalidArgument('regime', regime, "'dense': the sparse regime has no population");
  const islands = checkInteger('islands', options.islands ?? 4, 2, 65536);
  const moves = checkInteger('movesPerEpoch', options.movesPerEpoch ?? Math.max(100_000, 40 * graph.n), 1);
  const seed = checkInteger('seed', options.seed ?? 0, 0);
  if (maxEpochs !== Number.POSITIVE_INFINITY) checkInteger('maxEpochs', maxEpochs, 1);
  if (!(timeLimit >= 0)) throw invalidArgument('timeLimit', timeLimit, 'seconds, at least 0');
  if (maxEpochs === Number.POSITIVE_INFINITY && timeLimit === Number.POSITIVE_INFINITY) {
    throw invalidArgument('maxEpochs', options.maxEpochs, 'a limit: give maxEpochs or timeLimit');
  }
  const started = performance.now();
  const elapsed = () => performance.now() - started;
  const history: IslandsProgress[] = [];
  const numbers = Array.from({ length: islands }, (_, i) => i);
  let bests: Uint32Array[] = numbers.map((i) => {
    const random = new PhiloxStream(seed, STREAM + i);
    return Uint32Array.from({ length: graph.n }, () => random.below(colors));
  });
  let iterations = 0;
  for (let epoch = 0; ; epoch++) {
    const distance = 1 + (epoch % (islands - 1));
    const results = await group.map(
      numbers,
      (whcr, i, task) =>
        whcr.repair(bests[i]!, {
          partner: bests[(i + distance) % islands]!,
          colors,
          seed: seedOf(seed, epoch, i),
          maxIterations: moves,
          signal: task.signal,
        }),
      signal ? { signal } : {},
    );
    bests = results.map((result) => result.coloring);
    for (const result of results) iterations += result.iterations;
    const conflicts = results.map((result) => result.finalConflicts);
    const progress = { epoch: epoch + 1, conflicts, elapsedMs: elapsed() };
    history.push(progress);
    options.onProgress?.(progress);
    const best = results.reduce((a, b) => (b.finalConflicts < a.finalConflicts ? b : a));
    const late = elapsed() >= timeLimit * 1000;
    if (!best.success && epoch + 1 < maxEpochs && !late) continue;
    const { success, coloring, finalColors, finalConflicts } = best;
    const ended = success ? 'goal' : late ? 'time' : 'epochs';
    return { success, coloring, finalColors, finalConflicts, iterations, elapsedMs: elapsed(), ended, history };
  }
}

/** A seed of its own for every island in every epoch: 64 bits, spread by odd constants. */
function seedOf(seed: number, epoch: number, island: number): bigint {
  const mixed = BigInt(seed) + BigInt(epoch) * 0x9e37_79b9_7f4a_7c15n + BigInt(island + 1) * 0xbf58_476d_1ce4_e5b9n;
  return BigInt.asUintN(64, mixed);
}
