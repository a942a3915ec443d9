import { type GpuExecutionContext, isConverged } from '@aatgs/core';
import { type ThermoConfig, ThermoPhase, type ThermoTelemetry } from './generated/layout.ts';

/** How a run went at one moment. */
export interface ThermoProgress {
  /** Sweeps of every replica since the start. */
  readonly sweeps: number;
  /** Lowest energy seen. */
  readonly bestEnergy: number;
  /** Samples taken. */
  readonly samples: number;
  /** Mean acceptance of exchanges, since the ladder was last changed. */
  readonly acceptance: number;
  /** Round trips of replicas over the ladder, since it was last changed. */
  readonly roundTrips: number;
  /** Milliseconds since the call. */
  readonly elapsedMs: number;
}

/** What ends a run besides its goal. */
export interface ThermoLimits {
  /** Sweeps of every replica, rounded up to whole rounds. Default: no limit. Results are reproducible under it. */
  readonly maxSweeps?: number;
  /** Seconds. Default: no limit. A run that it ends may stop at different sweeps each time. */
  readonly timeLimit?: number;
  /** Ends the run; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called when the best energy fell, and otherwise about ten times a second. */
  readonly onProgress?: (progress: ThermoProgress) => void;
}

/** What turns a record into progress. */
export interface ProgressScale {
  readonly sweepsPerRound: number;
  /** Energy of a record in the model's own. */
  energy(units: number): number;
}

/** Steps are kept near this length: long enough to hide scheduling, short enough to stop and report in time. */
const STEP_TARGET_NS = 4_000_000;
const PROGRESS_EVERY_MS = 100;
/** Configs fed before the run looks up: the unit of checkpoints. */
const SEGMENT = 64;

/**
 * Feeds RUN configs until the step reports convergence or a limit is met. How many rounds a config carries follows from
 * measured time; results do not depend on it, since k substeps equal k configs.
 */
export class Search {
  /** Every fall of the best energy. */
  readonly history: ThermoProgress[] = [];
  /** Rounds fed so far, of which all have run once `run` resolves. */
  rounds: number;
  converged = false;
  last: ThermoTelemetry | undefined;
  readonly #context: GpuExecutionContext<ThermoConfig, ThermoTelemetry>;
  readonly #limits: ThermoLimits;
  readonly #scale: ProgressScale;
  readonly #maxRounds: number;
  readonly #started = performance.now();
  #roundNs = 0;
  /** Rounds of the configs in flight. */
  readonly #sizes: number[] = [];
  #reported = Number.NEGATIVE_INFINITY;

  constructor(
    context: GpuExecutionContext<ThermoConfig, ThermoTelemetry>,
    scale: ProgressScale,
    limits: ThermoLimits,
    roundsDone: number = 0,
  ) {
    this.#context = context;
    this.#scale = scale;
    this.#limits = limits;
    this.#maxRounds = Math.ceil((limits.maxSweeps ?? Number.POSITIVE_INFINITY) / scale.sweepsPerRound);
    this.rounds = roundsDone;
  }

  get elapsedMs(): number {
    return performance.now() - this.#started;
  }
  /** Whether the time is up. */
  get late(): boolean {
    return this.elapsedMs >= (this.#limits.timeLimit ?? Number.POSITIVE_INFINITY) * 1000;
  }
  /** Whether the goal or a limit has been reached. */
  get over(): boolean {
    return this.converged || this.rounds >= this.#maxRounds || this.late;
  }

  /** Runs a first config (a reset, or no rounds at all), then the rest. `betweenSegments` runs with nothing in flight. */
  async run(first: ThermoConfig, betweenSegments?: () => Promise<void>): Promise<void> {
    await this.#feed([first]);
    while (!this.over) {
      await this.#feed(this.#segment());
      await betweenSegments?.();
    }
  }

  async #feed(configs: Iterable<ThermoConfig>): Promise<void> {
    const { signal } = this.#limits;
    const onRecord = (record: ThermoTelemetry) => this.#note(record);
    await this.#context.executeBatch(configs, {
      onRecord,
      until: isConverged,
      collect: false,
      ...(signal && { signal }),
    });
  }

  *#segment(): Generator<ThermoConfig> {
    for (let i = 0; i < SEGMENT && !this.over; i++) {
      const wanted = this.#roundNs === 0 ? 1 : Math.max(1, Math.round(STEP_TARGET_NS / this.#roundNs));
      const substeps = Math.min(wanted, this.#maxRounds - this.rounds);
      this.#sizes.push(substeps);
      this.rounds += substeps;
      yield { phase: ThermoPhase.RUN, substeps };
    }
  }

  #note(record: ThermoTelemetry): void {
    if (record.phase === ThermoPhase.RUN) {
      const rounds = this.#sizes.shift() ?? 0;
      if (rounds > 0 && !isConverged(record)) this.#roundNs = record.durationNs / rounds;
    }
    this.converged = isConverged(record);
    const improved = this.last === undefined || record.bestEnergy < this.last.bestEnergy;
    this.last = record;
    const { samples, acceptance, roundTrips } = record;
    const progress: ThermoProgress = {
      sweeps: record.rounds * this.#scale.sweepsPerRound,
      bestEnergy: this.#scale.energy(record.bestEnergy),
      samples,
      acceptance,
      roundTrips,
      elapsedMs: this.elapsedMs,
    };
    if (improved) this.history.push(progress);
    if (!improved && progress.elapsedMs - this.#reported < PROGRESS_EVERY_MS) return;
    this.#reported = progress.elapsedMs;
    this.#limits.onProgress?.(progress);
  }
}
