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

/** Long enough for launches, which beat the resident scheduler there, and short enough to stop and report in time. */
const STEP_MS = 4;
const PROGRESS_EVERY_MS = 100;
/** Configs before the run looks up: the unit of checkpoints. */
const SEGMENT = 64;

/** Advances until the step reports convergence or a limit is met. */
export class Search {
  /** Every fall of the best energy. */
  readonly history: ThermoProgress[] = [];
  /** Rounds that have run, up to the last look. */
  rounds: number;
  converged = false;
  last: ThermoTelemetry | undefined;
  readonly #context: GpuExecutionContext<ThermoConfig, ThermoTelemetry>;
  readonly #limits: ThermoLimits;
  readonly #scale: ProgressScale;
  readonly #maxRounds: number;
  readonly #started = performance.now();
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
    const { signal } = this.#limits;
    const watch = { onRecord: (record: ThermoTelemetry) => this.#note(record), ...(signal && { signal }) };
    await this.#context.executeBatch([first], { collect: false, ...watch });
    const pace = { stepMs: STEP_MS, depth: this.#context.info.configSlots, maxConfigs: SEGMENT };
    while (!this.over) {
      const { substeps } = await this.#context.advance(
        { phase: ThermoPhase.RUN },
        { substeps: this.#maxRounds - this.rounds, until: () => this.converged || this.late, ...pace, ...watch },
      );
      this.rounds += substeps;
      await betweenSegments?.();
    }
  }

  #note(record: ThermoTelemetry): void {
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
