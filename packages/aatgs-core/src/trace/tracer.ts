import { writeFile } from 'node:fs/promises';
import type { ConfigRecord, TelemetryRecord } from '../codec.ts';
import type { GpuExecutionContext } from '../context.ts';
import { invalidArgument } from '../errors.ts';
import type { TaskEvent, TaskEvents } from '../graph/events.ts';
import { type ContextLike, contextOf } from '../graph/place.ts';
import type { TaskState } from '../graph/report.ts';
import { chromeTrace } from './chrome.ts';
import { ContextTrace } from './context-trace.ts';

/** Options of `new Tracer()`. */
export interface TracerOptions {
  /** Steps and ring levels kept at most, over all contexts; later ones are counted as dropped. Default 200,000. */
  readonly limit?: number;
}

/** A task that has ended, milliseconds from the start of the trace. */
export interface TracedTask extends TaskEvent {
  readonly startMs: number;
  readonly endMs: number;
  readonly state: TaskState;
  readonly reason: string | null;
}

/**
 * Records what graphs and contexts do: every task, and of the contexts it watches every step, how full the rings are, and
 * when the scheduler goes to sleep and wakes up. Given to `graph.run({ trace })`, or used by itself.
 *
 * Records say how long a step took, not when: steps are drawn one after another, each as early as it can have been.
 */
export class Tracer implements TaskEvents {
  readonly #limit: number;
  #startedAt: number | undefined;
  readonly #tasks: TracedTask[] = [];
  readonly #contexts: ContextTrace[] = [];
  readonly #watched = new Map<object, () => void>();
  #kept = 0;
  #dropped = 0;

  /** Time 0 of the trace is when it is first used. */
  constructor({ limit = 200_000 }: TracerOptions = {}) {
    if (!Number.isSafeInteger(limit) || limit < 0) throw invalidArgument('limit', limit, 'an integer of at least 0');
    this.#limit = limit;
  }

  /** Watches a context, or the context of an algorithm, until `end()`. Watching one twice is the same as once. */
  watch<C extends ConfigRecord, T extends TelemetryRecord>(place: ContextLike<C, T>, name?: string): void {
    const context: GpuExecutionContext<C, T> = contextOf(place);
    if (this.#watched.has(context)) return;
    this.#startedAt ??= performance.now();
    const { module, device } = context.info;
    const where = device === 'cpu' ? 'cpu' : `gpu ${device}`;
    const trace = new ContextTrace(
      name ?? `${module.name} ${this.#contexts.length} on ${where}`,
      () => this.#now,
      () => this.#keep(),
    );
    this.#contexts.push(trace);
    this.#watched.set(context, context.observe(trace));
  }

  /** Stops watching; what was recorded stays. */
  end(): void {
    for (const stop of this.#watched.values()) stop();
    this.#watched.clear();
  }

  /** A task of a graph starts; called by `run`. */
  started(task: TaskEvent, lane: number | null): (state: TaskState, error: unknown) => void {
    const startMs = this.#now;
    const place = lane === null ? task.place : 'javascript';
    return (state, error) => {
      const reason = state === 'done' ? null : error instanceof Error ? error.message : String(error);
      this.#tasks.push({ ...task, place, startMs, endMs: this.#now, state, reason });
    };
  }

  /** The trace in Chrome's format, which https://ui.perfetto.dev and chrome://tracing open. */
  toJSON(): object {
    return chromeTrace(this.#tasks, this.#contexts, this.#dropped);
  }

  /** The trace as one HTML page with a timeline, which needs nothing else. */
  async toHTML(title: string = 'Timeline'): Promise<string> {
    // Only now: pages bring the chart library along.
    const { timelinePage } = await import('./timeline.ts');
    return timelinePage(title, this.#tasks, this.#contexts, this.#dropped);
  }

  /** Writes `toHTML()` to a file whose name ends in `.html`, otherwise `toJSON()`. */
  async write(path: string): Promise<void> {
    await writeFile(path, path.endsWith('.html') ? await this.toHTML() : JSON.stringify(this));
  }

  get #now(): number {
    this.#startedAt ??= performance.now();
    return performance.now() - this.#startedAt;
  }

  #keep(): boolean {
    if (this.#kept < this.#limit) {
      this.#kept++;
      return true;
    }
    this.#dropped++;
    return false;
  }
}
