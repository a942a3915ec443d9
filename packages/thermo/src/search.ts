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

/** How far a run goes, and where it looks up. */
export interface Course {
  /** Rounds in all; may be infinite. */
  readonly rounds: number;
  /** Rounds up to which a run that has come so far should go in one go. Default: to the end. */
  next?(rounds: number): number;
  /** Called now and then, and last when all has run: with `rounds` rounds queued, and none after them. */
  look?(search: Search): Promise<void> | void;
}

/** Advances until the step reports convergence or a limit is met. */
export class Search {
  /** Every fall of the best energy. */
  readonly history: ThermoProgress[] = [];
  /** Rounds queued so far. */
  rounds: number;
  converged = false;
  last: ThermoTelemetry | undefined;
  readonly #context: GpuExecutionContext<ThermoConfig, ThermoTelemetry>;
  readonly #limits: ThermoLimits;
  readonly #scale: ProgressScale;
  readonly #course: Course;
  readonly #started = performance.now();
  #reported = Number.NEGATIVE_INFINITY;
  #failure: { readonly error: unknown } | undefined;

  constructor(
    context: GpuExecutionContext<ThermoConfig, ThermoTelemetry>,
    scale: ProgressScale,
    limits: ThermoLimits,
    course: Course,
    roundsDone: number = 0,
  ) {
    this.#context = context;
    this.#scale = scale;
    this.#limits = limits;
    this.#course = course;
    this.rounds = roundsDone;
  }

  get elapsedMs(): number {
    return performance.now() - this.#started;
  }
  /** Whether the time is up. */
  get late(): boolean {
    return this.elapsedMs >= (this.#limits.timeLimit ?? Number.POSITIVE_INFINITY) * 1000;
  }
  /** Whether the goal or a limit has been reached, or something has failed. */
  get over(): boolean {
    return this.#ended || this.rounds >= this.#course.rounds;
  }
  /** Whether something has failed. */
  get failed(): boolean {
    return this.#failure !== undefined;
  }
  get #ended(): boolean {
    return this.converged || this.late || this.failed;
  }

  /** Ends the run with an error; the first one counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
  }

  /**
   * Runs a first config (a reset, or no rounds at all), then the rest. Segments follow each other without a gap: each is fed
   * once the one before it is in the ring.
   */
  async run(first: ThermoConfig): Promise<void> {
    const { signal } = this.#limits;
    const watch = { onRecord: (record: ThermoTelemetry) => this.#note(record), ...(signal && { signal }) };
    await this.#context.executeBatch([first], { collect: false, ...watch });
    let running: Promise<unknown> = Promise.resolve();
    while (!this.over) {
      await new Promise<void>((fed) => {
        running = this.#advance(watch, fed)
          .catch((error) => this.fail(error))
          .finally(fed);
      });
      if (!this.over) await this.#course.look?.(this);
    }
    await running; // the last, and so all
    this.#check();
    await this.#course.look?.(this);
    this.#check();
  }

  #check(): void {
    if (this.#failure) throw this.#failure.error;
  }

  async #advance(watch: { onRecord: (record: ThermoTelemetry) => void }, fed: () => void): Promise<void> {
    const end = Math.min(this.#course.rounds, this.#course.next?.(this.rounds) ?? Number.POSITIVE_INFINITY);
    await this.#context.advance(
      { phase: ThermoPhase.RUN },
      {
        substeps: end - this.rounds,
        until: () => this.#ended,
        stepMs: STEP_MS,
        depth: this.#context.info.configSlots,
        maxConfigs: SEGMENT,
        onQueued: (substeps) => {
          this.rounds += substeps;
          fed();
        },
        ...watch,
      },
    );
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
