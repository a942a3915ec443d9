import {
  AlgorithmAdapter,
  type CheckpointOptions,
  checkpointer,
  type GoalJob,
  GpuExecutionContext,
  placementOf,
  resumeFromCheckpoint,
} from '@aatgs/core';
import { type Observables, observe, type Reweighted, reweight, type Series } from './analysis/index.ts';
import { checkInteger, invalidArgument } from './errors.ts';
import { type ThermoConfig, ThermoModel, ThermoPhase, type ThermoTelemetry } from './generated/layout.ts';
import { thermoModule } from './kernel.ts';
import { type Exchanges, readExchanges } from './ladder.ts';
import type { Model } from './models/index.ts';
import { type ResolvedThermoOptions, resolveThermoOptions, type ThermoOptions } from './options.ts';
import { Reports, SeriesReader } from './reports.ts';
import { type Course, Search, type ThermoLimits, type ThermoProgress } from './search.ts';

interface RunOptions extends ThermoLimits {
  /** Seed of this run, up to 64 bits. Default: the constructor's. */
  readonly seed?: number | bigint;
  readonly checkpoint?: CheckpointOptions;
}

/** Options of `minimize`. */
export interface MinimizeOptions extends RunOptions {
  /** Stop at this energy or below. Default: none. */
  readonly target?: number;
  /** Rounds in which all temperatures fall from infinity to their own. Default 500. */
  readonly anneal?: number;
}

/** Options of `sample`. */
export interface SampleOptions extends Omit<RunOptions, 'maxSweeps'> {
  /** Samples of every temperature and ladder, 1 to `maxSamples`. Default: `maxSamples`. */
  readonly samples?: number;
  /** Rounds between samples. Default 1. */
  readonly sampleEvery?: number;
  /** Rounds before the first one, in which the ladder adapts. Default: as many as are sampled, at least 1000. */
  readonly burnIn?: number;
  /** Move the inner temperatures to equal rejection during burn-in (Syed et al. 2022). Default true. */
  readonly adapt?: boolean;
  /**
   * Called with the samples so far, after every `seriesEvery` of them: for analysis while sampling goes on. In async mode what is
   * queued runs on meanwhile; `configSlots` says how much that is. A promise is waited for before the next call. What it throws
   * ends the run.
   */
  readonly onSeries?: (series: Series) => void | Promise<void>;
  /** Samples between calls of `onSeries`, at least 2 for the first. Default: a tenth of `samples`. */
  readonly seriesEvery?: number;
}

/** What both kinds of run report. */
interface RunResult {
  /** Lowest energy seen. */
  readonly bestEnergy: number;
  /** Sweeps of every replica. */
  readonly sweeps: number;
  readonly elapsedMs: number;
  /** Why the run ended. */
  readonly ended: 'goal' | 'sweeps' | 'time';
  /** Every fall of the lowest energy. */
  readonly history: readonly ThermoProgress[];
  readonly exchanges: Exchanges;
}

/** The outcome of `minimize`. */
export interface MinimizeResult extends RunResult {
  /** Whether the target was reached; without one: true. */
  readonly success: boolean;
  /** A state of the lowest energy, verified by {@link Model.energy}: -1 and 1, or 0..q-1. */
  readonly state: Int32Array;
}

/** The outcome of `sample`. */
export interface SampleResult extends RunResult {
  /** Whether all samples were taken. */
  readonly success: boolean;
  /** Energies, magnetisations and overlaps of every sample. */
  readonly series: Series;
  /** Estimates at every temperature, hottest first. */
  readonly observables: readonly Observables[];
  /** Estimates between the temperatures; see {@link reweight}. */
  reweight(temperatures: ArrayLike<number>): Reweighted[];
}

/** Longer than any run: the ladder of `minimize` adapts all the time, at doubling intervals. */
const FOREVER = 2 ** 31 - 1;

/** What a checkpoint's run is, and how far it has come. */
interface Job extends GoalJob {
  readonly rounds: number;
}

/**
 * Parallel tempering (Hukushima and Nemoto 1996) of one model: Metropolis sweeps of all replicas, non-reversible exchanges,
 * and the ladder's adaptation, all inside the step.
 *
 * One seed, one trajectory: results depend on model, options, seed and sweeps, not on sync or async, threads or device.
 * Calls on one instance run one after another.
 */
export class Thermo extends AlgorithmAdapter<ThermoConfig, ThermoTelemetry> {
  /** The model, as given to the constructor. */
  readonly model: Model;
  readonly #options: ResolvedThermoOptions;

  /** Throws ERR_THERMO_INVALID_ARGUMENT for bad options, or what `GpuExecutionContext` throws. */
  constructor(model: Model, options: ThermoOptions = {}) {
    const resolved = resolveThermoOptions(model, options);
    const { temperatures, maxSamples, seed, ...setup } = resolved;
    super(
      new GpuExecutionContext(thermoModule(model, temperatures, { ...setup, capacity: maxSamples }), {
        configSlots: 4,
        seed,
        ...placementOf(options),
      }),
    );
    this.model = model;
    this.#options = resolved;
  }

  /** What the options came to. @internal */
  get options(): ResolvedThermoOptions {
    return this.#options;
  }

  /** Looks for a state of low energy, until a limit or the target is met. Not for bit-packed lattices, whose states are not kept. */
  minimize(options: MinimizeOptions): Promise<MinimizeResult> {
    return this.inOrder(async () => {
      this.#checkWhole();
      if (this.model.kind === ThermoModel.SQUARE || this.model.kind === ThermoModel.LATTICE)
        throw invalidArgument(
          'model',
          this.model.name,
          'a model on a graph: states of bit-packed lattices are not kept',
        );
      checkLimits(options);
      const anneal = checkInteger('anneal', options.anneal ?? 500, 0, FOREVER);
      const target = options.target === undefined ? undefined : this.#units(options.target);
      const reset = { burnIn: FOREVER, anneal, samples: 0, ...(target !== undefined && { target }) };
      const rounds = Math.ceil((options.maxSweeps ?? Number.POSITIVE_INFINITY) / this.#options.sweepsPerRound);
      const search = await this.#run(reset, options, options, rounds);
      const state = new Int32Array((await this.context.read('best')).slice().buffer);
      const bestEnergy = this.model.energy(state);
      const success = options.target === undefined || bestEnergy <= options.target;
      return { success, state, ...(await this.#result(search)), bestEnergy };
    });
  }

  /** Samples the Boltzmann distribution at all temperatures. */
  sample(options: SampleOptions = {}): Promise<SampleResult> {
    return this.inOrder(async () => {
      this.#checkWhole();
      const plan = samplePlan(options, this.#options.maxSamples);
      const { samples } = plan;
      const { onSeries } = options;
      const every = checkInteger('seriesEvery', options.seriesEvery ?? Math.ceil(samples / 10), 1, FOREVER);
      const reader = this.#reader(samples);
      const reports = onSeries && new Reports(reader, plan, every, onSeries);
      // The first transfer allocates memory, for which grids leave the device: before they run.
      if (reports) await reader.upTo(0);
      const rounds = plan.burnIn + samples * plan.sampleEvery;
      const search = await this.#run(plan, options, options, rounds, reports);
      const series = await reader.upTo(search.last?.samples ?? 0);
      return { success: series.samples === samples, ...estimates(series), ...(await this.#result(search)) };
    });
  }

  /** Temperatures of the ladder now, falling, in the model's energy. */
  async temperatures(): Promise<Float64Array> {
    const betas = new Float64Array((await this.context.read('betas')).slice().buffer);
    return betas.map((beta) => this.model.unit / beta);
  }

  async #run(
    config: ThermoConfig,
    limits: ThermoLimits,
    { seed, checkpoint }: RunOptions,
    rounds: number,
    reports?: Reports,
  ): Promise<Search> {
    const first = { ...config, phase: ThermoPhase.RESET, seed: seed ?? this.#options.seed };
    const goal = { config: JSON.stringify(config), seed: String(first.seed) };
    const resumed = await resumeFromCheckpoint<Job>(this.context, goal, checkpoint, invalidArgument);
    const scale = {
      sweepsPerRound: this.#options.sweepsPerRound,
      energy: (units: number) => units * this.model.unit + this.model.offset,
    };
    const course: Course = {
      rounds,
      next: (done) => reports?.next(done) ?? rounds,
      look: async () => {
        await between?.();
        await reports?.look(search);
      },
    };
    const search = new Search(this.context, scale, limits, course, resumed?.rounds);
    const between = checkpointer<Job>(
      this.context,
      checkpoint,
      () => ({ goal, rounds: search.rounds }),
      () => search.over,
    );
    await search.run(resumed ? { phase: ThermoPhase.RUN, substeps: 0 } : first);
    return search;
  }

  async #result(search: Search): Promise<RunResult> {
    const { rounds = 0, bestEnergy = 0 } = search.last ?? {};
    return {
      bestEnergy: bestEnergy * this.model.unit + this.model.offset,
      sweeps: rounds * this.#options.sweepsPerRound,
      elapsedMs: search.elapsedMs,
      ended: search.converged ? 'goal' : search.late ? 'time' : 'sweeps',
      history: search.history,
      exchanges: await readExchanges(this.context, this.#options),
    };
  }

  /** The first samples on the device. @internal */
  readSeries(samples: number): Promise<Series> {
    return this.#reader(samples).upTo(samples);
  }

  #reader(capacity: number): SeriesReader {
    return new SeriesReader(this.context, this.model, this.#options, capacity);
  }

  /** An energy in units, rounded so that a target meant as an integer stays one. */
  #units(energy: number): number {
    if (!Number.isFinite(energy)) throw invalidArgument('target', energy, 'a number');
    return Math.floor((energy - this.model.offset) / this.model.unit + 1e-9);
  }

  #checkWhole(): void {
    const { member, members } = this.#options;
    if (members > 1)
      throw invalidArgument(
        'share',
        `${member} of ${members}`,
        'sampleAcross(group, ...) for instances that share replicas',
      );
  }
}

/** The reset of a run that takes samples. */
export function samplePlan(options: Omit<SampleOptions, keyof RunOptions>, maxSamples: number) {
  const samples = checkInteger('samples', options.samples ?? maxSamples, 1, maxSamples);
  const sampleEvery = checkInteger('sampleEvery', options.sampleEvery ?? 1, 1, FOREVER);
  const burnIn = checkInteger('burnIn', options.burnIn ?? Math.max(1000, samples * sampleEvery), 0, FOREVER);
  return { burnIn, anneal: Math.floor(burnIn / 4), samples, sampleEvery, adapt: options.adapt === false ? 0 : 1 };
}

/** What a series says. */
export function estimates(series: Series): Pick<SampleResult, 'series' | 'observables' | 'reweight'> {
  return {
    series,
    observables: series.samples > 1 ? Array.from(series.temperatures, (_, k) => observe(series, k)) : [],
    reweight: (temperatures) => reweight(series, temperatures),
  };
}

function checkLimits({ maxSweeps, timeLimit }: ThermoLimits): void {
  if (maxSweeps !== undefined) checkInteger('maxSweeps', maxSweeps, 0);
  if (timeLimit !== undefined && !(timeLimit >= 0))
    throw invalidArgument('timeLimit', timeLimit, 'seconds, at least 0');
  if (maxSweeps === undefined && timeLimit === undefined) {
    throw invalidArgument('maxSweeps', maxSweeps, 'a limit: give maxSweeps or timeLimit, or the run may never end');
  }
}
