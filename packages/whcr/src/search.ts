import { type GpuExecutionContext, isConverged, type StagedConfig } from '@aatgs/core';
import { type WhcrConfig, WhcrPhase, type WhcrTelemetry } from './generated/layout.ts';

/** How a search went at one moment; an entry is kept whenever something improved. */
export interface SearchProgress {
  /** Colours searched with now. */
  readonly colors: number;
  /** Fewest conflicting edges seen with that many. */
  readonly conflicts: number;
  /** Colours of the best proper colouring so far; 0: none yet. */
  readonly bestColors: number;
  /** Moves of all colourings of the population since the start. */
  readonly moves: number;
  /** Milliseconds since the call. */
  readonly elapsedMs: number;
}

/** When a search ends besides reaching its goal. */
export interface SearchLimits {
  /** Moves of each colouring, rounded up to whole substeps. Default: no limit. Results are reproducible under it. */
  readonly maxIterations?: number;
  /** Seconds. Default: no limit. A run that it ends may stop at different moves each time. */
  readonly timeLimit?: number;
  /** Ends the search; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called when something improved, and otherwise about ten times a second. */
  readonly onProgress?: (progress: SearchProgress) => void;
}

/** Steps are kept near this length: long enough to hide scheduling, short enough to stop and report in time. */
const STEP_TARGET_NS = 4_000_000;
const PROGRESS_EVERY_MS = 100;
/** Configs fed before the search looks up: the unit of checkpoints. */
const SEGMENT = 64;

/**
 * Feeds RUN configs until the step reports convergence or a limit is met. How many substeps a config carries follows
 * from measured time; results do not depend on it, since k substeps equal k configs.
 */
export class Search {
  readonly history: SearchProgress[] = [];
  /** Substeps fed so far, of which all have run once `run` resolves. */
  substeps: number;
  converged = false;
  last: WhcrTelemetry | undefined;
  /** Milliseconds spent in steps so far. */
  kernelMs = 0;
  readonly #context: GpuExecutionContext<WhcrConfig, WhcrTelemetry>;
  readonly #limits: SearchLimits;
  readonly #maxSubsteps: number;
  readonly #started: number;
  #substepNs = 0;
  /** Substeps of the configs in flight. */
  readonly #sizes: number[] = [];
  #reported = Number.NEGATIVE_INFINITY;

  constructor(
    context: GpuExecutionContext<WhcrConfig, WhcrTelemetry>,
    movesPerSubstep: number,
    limits: SearchLimits,
    started: number,
    substepsDone: number = 0,
  ) {
    this.#started = started;
    this.#context = context;
    this.#limits = limits;
    this.#maxSubsteps = Math.ceil((limits.maxIterations ?? Number.POSITIVE_INFINITY) / movesPerSubstep);
    this.substeps = substepsDone;
  }

  get elapsedMs(): number {
    return performance.now() - this.#started;
  }
  /** Whether the goal or a limit has been reached. */
  get over(): boolean {
    const late = this.elapsedMs >= (this.#limits.timeLimit ?? Number.POSITIVE_INFINITY) * 1000;
    return this.converged || this.substeps >= this.#maxSubsteps || late;
  }

  /** Runs a first config (a reset, or no substeps at all), then the search. `betweenSegments` runs with nothing in flight. */
  async run(first: StagedConfig<WhcrConfig> | WhcrConfig, betweenSegments?: () => Promise<void>): Promise<void> {
    await this.#feed([first]);
    while (!this.over) {
      await this.#feed(this.#segment());
      await betweenSegments?.();
    }
  }

  async #feed(configs: Iterable<StagedConfig<WhcrConfig> | WhcrConfig>): Promise<void> {
    const { signal } = this.#limits;
    const onRecord = (record: WhcrTelemetry) => this.#note(record);
    await this.#context.executeBatch(configs, {
      onRecord,
      until: isConverged,
      collect: false,
      ...(signal && { signal }),
    });
  }

  *#segment(): Generator<WhcrConfig> {
    for (let i = 0; i < SEGMENT && !this.over; i++) {
      const wanted = this.#substepNs === 0 ? 1 : Math.max(1, Math.round(STEP_TARGET_NS / this.#substepNs));
      const substeps = Math.min(wanted, this.#maxSubsteps - this.substeps);
      this.#sizes.push(substeps);
      this.substeps += substeps;
      yield { phase: WhcrPhase.RUN, substeps };
    }
  }
  #note(record: WhcrTelemetry): void {
    this.kernelMs += record.durationNs / 1e6;
    if (record.phase === WhcrPhase.RUN) {
      const substeps = this.#sizes.shift() ?? 0;
      if (substeps > 0 && !isConverged(record)) this.#substepNs = record.durationNs / substeps;
    }
    this.converged = isConverged(record);
    const before = this.last;
    this.last = record;
    const improved =
      before === undefined ||
      record.colors !== before.colors ||
      record.conflicts < before.conflicts ||
      record.bestColors !== before.bestColors;
    const { colors, conflicts, bestColors, moves } = record;
    const progress = { colors, conflicts, bestColors, moves, elapsedMs: this.elapsedMs };
    if (improved) this.history.push(progress);
    if (!improved && progress.elapsedMs - this.#reported < PROGRESS_EVERY_MS) return;
    this.#reported = progress.elapsedMs;
    this.#limits.onProgress?.(progress);
  }
}
