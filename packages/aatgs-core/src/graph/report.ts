import { AatgsError } from '../errors.ts';
import type { TaskHandle } from './handle.ts';

/** How a task ended in a run. `cancelled`: it, or what it depends on, was stopped or failed. */
export type TaskState = 'done' | 'failed' | 'cancelled';

/** What one task did in a run. */
export interface TaskReport {
  /** Its name; of a task in a subgraph with those of what it is in, `outer/inner`. */
  readonly name: string;
  /** What it shares its measured duration with. */
  readonly kind: string;
  /** How it ended. */
  readonly state: TaskState;
  /** When it was ready, milliseconds from the start of the run; null when it never was. */
  readonly readyMs: number | null;
  /** When it started; null when it never did. */
  readonly startMs: number | null;
  /** When it ended; null when it never started. */
  readonly endMs: number | null;
  /** What it ran on: a device, or `'javascript'`. */
  readonly place: string;
  /** Why it failed, or was cancelled; null when it is done. */
  readonly reason: string | null;
}

/** What a run did. */
export interface GraphReport {
  /** The graph's name. */
  readonly graph: string;
  /** Milliseconds from start to end of the run. */
  readonly elapsedMs: number;
  /** Every task that was part of it, those of subgraphs included, in the order they ended. */
  readonly tasks: readonly TaskReport[];
}

/** The outcome of a run. */
export class GraphResult {
  /** What ran, when and where. */
  readonly report: GraphReport;
  readonly #values: readonly unknown[];
  readonly #done: ReadonlySet<number>;
  readonly #graph: object;

  /** @internal made by a run */
  constructor(graph: object, values: readonly unknown[], done: ReadonlySet<number>, report: GraphReport) {
    this.#graph = graph;
    this.#values = values;
    this.#done = done;
    this.report = report;
  }

  /** Whether a task has a result: always, unless the run failed. */
  has(handle: TaskHandle<unknown>): boolean {
    return handle.graph === this.#graph && this.#done.has(handle.index);
  }

  /** The result of a task. Throws ERR_AATGS_INVALID_ARGUMENT for a task without one. */
  get<R>(handle: TaskHandle<R>): R {
    if (this.has(handle)) return this.#values[handle.index] as R;
    throw new AatgsError(
      'ERR_AATGS_INVALID_ARGUMENT',
      `task ${handle.name} has no result in this run; ask has() first, or look at the report`,
      { details: { task: handle.name } },
    );
  }
}

/** A run in which a task failed: says which, why, and what the others did. */
export class TaskGraphError extends AatgsError {
  /** Name of the first task that failed. */
  readonly task: string;
  /** Results of the tasks that did not depend on it, and the report. */
  readonly result: GraphResult;

  /** @internal made by a run */
  constructor(graph: string, task: string, cause: unknown, result: GraphResult) {
    const count = (state: TaskState) => result.report.tasks.filter((entry) => entry.state === state).length;
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      'ERR_AATGS_TASK_FAILED',
      `task ${task} of graph ${graph} failed: ${why} (${count('done')} tasks done, ${count('failed')} failed, ${count('cancelled')} cancelled)`,
      { cause, details: { graph, task } },
    );
    this.task = task;
    this.result = result;
  }
}
