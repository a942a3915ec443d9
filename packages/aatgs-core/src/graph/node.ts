import type { TaskHandle, TaskInputs } from './handle.ts';
import type { Place } from './place.ts';
import type { Plan } from './plan.ts';

/** What a running task is given besides its values. */
export interface TaskControl {
  /** Aborted when the task should end: the run was aborted, or something it depends on has failed. */
  readonly signal: AbortSignal;
  /** Reports how far the task is, 0 to 1; shows in the run's `onProgress`. */
  progress(fraction: number): void;
}

/** What every kind of task takes. */
export interface TaskOptions {
  /** Tasks that must have ended first although their results are not needed. */
  readonly after?: readonly TaskHandle<unknown>[];
  /** Tasks of one kind share their measured duration. Default: the name. */
  readonly kind?: string;
  /** Pins the order among ready tasks, higher first; in milliseconds of critical path. Default: from measured durations. */
  readonly priority?: number;
}

/** What the scheduler hands to a node. */
export interface NodeRun extends TaskControl {
  /** The member of a group this task got; undefined where the task names none. */
  readonly member: unknown;
  /** Everything of this task is in its context's ring: the next task of that context may queue. */
  queued(): void;
  /** Device time of the task, to be used as its duration instead of the time on the clock. */
  deviceTime(nanoseconds: number): void;
  /** Runs a subgraph with values for its inputs, in the order they were declared; resolves with all its results. */
  nested(plan: Plan, values: readonly unknown[], label: string): Promise<readonly unknown[]>;
}

/** A task as the scheduler sees it. */
export interface TaskNode {
  readonly index: number;
  readonly name: string;
  readonly kind: string;
  readonly priority: number | undefined;
  /** Where the values for `start` come from; null: an input of the graph. */
  readonly inputs: TaskInputs | null;
  /** Tasks that must have ended before. */
  readonly dependencies: Set<number>;
  /** What the task works on; null: JavaScript only. */
  readonly place: Place | null;
  /** Contexts it works on, which serve their tasks in the order of the graph. */
  readonly contexts: ReadonlySet<object>;
  /** Subgraphs inside. A task that has some takes no slot of its own. */
  readonly bodies: readonly Plan[];
  start(values: unknown, run: NodeRun): unknown;
}

/** What the methods of `TaskGraph` make a node from. */
export interface NodeSpec {
  readonly name: string;
  readonly inputs: TaskInputs | null;
  readonly options?: TaskOptions;
  readonly place?: Place | null;
  /** Subgraphs inside, whose contexts count as this node's. */
  readonly bodies?: readonly Plan[];
  start(values: unknown, run: NodeRun): unknown;
}
