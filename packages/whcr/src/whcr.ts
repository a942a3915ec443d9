import {
  AlgorithmAdapter,
  checkpointer,
  type GoalJob,
  GpuExecutionContext,
  placementOf,
  resumeFromCheckpoint,
  type StagedConfig,
} from '@aatgs/core';
import { greedyClique } from './clique.ts';
import { checkInteger, invalidArgument } from './errors.ts';
import { type WhcrConfig, WhcrInit, WhcrPhase, type WhcrTelemetry } from './generated/layout.ts';
import {
  balanceColoring,
  type ColoringReport,
  checkColoring,
  countColors,
  type Graph,
  verifyColoring,
} from './graph/index.ts';
import { whcrModule } from './kernel.ts';
import { construct, type ResolvedWhcrOptions, resolveWhcrOptions, type WhcrOptions } from './options.ts';
import { encodePriors, type Priors, type PriorWeights, priorBytes } from './priors.ts';
import { twoColoring } from './reduce/parts.ts';
import { colorReduced, minimizeReduced } from './reduce/solve.ts';
import { dynamicName, type Regime } from './regime.ts';
import type { ColoringResult, ColorOptions, MinimizeOptions, RepairOptions, SearchOptions, Start } from './requests.ts';
import { checkLimits, Search, type SearchStart } from './search.ts';
import { givenCount, givenStarts } from './starts.ts';

/**
 * Substeps without a better colouring after which a large graph is reduced: some tenths of a second on a GPU, some seconds on
 * a CPU.
 */
const PATIENCE = 64;
/** Milliseconds the host takes for a clique and the reduction, for each edge: 3 to 4 s for R-MAT of scale 20. */
const HOST_MS_PER_EDGE = 2.5e-4;
/** Colours of an odd cycle, which every graph has that is not bipartite. */
const ODD_CYCLE = 3;

/** What a checkpoint's search is, and how far it has come. */
interface Job extends GoalJob {
  readonly substeps: number;
}

/**
 * Graph colouring by conflict repair: tabu search (Hertz and de Werra 1987) on a population of colourings, recombined by
 * greedy partition crossover (Galinier and Hao 1999), all inside the step.
 *
 * One seed, one colouring: the result depends on graph, options, seed and `maxIterations`, not on sync or async, engine or
 * device. The default `population` comes from the device and is reported; give it to get the same elsewhere. Calls on one instance run one after another.
 */
export class Whcr extends AlgorithmAdapter<WhcrConfig, WhcrTelemetry> {
  /** The graph, as given to the constructor. */
  readonly graph: Graph;
  /** Most colours a call may ask for. */
  readonly maxColors: number;
  /** Which of the two searches runs. */
  readonly regime: Regime;
  /** Colourings searched at once: with graph, options and seed what decides a result. */
  readonly population: number;
  readonly #given: WhcrOptions;
  readonly #options: ResolvedWhcrOptions;
  #hasPriors = false;

  /** Throws ERR_WHCR_INVALID_ARGUMENT for bad options, or what `GpuExecutionContext` throws. */
  constructor(graph: Graph, options: WhcrOptions = {}) {
    const resolved = resolveWhcrOptions(graph, options);
    const { seed: _s, regime, reduction: _r, ...setup } = resolved;
    super(
      new GpuExecutionContext(whcrModule(graph, setup, options.priorities), {
        inputBytes: Math.max(
          graph.n * 4 * (regime === 'dense' ? givenCount(graph.n, resolved.population) : 1),
          priorBytes(graph, resolved.maxColors, resolved.beliefs !== 0),
        ),
        configSlots: 4,
        seed: resolved.seed,
        ...placementOf(options),
      }),
    );
    this.graph = graph;
    this.maxColors = resolved.maxColors;
    this.regime = regime;
    this.population = resolved.population;
    this.#given = options;
    this.#options = resolved;
  }

  /** Repairs a colouring with conflicts to a proper one with `colors` colours. Its colours must be below `colors`. */
  repair(coloring: ArrayLike<number>, options: RepairOptions): Promise<ColoringResult> {
    return this.inOrder(async () => {
      const colors = this.#checkColors('colors', options.colors);
      const { partner } = options;
      const starts = partner ? [coloring, partner] : [coloring];
      if (partner && this.regime !== 'dense') throw invalidArgument('partner', 'given', 'none in the sparse regime');
      for (const start of starts) checkColoring(this.graph, start, colors);
      const first = this.#reset({ init: WhcrInit.INPUT, colors, targetColors: colors }, options.seed, starts);
      return this.#balanced(await this.#search(first, options), options);
    });
  }

  /** Repairs several colourings, one after another; each gets its own limits. Results in the order given. */
  async repairBatch(colorings: Iterable<ArrayLike<number>>, options: RepairOptions): Promise<ColoringResult[]> {
    const results: ColoringResult[] = [];
    for (const coloring of colorings) results.push(await this.repair(coloring, options));
    return results;
  }

  /**
   * Looks for a proper colouring with `colors` colours, from scratch; without `colors`, gives the greedy colouring the
   * search would start from.
   */
  color(options: ColorOptions = {}): Promise<ColoringResult> {
    return this.inOrder(async () => {
      const started = performance.now();
      if (options.colors === undefined) return this.#balanced(await this.#colorOnce(options, started), options);
      checkLimits(options);
      const colors = this.#checkColors('colors', options.colors);
      if (this.#reducible(options)) {
        const found = await colorReduced(
          this.graph,
          { ...options, colors },
          { options: this.#given, regime: this.regime, make: this.#makePart, started },
        );
        if (found) return this.#balanced(found, options);
      }
      const start = options.start ?? (this.regime === 'sparse' ? 'greedy' : 'dsatur');
      return this.#balanced(await this.#search(this.#start(start, colors, options), options, started), options);
    });
  }

  /** Looks for a proper colouring with as few colours as possible, until a limit or the target is met. */
  minimize(options: MinimizeOptions = {}): Promise<ColoringResult> {
    return this.inOrder(async () => {
      const started = performance.now();
      checkLimits(options);
      if (options.target !== undefined) this.#checkColors('target', options.target);
      if (options.from) this.#checkStart(options.from);
      const found = await this.#minimize(options, started);
      const success = found.finalConflicts === 0 && (options.target === undefined || found.success);
      return this.#balanced({ ...found, success }, options);
    });
  }

  /**
   * Biases the moves of all searches from now on; without priors, no longer. Between equally good moves the stronger prior
   * goes first; a random start takes the colours believed in. Priors are part of what decides a result, and searches with
   * them leave out the reduction.
   *
   * @throws {WhcrError} `ERR_WHCR_INVALID_ARGUMENT` for arrays of another length, or weights out of range.
   */
  setPriors(priors: Priors, weights: PriorWeights = {}): Promise<void> {
    return this.inOrder(async () => {
      const config = encodePriors(this.graph, priors, weights, this.maxColors, this.#options.beliefs !== 0);
      await this.executeBatch([config]);
      this.#hasPriors = config.config.priors !== 0;
    });
  }

  /** Verifies a colouring on the host, independently of the search. */
  verify(coloring: ArrayLike<number>, colors?: number): ColoringReport {
    return verifyColoring(this.graph, coloring, colors === undefined ? {} : { colors });
  }

  async #search(
    first: StagedConfig<WhcrConfig>,
    options: SearchOptions,
    started: number = performance.now(),
    waits: SearchStart = {},
  ): Promise<ColoringResult> {
    checkLimits(options);
    const { colors = 0, targetColors = 0, seed = 0 } = first.config;
    const goal = { colors, target: targetColors, seed: String(seed) };
    const resumed = await resumeFromCheckpoint<Job>(this.context, goal, options.checkpoint, invalidArgument);
    const search = new Search(this.context, this.#options.movesPerSubstep, options, started, {
      ...waits,
      substepsDone: resumed?.substeps ?? 0,
    });
    await search.run(
      resumed ? { phase: WhcrPhase.RUN, substeps: 0 } : first,
      checkpointer<Job>(
        this.context,
        options.checkpoint,
        () => ({ goal, substeps: search.substeps }),
        () => search.over,
      ),
    );
    const fetching = performance.now();
    const coloring = new Uint32Array((await this.context.read('best')).buffer);
    const transferMs = performance.now() - fetching;
    // More colours may be allowed than there are vertices.
    const report = this.verify(coloring, Math.max(this.maxColors, this.graph.n));
    const outOfTime = search.elapsedMs >= (options.timeLimit ?? Number.POSITIVE_INFINITY) * 1000;
    return {
      success: report.conflicts === 0 && report.colorsUsed <= targetColors,
      coloring,
      finalColors: report.colorsUsed,
      finalConflicts: report.conflicts,
      iterations: search.last?.moves ?? 0,
      elapsedMs: search.elapsedMs,
      kernelMs: search.kernelMs,
      transferMs,
      ended: search.converged ? 'goal' : outOfTime ? 'time' : 'iterations',
      regime: this.regime,
      dynamic: dynamicName(search.last?.dynamic ?? 0),
      population: this.population,
      reduced: null,
      history: search.history,
      levels: search.levels,
    };
  }

  /**
   * Large graphs are searched as they are first, at once, and reduced when that gains nothing more: what is cheap on the
   * device, and a clique, take seconds on the host. Small and bipartite ones are reduced first.
   */
  async #minimize(options: MinimizeOptions, started: number): Promise<ColoringResult> {
    const reducible = !options.from && this.#reducible(options);
    // What the host does next cannot be stopped: not where it would not be done in time.
    const waits = { patience: PATIENCE, reserveMs: HOST_MS_PER_EDGE * this.graph.m };
    const first =
      reducible && this.regime === 'sparse' && !twoColoring(this.graph)
        ? await this.#minimizeWhole({ ...options, target: options.target ?? ODD_CYCLE }, started, waits)
        : undefined;
    if (first && (first.success || first.ended === 'time')) return first;
    const { target } = options;
    // A clique takes seconds on a huge graph: not where nobody asks for it.
    const bound = reducible || target === undefined ? greedyClique(this.graph).length : 1;
    if (first && first.finalColors <= bound) return { ...first, ended: 'goal' };
    const reduced = reducible
      ? await minimizeReduced(this.graph, { ...options, target: target ?? bound }, bound, first, {
          options: this.#given,
          regime: this.regime,
          make: this.#makePart,
          started,
        })
      : null;
    if (reduced || first?.ended === 'iterations') return reduced ?? first!;
    const from = first?.coloring ?? options.from;
    return this.#minimizeWhole({ ...options, target: target ?? bound, ...(from && { from }) }, started);
  }

  /** Brings down the colours of the graph as it is. */
  #minimizeWhole(
    { from, target, ...options }: MinimizeOptions & { readonly target: number },
    started: number,
    waits?: SearchStart,
  ): Promise<ColoringResult> {
    // The dense regime starts from what the default of maxColors comes from: a proper colouring is there at once.
    const start = from ?? (this.regime === 'dense' ? this.#construction() : undefined);
    const init = start ? WhcrInit.INPUT : WhcrInit.GREEDY;
    const goal = Math.max(1, Math.min(target, this.maxColors));
    const reset = { init, colors: this.maxColors, targetColors: goal };
    return this.#search(this.#reset(reset, options.seed, start && [start]), options, started, waits);
  }

  /** A construction's colouring, where `maxColors` allows it. */
  #construction(): Uint32Array | undefined {
    const made = construct(this.graph);
    return countColors(made) <= this.maxColors ? made : undefined;
  }

  /** The classes made of equal size, where that was asked for and the colouring is proper. */
  #balanced(result: ColoringResult, { balanced }: SearchOptions): ColoringResult {
    if (!balanced || result.finalConflicts > 0) return result;
    const started = performance.now();
    const coloring = balanceColoring(this.graph, result.coloring);
    return { ...result, coloring, elapsedMs: result.elapsedMs + performance.now() - started };
  }

  readonly #makePart = (graph: Graph, options: WhcrOptions): Whcr => new Whcr(graph, options);

  /** A greedy colouring, and as many passes over it as one substep holds. */
  async #colorOnce(options: SearchOptions, started: number): Promise<ColoringResult> {
    const reset = { init: WhcrInit.GREEDY, colors: this.maxColors, targetColors: this.regime === 'sparse' ? 1 : 0 };
    const once = { maxIterations: this.regime === 'sparse' ? 1 : 0 };
    const limits = options.timeLimit === undefined ? { ...once, ...options } : options;
    const result = await this.#search(this.#reset(reset, options.seed), limits, started);
    return { ...result, success: result.finalConflicts === 0 };
  }

  /** Whether a call may work on less than the whole graph. */
  #reducible({ checkpoint }: SearchOptions): boolean {
    return this.#options.reduction && !checkpoint && !this.#given.priorities && !this.#hasPriors;
  }

  #start(start: Start, colors: number, { seed }: SearchOptions): StagedConfig<WhcrConfig> {
    const config = { colors, targetColors: colors };
    if (start === 'random') return this.#reset({ init: WhcrInit.RANDOM, ...config }, seed);
    if (start === 'greedy') return this.#reset({ init: WhcrInit.GREEDY, ...config }, seed);
    if (start !== 'dsatur') throw invalidArgument('start', start, "'random', 'greedy' or 'dsatur'");
    const given = this.regime === 'dense' ? givenCount(this.graph.n, this.#options.population) : 1;
    const starts = givenStarts(this.graph, colors, given, seed ?? this.#options.seed);
    return this.#reset({ init: WhcrInit.INPUT, ...config }, seed, starts);
  }

  #reset(
    config: WhcrConfig,
    seed?: number | bigint,
    starts: readonly ArrayLike<number>[] = [],
  ): StagedConfig<WhcrConfig> {
    const words = new Uint32Array(starts.length * this.graph.n);
    starts.forEach((start, i) => {
      words.set(start, i * this.graph.n);
    });
    return {
      config: { ...config, phase: WhcrPhase.RESET, seed: seed ?? this.#options.seed },
      input: new Uint8Array(words.buffer),
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
}
