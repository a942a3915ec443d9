import { Fifo } from '../fifo.ts';
import type { ContextObserver, EngineCounters, RingLevels } from '../observer.ts';

/** Ring levels are noted at most this often. */
const LEVEL_EVERY_MS = 0.1;

/** A step, milliseconds from the start of the trace. */
export interface TracedStep {
  readonly startMs: number;
  readonly endMs: number;
  readonly phase: number;
}

/** How full the rings were at a moment. */
export interface TracedLevel extends RingLevels {
  readonly ms: number;
}

/** Something that was first seen at a moment. */
export interface TracedMark {
  readonly ms: number;
  readonly what: 'park' | 'wake' | 'stall';
  /** How many since the last look. */
  readonly count: number;
}

/** What one context did while it was watched. */
export class ContextTrace implements ContextObserver {
  readonly name: string;
  readonly steps: TracedStep[] = [];
  readonly levels: TracedLevel[] = [];
  readonly marks: TracedMark[] = [];
  readonly #now: () => number;
  readonly #keep: () => boolean;
  /** When the configs in flight were queued. */
  readonly #queued = new Fifo<number>();
  #freeAt = 0;
  #counters: EngineCounters | undefined;

  /**
   * @param now milliseconds from the start of the trace
   * @param keep whether there is room for one more entry
   */
  constructor(name: string, now: () => number, keep: () => boolean) {
    this.name = name;
    this.#now = now;
    this.#keep = keep;
  }

  queued(levels: RingLevels): void {
    const now = this.#now();
    this.#queued.push(now);
    this.#level(now, levels);
  }

  record(durationNs: number, phase: number): void {
    // Of a config from before the trace nothing is known but that it has ended.
    const queuedAt = this.#queued.shift() ?? this.#now() - durationNs / 1e6;
    const startMs = Math.max(queuedAt, this.#freeAt);
    this.#freeAt = startMs + durationNs / 1e6;
    if (this.#keep()) this.steps.push({ startMs, endMs: this.#freeAt, phase });
  }

  looked(levels: RingLevels, counters: EngineCounters): void {
    const now = this.#now();
    this.#level(now, levels);
    const before = this.#counters ?? counters;
    this.#counters = counters;
    for (const [what, count] of [
      ['park', (counters.parks - before.parks) >>> 0],
      ['wake', (counters.wakeups - before.wakeups) >>> 0],
      ['stall', (counters.stalls - before.stalls) >>> 0],
    ] as const) {
      if (count > 0 && this.#keep()) this.marks.push({ ms: now, what, count });
    }
  }

  #level(ms: number, { configs, records }: RingLevels): void {
    const last = this.levels.at(-1);
    if (last && (ms - last.ms < LEVEL_EVERY_MS || (last.configs === configs && last.records === records))) return;
    if (this.#keep()) this.levels.push({ ms, configs, records });
  }
}
