import { AatgsError } from '../errors.ts';
import { Fifo } from '../fifo.ts';
import { type Activity, isCancelled, type RunScope, waiting } from './activity.ts';
import { mapInputs } from './handle.ts';
import type { NodeRun, TaskNode } from './node.ts';
import { isPool, type PlacePool, placeName } from './place.ts';
import { type Plan, ranksOf } from './plan.ts';
import type { TaskState } from './report.ts';

const nothing = (): void => {};

/** One execution of a plan, from its first ready task until every task has ended. */
export class Run {
  readonly values: unknown[];
  readonly done = new Set<number>();
  /** Why the run was stopped as a whole, if it was. */
  stopped: { readonly reason: unknown } | undefined;
  /** An error of one of its own tasks. */
  failure: { readonly error: unknown } | undefined;
  readonly #plan: Plan;
  readonly #scope: RunScope;
  readonly #prefix: string;
  readonly #ranks: Float64Array;
  readonly #activities: Activity[];
  /** Tasks that became ready and have not been looked at: a queue, since chains are longer than the stack is deep. */
  readonly #fresh = new Fifo<TaskNode>();
  #looking = false;
  #left: number;
  #finish = nothing;

  constructor(plan: Plan, scope: RunScope, inputs: readonly unknown[], prefix: string) {
    this.#plan = plan;
    this.#scope = scope;
    this.#prefix = prefix;
    this.#ranks = scope.order === 'fifo' ? new Float64Array(plan.nodes.length) : ranksOf(plan);
    this.#left = plan.nodes.length;
    this.values = new Array(plan.nodes.length).fill(undefined);
    this.#activities = plan.nodes.map((node) => waiting(plan.waits[node.index] as number));
    for (const [i, node] of plan.nodes.filter((other) => other.inputs === null).entries()) {
      this.values[node.index] = inputs[i];
    }
  }

  /** Resolves once nothing of it runs any more, whether tasks failed or not. */
  async execute(signal: AbortSignal): Promise<void> {
    const abort = () => this.#stop(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const finished = new Promise<void>((resolve) => {
        this.#finish = resolve;
      });
      if (this.#left === 0) return;
      if (signal.aborted) abort();
      for (const node of this.#plan.nodes) {
        if (this.#of(node).waits === 0) this.#fresh.push(node);
      }
      this.#look();
      await finished;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  get #now(): number {
    return performance.now() - this.#scope.startedAt;
  }

  #of(node: TaskNode): Activity {
    return this.#activities[node.index] as Activity;
  }

  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    while (this.#fresh.size > 0) {
      const ready = this.#fresh.drain().filter((node) => this.#of(node).state === 'waiting');
      for (const node of ready) {
        this.#of(node).state = 'ready';
        this.#of(node).readyMs = this.#now;
      }
      ready.sort((a, b) => (this.#ranks[b.index] as number) - (this.#ranks[a.index] as number));
      for (const node of ready) {
        if (this.#of(node).state !== 'ready') continue; // cancelled by one before it
        if (node.inputs === null) this.#settle(node, 'done', null);
        else this.#ask(node);
      }
    }
    this.#looking = false;
  }

  /** Asks for what the task runs on. */
  #ask(node: TaskNode): void {
    const { place, bodies } = node;
    const activity = this.#of(node);
    const rank = this.#ranks[node.index] as number;
    if (isPool(place)) {
      activity.withdraw = place.slots.request(
        rank,
        this.#scope.sequence++,
        (member) => void this.#start(node, member, () => place.slots.release(member), place),
        (reason) => {
          this.#settle(node, 'failed', reason);
          this.#look();
        },
      );
    } else if (place === null && bodies.length === 0) {
      const { lanes } = this.#scope;
      activity.withdraw = lanes.request(rank, this.#scope.sequence++, (lane) => {
        void this.#start(node, lane, () => lanes.release(lane));
      });
    } else {
      void this.#start(node, place, nothing);
    }
  }

  async #start(node: TaskNode, member: unknown, release: () => void, pool?: PlacePool<unknown>): Promise<void> {
    const activity = this.#of(node);
    activity.state = 'running';
    activity.startMs ??= this.#now;
    activity.place = placeName(node.place, member);
    activity.cancelled = null;
    activity.controller = null;
    const task = { name: this.#prefix + node.name, kind: node.kind, place: activity.place };
    const lane = node.place === null && typeof member === 'number' ? member : null;
    const ended = this.#scope.events.map((events) => events.started(task, lane));
    this.#scope.progress.started(task.name);
    let state: TaskState = 'done';
    let error: unknown = null;
    try {
      const values = mapInputs(node.inputs ?? {}, (handle) => this.values[handle.index]);
      // Those who watch may have ended the run just now.
      const value = isCancelled(activity) ? undefined : await node.start(values, this.#control(node, member, activity));
      this.values[node.index] = value;
    } catch (thrown) {
      [state, error] = ['failed', thrown];
    }
    if (isCancelled(activity)) {
      this.values[node.index] = undefined;
      [state, error] = ['cancelled', activity.cancelled.reason];
    }
    for (const end of ended) end(state, error);
    const lost = pool && state === 'failed' && (error as AatgsError | null)?.code === 'ERR_AATGS_DEVICE_LOST';
    if (lost && pool.lose(member, error)) {
      activity.state = 'ready';
      return this.#ask(node);
    }
    this.#scope.progress.ended(task.name);
    this.#settle(node, state, error);
    this.#look();
    if (!lost) release(); // last: what has become ready may be more urgent than who waits
  }

  #control(node: TaskNode, member: unknown, activity: Activity): NodeRun {
    const name = this.#prefix + node.name;
    const scope = this.#scope;
    return {
      get signal() {
        activity.controller ??= new AbortController();
        if (activity.cancelled) activity.controller.abort(activity.cancelled.reason);
        return activity.controller.signal;
      },
      member,
      progress: (fraction) => this.#scope.progress.advanced(name, fraction),
      queued: () => {
        this.#release(node, false);
        this.#look();
      },
      deviceTime: (nanoseconds) => {
        activity.deviceNs += nanoseconds;
      },
      async nested(plan, values, label) {
        const { signal } = this;
        const inner = new Run(plan, scope, values, `${name}/${label}`);
        await inner.execute(signal);
        signal.throwIfAborted();
        if (inner.failure) throw inner.failure.error;
        return inner.values;
      },
    };
  }

  /** Lets the tasks behind a task's edges go on: all of them, or those that only wait until it has queued its work. */
  #release(node: TaskNode, ended: boolean): void {
    const activity = this.#of(node);
    const before = activity.queued;
    activity.queued = true;
    for (const { to, waitsForEnd } of this.#plan.successors[node.index] ?? []) {
      if (waitsForEnd ? !ended : before) continue;
      const next = this.#activities[to] as Activity;
      if (--next.waits === 0) this.#fresh.push(this.#plan.nodes[to] as TaskNode);
    }
  }

  #settle(node: TaskNode, state: TaskState, error: unknown): void {
    const activity = this.#of(node);
    activity.state = state;
    if (node.inputs !== null) this.#note(node, state, error);
    if (state === 'done') {
      this.done.add(node.index);
      this.#release(node, true);
    } else {
      if (state === 'failed') {
        this.failure ??= { error };
        this.#scope.failure ??= { task: this.#prefix + node.name, error };
        if (this.#scope.onFailure === 'all') this.#stop(error);
      }
      this.#cancelBehind(node, error);
    }
    if (--this.#left === 0) this.#finish();
  }

  #note({ name, kind, index }: TaskNode, state: TaskState, error: unknown): void {
    const { startMs, readyMs, place, deviceNs } = this.#activities[index] as Activity;
    const endMs = startMs === null ? null : this.#now;
    const reason = state === 'done' ? null : error instanceof Error ? error.message : String(error);
    this.#scope.reports.push({ name: this.#prefix + name, kind, state, readyMs, startMs, endMs, place, reason });
    if (startMs === null || endMs === null) this.#scope.progress.ended(this.#prefix + name);
    else if (state === 'done') this.#plan.durations.record(kind, deviceNs > 0 ? deviceNs / 1e6 : endMs - startMs);
  }

  /** Cancels everything that comes after a task, nearest first. */
  #cancelBehind(node: TaskNode, cause: unknown): void {
    const why = `task ${this.#prefix}${node.name}, which comes before it, did not end well`;
    const reason = new AatgsError('ERR_AATGS_TASK_CANCELLED', why, { cause });
    const behind = [node.index];
    const seen = new Set(behind);
    for (const index of behind) {
      for (const { to } of this.#plan.successors[index] ?? []) {
        if (seen.has(to)) continue;
        seen.add(to);
        behind.push(to);
      }
    }
    for (const index of behind.slice(1)) this.#cancel(this.#plan.nodes[index] as TaskNode, reason);
  }

  #stop(reason: unknown): void {
    if (this.stopped) return;
    this.stopped = { reason };
    for (const node of this.#plan.nodes) this.#cancel(node, reason);
  }

  /** Ends a task that has not ended: a running one is asked to, and settles when it does. */
  #cancel(node: TaskNode, reason: unknown): void {
    const activity = this.#of(node);
    if (activity.state === 'running' && !activity.cancelled) {
      activity.cancelled = { reason };
      activity.controller?.abort(reason);
    }
    if (activity.state !== 'waiting' && activity.state !== 'ready') return;
    activity.withdraw();
    activity.state = 'cancelled';
    if (node.inputs !== null) this.#note(node, 'cancelled', reason);
    if (--this.#left === 0) this.#finish();
  }
}
