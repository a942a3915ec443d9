import { type GpuExecutionContext, isConverged, type StagedConfig } from '@aatgs/core';
import { checkInteger, invalidArgument } from './errors.ts';
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
  /** Share of the config ring's slots in use, 0 to 1. */
  readonly configRing: number;
  /** Share of the telemetry ring's slots in use, 0 to 1. */
  readonly telemetryRing: number;
}

/** How the conflicts lay on the levels of the hierarchy at one moment. */
export interface LevelSample {
  /** Milliseconds since the call. */
  readonly elapsedMs: number;
  /** From the vertices themselves (level 0) to the coarsest clusters. */
  readonly levels: readonly {
    /** Clusters that hold conflicts. */
    readonly clusters: number;
    /** Conflict ends in the cluster that holds most. */
    readonly largest: number;
  }[];
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

/** Long enough for launches, which beat the resident scheduler there, and short enough to stop and report in time. */
const STEP_MS = 4;
const PROGRESS_EVERY_MS = 100;
/** Configs before the search looks up: the unit of checkpoints. */
const SEGMENT = 64;
/** How often it looks, at least, whether its patience is at an end. */
const SEGMENTS = 8;

/** Where a search begins, and when it gives up. */
export interface SearchStart {
  /** Substeps that ran before; default 0. */
  readonly substepsDone?: number;
  /** Substeps without a better colouring after which the search ends; default: no limit. */
  readonly patience?: number;
  /** That only holds while so many milliseconds are left: whoever comes next needs them. Default 0. */
  readonly reserveMs?: number;
}

/** Advances until the step reports convergence or a limit is met. */
export class Search {
  readonly history: SearchProgress[] = [];
  /** One sample a segment, where there is a hierarchy. */
  readonly levels: LevelSample[] = [];
  /** Substeps that have run, up to the last look. */
  substeps: number;
  converged = false;
  last: WhcrTelemetry | undefined;
  /** Milliseconds spent in steps so far. */
  kernelMs = 0;
  readonly #context: GpuExecutionContext<WhcrConfig, WhcrTelemetry>;
  readonly #limits: SearchLimits;
  readonly #maxSubsteps: number;
  readonly #started: number;
  #reported = Number.NEGATIVE_INFINITY;
  readonly #patience: number;
  readonly #reserveMs: number;
  /** Colours of the best colouring, and the substeps by then. */
  #best = { colors: 0, substeps: 0 };
  #rings = { configRing: 0, telemetryRing: 0 };

  constructor(
    context: GpuExecutionContext<WhcrConfig, WhcrTelemetry>,
    movesPerSubstep: number,
    limits: SearchLimits,
    started: number,
    { substepsDone = 0, patience = Number.POSITIVE_INFINITY, reserveMs = 0 }: SearchStart = {},
  ) {
    this.#patience = patience;
    this.#reserveMs = reserveMs;
    this.#started = started;
    this.#context = context;
    this.#limits = limits;
    this.#maxSubsteps = Math.ceil((limits.maxIterations ?? Number.POSITIVE_INFINITY) / movesPerSubstep);
    this.substeps = substepsDone;
  }

  get elapsedMs(): number {
    return performance.now() - this.#started;
  }
  /** Whether the time is up. */
  get late(): boolean {
    return this.elapsedMs >= this.#limitMs;
  }
  get #limitMs(): number {
    return (this.#limits.timeLimit ?? Number.POSITIVE_INFINITY) * 1000;
  }
  /** Substeps it may still run. */
  get #left(): number {
    if (this.#limitMs - this.elapsedMs < this.#reserveMs) return this.#maxSubsteps - this.substeps;
    return Math.min(this.#maxSubsteps, this.#best.substeps + this.#patience) - this.substeps;
  }
  /** Whether the goal or a limit has been reached. */
  get over(): boolean {
    return this.converged || this.#left <= 0 || this.late;
  }

  /** Runs a first config (a reset, or no substeps at all), then the search. `betweenSegments` runs with nothing in flight. */
  async run(first: StagedConfig<WhcrConfig> | WhcrConfig, betweenSegments?: () => Promise<void>): Promise<void> {
    const { signal } = this.#limits;
    const { configSlots, telemetrySlots } = this.#context.info;
    const watch = { onRecord: (record: WhcrTelemetry) => this.#note(record), ...(signal && { signal }) };
    const stopWatching = this.#context.observe({
      queued: ({ configs, records }) => {
        this.#rings = { configRing: configs / configSlots, telemetryRing: records / telemetrySlots };
      },
    });
    try {
      await this.#context.executeBatch([first], { collect: false, ...watch });
      const pace = { stepMs: STEP_MS, depth: configSlots, maxConfigs: SEGMENT };
      while (!this.over) {
        const { substeps } = await this.#context.advance(
          { phase: WhcrPhase.RUN },
          {
            substeps: Math.min(this.#left, this.#patience / SEGMENTS),
            until: () => this.converged || this.late,
            ...pace,
            ...watch,
          },
        );
        this.substeps += substeps;
        const colors = this.last?.bestColors ?? 0;
        if (colors !== this.#best.colors) this.#best = { colors, substeps: this.substeps };
        await this.#sampleLevels();
        await betweenSegments?.();
      }
    } finally {
      stopWatching();
    }
  }

  async #sampleLevels(): Promise<void> {
    if (!this.#context.info.regions.includes('levels')) return;
    const words = new Uint32Array((await this.#context.read('levels')).buffer);
    const levels = Array.from({ length: words.length / 2 }, (_, l) => ({
      clusters: words[2 * l] as number,
      largest: words[2 * l + 1] as number,
    }));
    this.levels.push({ elapsedMs: this.elapsedMs, levels });
  }

  #note(record: WhcrTelemetry): void {
    this.kernelMs += record.durationNs / 1e6;
    this.converged = isConverged(record);
    const before = this.last;
    this.last = record;
    const improved =
      before === undefined ||
      record.colors !== before.colors ||
      record.conflicts < before.conflicts ||
      record.bestColors !== before.bestColors;
    const { colors, conflicts, bestColors, moves } = record;
    if (!improved && this.elapsedMs - this.#reported < PROGRESS_EVERY_MS) return;
    const progress = {
      colors,
      conflicts,
      bestColors,
      moves,
      elapsedMs: this.elapsedMs,
      ...this.#rings,
    };
    if (improved) this.history.push(progress);
    this.#reported = progress.elapsedMs;
    this.#limits.onProgress?.(progress);
  }
}

/** Throws ERR_WHCR_INVALID_ARGUMENT for limits out of range, or none at all. */
export function checkLimits({ maxIterations, timeLimit }: SearchLimits): void {
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
