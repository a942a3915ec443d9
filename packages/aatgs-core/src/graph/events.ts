import type { TaskState } from './report.ts';

/** A task as those who watch see it. */
export interface TaskEvent {
  /** Name, with those of the tasks it is inside of. */
  readonly name: string;
  /** What it shares its measured duration with. */
  readonly kind: string;
  /** What it runs on. */
  readonly place: string;
}

/** Somebody who watches a run. */
export interface TaskEvents {
  /**
   * A task starts. What this returns is called when it ends.
   * @param lane which of the JavaScript tasks under way it is; null for tasks that work on something else
   */
  started(task: TaskEvent, lane: number | null): (state: TaskState, error: unknown) => void;
}
