import type { TaskEvents } from './events.ts';
import type { Progress } from './progress.ts';
import type { TaskReport, TaskState } from './report.ts';
import type { Slots } from './slots.ts';

/** What a run and the runs of its subgraphs share. */
export interface RunScope {
  /** JavaScript tasks that may run at once. */
  readonly lanes: Slots<number>;
  readonly order: 'critical-path' | 'fifo';
  readonly onFailure: 'dependants' | 'all';
  readonly events: readonly TaskEvents[];
  readonly progress: Progress;
  readonly reports: TaskReport[];
  readonly startedAt: number;
  /** Counts requests for slots, so that equals are served in order. */
  sequence: number;
  /** The task that failed first, subgraphs included. */
  failure: { readonly task: string; readonly error: unknown } | undefined;
}

/** What a task is doing in a run. */
export interface Activity {
  state: TaskState | 'waiting' | 'ready' | 'running';
  waits: number;
  queued: boolean;
  readyMs: number | null;
  startMs: number | null;
  place: string;
  deviceNs: number;
  /** Why it was asked to end. */
  cancelled: { readonly reason: unknown } | null;
  /** Made when the task asks for its signal: most never do, and they are dear. */
  controller: AbortController | null;
  withdraw: () => void;
}

/** A task that waits for so many others. */
export function waiting(waits: number): Activity {
  return {
    state: 'waiting',
    waits,
    queued: false,
    readyMs: null,
    startMs: null,
    place: 'javascript',
    deviceNs: 0,
    cancelled: null,
    controller: null,
    withdraw: () => {},
  };
}

/** A function, since TypeScript would take what it was a moment before for granted. */
export function isCancelled(activity: Activity): activity is Activity & { cancelled: { readonly reason: unknown } } {
  return activity.cancelled !== null;
}
