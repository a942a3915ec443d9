import {
  AlgorithmAdapter,
  GpuExecutionContext,
  placementOf,
  readCheckpoint,
  type StagedConfig,
  writeCheckpoint,
} from '@aatgs/core';
import { greedyClique } from './clique.ts';
import { checkInteger, invalidArgument } from './errors.ts';
import { type WhcrConfig, WhcrInit, WhcrPhase, type WhcrTelemetry } from './generated/layout.ts';
import { type ColoringReport, checkColoring, type Graph, verifyColoring } from './graph/index.ts';
import { whcrModule } from './kernel.ts';
import { type ResolvedWhcrOptions, resolveWhcrOptions, type WhcrOptions } from './options.ts';
import { Search, type SearchLimits, type SearchProgress } from './search.ts';

/** Where to keep a long search, and whether to take it up again. */
export interface CheckpointOptions {
  /** The file; it is replaced as a whole, so a crash leaves the old one or the new one. */
  readonly path: string;
  /** Milliseconds between writes. Default 30,000. */
  readonly everyMs?: number;
  /** Take up the file's search, if there is one. It must be of the same graph, options, goal and seed. Default false. */
  readonly resume?: boolean;
}

interface SearchOptions extends SearchLimits {
  /** Seed of this search, up to 64 bits. Default: the constructor's. */
  readonly seed?: number | bigint;
  /** Keeps the search in a file. Default: none. */
  readonly checkpoint?: CheckpointOptions;
}

/** Options of `repair`. One of `maxIterations` and `timeLimit` must be given. */
export interface RepairOptions extends SearchOptions {
  /** Number of colours, 1 to `maxColors`. */
  readonly colors: number;
}

/** Options of `color`. One of `maxIterations` and `timeLimit` must be given. */
export interface ColorOptions extends RepairOptions {
  /** What the population starts from. Default `'random'`. */
  readonly start?: 'random' | 'greedy';
}

/** Options of `minimize`. One of `maxIterations` and `timeLimit` must be given. */
export interface MinimizeOptions extends SearchOptions {
  /** A proper colouring to start from. Default: the step's own greedy colouring. */
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
  /** Milliseconds from the call to the end of the search. */
  readonly elapsedMs: number;
  /** Why the search ended. */
  readonly ended: 'goal' | 'iterations' | 'time';
  /** Every improvement on the way. */
  readonly history: readonly SearchProgress[];
}

/** What a checkpoint's search is; a resumed one must be the same. */
interface Job {
  readonly goal: { readonly colors: number; readonly target: number; readonly seed: string };
  readonly substeps: number;
}

/**
 * Graph colouring by conflict repair: tabu search (Hertz and de Werra 1987) on a population of colourings, recombined by
 * greedy partition crossover (Galinier and Hao 1999), all inside the step.
 *
 * One seed, one colouring: the result depends on graph, options, seed and `maxIterations`, not on sync or async, threads
 * or device. Calls on one instance run one after another.
 */
export class Whcr extends AlgorithmAdapter<WhcrConfig, WhcrTelemetry> {
  /** The graph it colours; never changed. */
  readonly graph: Graph;
  /** Most colours a call may ask for. */
  readonly maxColors: number;
  readonly #options: ResolvedWhcrOptions;
  #queue: Promise<unknown> = Promise.resolve();

  /** Throws ERR_WHCR_INVALID_ARGUMENT for bad options, or what `GpuExecutionContext` throws. */
  constructor(graph: Graph, options: WhcrOptions = {}) {
    const resolved = resolveWhcrOptions(graph, options);
    const { seed: _, ...setup } = resolved;
    super(
      new GpuExecutionContext(whcrModule(graph, setup, options.priorities), {
        inputBytes: graph.n * 4,
        configSlots: 4,
        seed: resolved.seed,
        ...placementOf(options),
      }),
    );
    this.graph = graph;
    this.maxColors = resolved.maxColors;
    this.#options = resolved;
  }

  /** Repairs a colouring with conflicts to a proper one with `colors` colours. Its colours must be below `colors`. */
  repair(coloring: ArrayLike<number>, options: RepairOptions): Promise<ColoringResult> {
    return this.#inOrder(async () => {
      const colors = this.#checkColors('colors', options.colors);
      checkColoring(this.graph, coloring, colors);
      const first = this.#reset({ init: WhcrInit.INPUT, colors, targetColors: colors }, options.seed, coloring);
      return this.#search(first, options, (result) => result.finalConflicts === 0);
    });
  }

  /** Repairs several colourings, one after another; each gets its own limits. Results in the order given. */
  async repairBatch(colorings: Iterable<ArrayLike<number>>, options: RepairOptions): Promise<ColoringResult[]> {
    const results: ColoringResult[] = [];
    for (const coloring of colorings) results.push(await this.repair(coloring, options));
    return results;
  }

  /** Looks for a proper colouring with `colors` colours, from scratch. */
  color(options: ColorOptions): Promise<ColoringResult> {
    return this.#inOrder(async () => {
      const colors = this.#checkColors('colors', options.colors);
      const init = options.start === 'greedy' ? WhcrInit.GREEDY : WhcrInit.RANDOM;
      const first = this.#reset({ init, colors, targetColors: colors }, options.seed);
      return this.#search(first, options, (result) => result.finalConflicts === 0);
    });
  }

  /** Looks for a proper colouring with as few colours as possible, until a limit or the target is met. */
  minimize(options: MinimizeOptions = {}): Promise<ColoringResult> {
    return this.#inOrder(async () => {
      const { from } = options;
      const target =
        options.target === undefined ? greedyClique(this.graph).length : this.#checkColors('target', options.target);
      if (from) this.#checkStart(from);
      const init = from ? WhcrInit.INPUT : WhcrInit.GREEDY;
      const reset = { init, colors: this.maxColors, targetColors: Math.max(1, Math.min(target, this.maxColors)) };
      const reached = (result: Pick<ColoringResult, 'finalConflicts' | 'finalColors'>) =>
        result.finalConflicts === 0 && (options.target === undefined || result.finalColors <= target);
      return this.#search(this.#reset(reset, options.seed, from), options, reached);
    });
  }

  /** Verifies a colouring on the host, independently of the search. */
  verify(coloring: ArrayLike<number>, colors?: number): ColoringReport {
    return verifyColoring(this.graph, coloring, colors === undefined ? {} : { colors });
  }

  async #search(
    first: StagedConfig<WhcrConfig>,
    options: SearchOptions,
    reached: (result: Pick<ColoringResult, 'finalConflicts' | 'finalColors'>) => boolean,
  ): Promise<ColoringResult> {
    checkLimits(options);
    const { colors = 0, targetColors = 0, seed = 0 } = first.config;
    const goal = { colors, target: targetColors, seed: String(seed) };
    const resumed = await this.#resume(goal, options.checkpoint);
    const search = new Search(this.context, this.#options.movesPerSubstep, options, resumed?.substeps);
    await search.run(
      resumed ? { phase: WhcrPhase.RUN, substeps: 0 } : first,
      this.#checkpointer(goal, search, options.checkpoint),
    );
    const coloring = new Uint32Array((await this.context.read('best')).buffer);
    // More colours may be allowed than there are vertices.
    const report = this.verify(coloring, Math.max(this.maxColors, this.graph.n));
    const found = { finalColors: report.colorsUsed, finalConflicts: report.conflicts };
    const outOfTime = search.elapsedMs >= (options.timeLimit ?? Number.POSITIVE_INFINITY) * 1000;
    return {
      success: reached(found),
      coloring,
      ...found,
      iterations: search.last?.moves ?? 0,
      elapsedMs: search.elapsedMs,
      ended: search.converged ? 'goal' : outOfTime ? 'time' : 'iterations',
      history: search.history,
    };
  }

  #reset(config: WhcrConfig, seed?: number | bigint, start?: ArrayLike<number>): StagedConfig<WhcrConfig> {
    const input = start ? new Uint8Array(Uint32Array.from(start).buffer) : new Uint8Array(0);
    return { config: { ...config, phase: WhcrPhase.RESET, seed: seed ?? this.#options.seed }, input };
  }

  async #resume(goal: Job['goal'], options: CheckpointOptions | undefined): Promise<Job | null> {
    if (!options?.resume) return null;
    const checkpoint = await readCheckpoint<Job>(options.path);
    if (!checkpoint) return null;
    for (const key of ['colors', 'target', 'seed'] as const) {
      const theirs = checkpoint.job.goal[key];
      if (theirs !== goal[key])
        throw invalidArgument(key, goal[key], `${theirs}, as in the checkpoint ${options.path}`);
    }
    await this.context.restore(checkpoint.snapshot);
    return checkpoint.job;
  }

  #checkpointer(
    goal: Job['goal'],
    search: Search,
    options: CheckpointOptions | undefined,
  ): (() => Promise<void>) | undefined {
    if (!options) return undefined;
    const { path, everyMs = 30_000 } = options;
    let written = performance.now();
    return async () => {
      if (performance.now() - written < everyMs && !search.over) return;
      const job: Job = { goal, substeps: search.substeps };
      await writeCheckpoint(path, { job, snapshot: await this.context.snapshot() });
      written = performance.now();
    };
  }

  #checkColors(name: string, value: number): number {
    checkInteger(name, value, 1);
    if (value <= this.maxColors) return value;
    throw invalidArgument(
      name,
      value,
      `at most maxColors = ${this.maxColors}; raise the option maxColors of new Whcr()`,
    );
  }

  #checkStart(from: ArrayLike<number>): void {
    checkColoring(this.graph, from, this.maxColors);
    const { conflicts, conflictEdges } = this.verify(from);
    if (conflicts > 0)
      throw invalidArgument(
        'from',
        `a colouring with conflicts, e.g. ${conflictEdges[0]}`,
        'a proper colouring; use repair() first',
      );
  }

  /** One search after another: they share the state on the device. */
  #inOrder<R>(task: () => Promise<R>): Promise<R> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => {}); // whoever made the call gets the error
    return result;
  }
}

function checkLimits({ maxIterations, timeLimit }: SearchLimits): void {
  if (maxIterations !== undefined) checkInteger('maxIterations', maxIterations, 0);
  if (timeLimit !== undefined && !(timeLimit >= 0))
    throw invalidArgument('timeLimit', timeLimit, 'seconds, at least 0');
  if (maxIterations === undefined && timeLimit === undefined) {
    throw invalidArgument(
      'maxIterations',
      maxIterations,
      'a limit: give maxIterations or timeLimit, or the search may never end',
    );
  }
}
