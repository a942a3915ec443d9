import type { ConfigRecord, TelemetryRecord } from '../codec.ts';
import { GpuExecutionContext } from '../context.ts';
import { taskChannels } from '../diagnostics.ts';
import { invalidArgument } from '../errors.ts';
import { Tracer } from '../trace/tracer.ts';
import type { RunScope } from './activity.ts';
import { type BoundInput, ownHandle } from './handle.ts';
import { contextsOf, isPool } from './place.ts';
import type { Plan } from './plan.ts';
import { type GraphProgress, Progress } from './progress.ts';
import { GraphResult, TaskGraphError } from './report.ts';
import { Run } from './run.ts';
import { Slots } from './slots.ts';
import type { TaskGraph } from './task-graph.ts';

/** Options of `graph.run()`. */
export interface GraphRunOptions {
  /** Values for the graph's inputs; every input needs one. */
  readonly inputs?: readonly BoundInput[];
  /** Stops the run: running tasks get the signal, others do not start, and `run` rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Called when tasks start, advance and end. An error it throws ends the run. */
  readonly onProgress?: (progress: GraphProgress) => void;
  /** What a failing task takes with it: the tasks that depend on it, or all. Default `'dependants'`. */
  readonly onFailure?: 'dependants' | 'all';
  /** JavaScript tasks that may be under way at once. Default: no limit. */
  readonly concurrency?: number;
  /**
   * Who goes first where tasks wait for a place: the one with the longest way to the end by measured durations, or the one
   * that was ready first. Results are the same. Default `'critical-path'`.
   */
  readonly order?: 'critical-path' | 'fifo';
  /**
   * Records every task, and the steps and rings of the contexts the graph works on: into a file, for ui.perfetto.dev, or a
   * page with a timeline if its name ends in `.html`; or into a tracer of one's own. The file is written also when a task
   * failed. Default: nothing.
   */
  readonly trace?: string | Tracer;
}

/** Runs a plan once. */
export async function runGraph(graph: TaskGraph, plan: Plan, options: GraphRunOptions): Promise<GraphResult> {
  const { signal, onFailure = 'dependants', order = 'critical-path', concurrency } = options;
  if (!['dependants', 'all'].includes(onFailure)) {
    throw invalidArgument('onFailure', onFailure, "'dependants' or 'all'");
  }
  if (!['critical-path', 'fifo'].includes(order)) throw invalidArgument('order', order, "'critical-path' or 'fifo'");
  const inputs = bind(graph, plan, options.inputs ?? []);
  signal?.throwIfAborted();
  const tracer = typeof options.trace === 'string' ? new Tracer() : options.trace;
  for (const context of tracer ? contextsIn(plan) : []) tracer?.watch(context);
  const startedAt = performance.now();
  const own = new AbortController();
  const scope: RunScope = {
    lanes: lanes(concurrency),
    order,
    onFailure,
    events: tracer ? [taskChannels, tracer] : [taskChannels],
    progress: new Progress(plan.nodes, plan.durations, startedAt, options.onProgress, (error) => own.abort(error)),
    reports: [],
    startedAt,
    sequence: 0,
    failure: undefined,
  };
  const run = new Run(plan, scope, inputs, '');
  await run.execute(signal ? AbortSignal.any([signal, own.signal]) : own.signal);
  if (tracer && typeof options.trace === 'string') {
    tracer.end();
    await tracer.write(options.trace).catch((error) => {
      if (!run.failure && !run.stopped) throw error; // what the run itself has to say comes first
    });
  }
  signal?.throwIfAborted();
  own.signal.throwIfAborted();
  const report = { graph: graph.name, elapsedMs: performance.now() - startedAt, tasks: scope.reports };
  const result = new GraphResult(graph, run.values, run.done, report);
  if (scope.failure) throw new TaskGraphError(graph.name, scope.failure.task, scope.failure.error, result);
  return result;
}

/** Every context a plan's tasks may run on. */
function contextsIn({ nodes }: Plan): Set<GpuExecutionContext<ConfigRecord, TelemetryRecord>> {
  const found = new Set<GpuExecutionContext<ConfigRecord, TelemetryRecord>>();
  for (const { place, contexts, bodies } of nodes) {
    const members = isPool(place) ? place.members.flatMap((member) => [...contextsOf(member as object)]) : contexts;
    for (const context of members) if (context instanceof GpuExecutionContext) found.add(context);
    for (const body of bodies) for (const context of contextsIn(body)) found.add(context);
  }
  return found;
}

function lanes(concurrency: number | undefined): Slots<number> {
  if (concurrency === undefined) {
    let made = 0;
    return new Slots<number>([], () => made++);
  }
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw invalidArgument('concurrency', concurrency, 'an integer of at least 1');
  }
  return new Slots(Array.from({ length: concurrency }, (_, lane) => lane));
}

/** The values of all inputs, in the order they were declared. */
function bind(graph: TaskGraph, plan: Plan, bindings: readonly BoundInput[]): unknown[] {
  const values = new Map<number, unknown>();
  for (const { input, value } of bindings) values.set(ownHandle(graph, 'inputs', input).index, value);
  const declared = plan.nodes.filter((node) => node.inputs === null);
  const missing = declared.find((node) => !values.has(node.index));
  if (missing) {
    throw invalidArgument(
      'inputs',
      'without one',
      `a value for the input ${missing.name}: inputs: [${missing.name}.is(value)]`,
    );
  }
  return declared.map((node) => values.get(node.index));
}
