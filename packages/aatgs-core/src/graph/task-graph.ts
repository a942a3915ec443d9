import type { Advanced } from '../adaptive/advance.ts';
import type { ConfigRecord, TelemetryRecord } from '../codec.ts';
import { AatgsError, invalidArgument } from '../errors.ts';
import { Turns } from '../turns.ts';
import {
  type AdvanceTaskOptions,
  type BatchTaskOptions,
  type ConfigSource,
  type ConfigsSource,
  type ContextPlace,
  configOf,
  configsOf,
  runAdvance,
  runBatch,
} from './context-tasks.ts';
import { Durations } from './durations.ts';
import {
  handlesOf,
  type InnerInputs,
  ownHandle,
  TaskHandle,
  TaskInput,
  type TaskInputs,
  type TaskValues,
} from './handle.ts';
import type { NodeSpec, TaskControl, TaskNode, TaskOptions } from './node.ts';
import { contextsOf, type PlacePool } from './place.ts';
import { compile, findCycle, type Plan } from './plan.ts';
import type { GraphResult } from './report.ts';
import { type GraphRunOptions, runGraph } from './run-graph.ts';
import { buildSubgraph, type Repeated, type RepeatOptions, type SubgraphBody } from './subgraph.ts';

/** Options of `new TaskGraph()`. */
export interface TaskGraphOptions {
  /** For reports and errors. Default `'graph'`. */
  readonly name?: string;
  /** Measured durations to start from, milliseconds by kind: an earlier graph's `durations.toJSON()`. */
  readonly durations?: Durations | Readonly<Record<string, number>>;
}

/**
 * Tasks and what they need of each other: steps and batches of contexts, calls of algorithms, and JavaScript functions.
 * `run()` starts every task as soon as what it needs is there, those on the longest way to the end first.
 *
 * Results do not depend on the order the scheduler chooses: tasks of one context run in the order they were added. A graph
 * can be run again and again; what it works on stays open, and measured durations are kept.
 */
export class TaskGraph {
  /** For reports and errors. */
  readonly name: string;
  /** How long each kind of task took, over all runs. */
  readonly durations: Durations;
  readonly #nodes: TaskNode[] = [];
  readonly #names = new Set<string>();
  readonly #turns = new Turns();
  #plan: Plan | undefined;

  /** An empty graph. */
  constructor(options: TaskGraphOptions = {}) {
    this.name = options.name ?? 'graph';
    const { durations } = options;
    this.durations = durations instanceof Durations ? durations : new Durations(durations);
  }

  /** Declares a value that each run is given: `run({ inputs: [input.is(value)] })`. */
  input<R>(name: string): TaskInput<R> {
    return this.#add({ name, inputs: null, start: () => undefined }, TaskInput<unknown>) as TaskInput<R>;
  }

  /**
   * Adds a JavaScript function, which may be asynchronous. What it blocks, the whole process waits for.
   *
   * @param inputs the tasks whose results it is given, by name or as a list; `{}` for none
   */
  task<const I extends TaskInputs, R>(
    name: string,
    inputs: I,
    run: (values: TaskValues<I>, task: TaskControl) => R | PromiseLike<R>,
    options: TaskOptions = {},
  ): TaskHandle<R> {
    checkFunction('run', run);
    return this.#add({ name, inputs, options, start: (values, control) => run(values as TaskValues<I>, control) });
  }

  /**
   * Adds a function that works with a context or an algorithm (`(whcr) => whcr.repair(...)`), which it has for itself: tasks
   * of one place run one after another, in the order they were added. On a group it gets whichever member is free, in any
   * order, so it must not rely on what ran there before.
   */
  use<M extends object, const I extends TaskInputs, R>(
    name: string,
    place: M | PlacePool<M>,
    inputs: I,
    run: (member: M, values: TaskValues<I>, task: TaskControl) => R | PromiseLike<R>,
    options: TaskOptions = {},
  ): TaskHandle<R> {
    checkFunction('run', run);
    const start: NodeSpec['start'] = (values, control) => run(control.member as M, values as TaskValues<I>, control);
    return this.#add({ name, place, inputs, options, start });
  }

  /** Adds one config for a context; the result is its record. The next task of the context queues behind it without waiting. */
  step<C extends ConfigRecord, T extends TelemetryRecord, const I extends TaskInputs>(
    name: string,
    place: ContextPlace<C, T>,
    inputs: I,
    config: ConfigSource<C, TaskValues<I>>,
    options: TaskOptions = {},
  ): TaskHandle<T> {
    const start: NodeSpec['start'] = async (values, run) => {
      const [record] = await runBatch(place, [configOf(config, values as TaskValues<I>)], {}, run);
      return record as T;
    };
    return this.#add({ name, place, inputs, options, start });
  }

  /** Adds a batch of configs for a context; the result is their records, in order. */
  batch<C extends ConfigRecord, T extends TelemetryRecord, const I extends TaskInputs>(
    name: string,
    place: ContextPlace<C, T>,
    inputs: I,
    configs: ConfigsSource<C, TaskValues<I>>,
    options: BatchTaskOptions<T> = {},
  ): TaskHandle<T[]> {
    const start: NodeSpec['start'] = (values, run) =>
      runBatch(place, configsOf(configs, values as TaskValues<I>), options, run);
    return this.#add({ name, place, inputs, options, start });
  }

  /**
   * Adds substeps of one config, cut into configs by measured time (see `context.advance`): what a long
   * iteration is made of. The options pin how.
   */
  advance<C extends ConfigRecord, T extends TelemetryRecord, const I extends TaskInputs>(
    name: string,
    place: ContextPlace<C, T>,
    inputs: I,
    config: C | ((values: TaskValues<I>) => C),
    options: AdvanceTaskOptions<T> = {},
  ): TaskHandle<Advanced<T>> {
    const start: NodeSpec['start'] = (values, run) =>
      runAdvance(place, configOf(config, values as TaskValues<I>) as C, options, run);
    return this.#add({ name, place, inputs, options, start });
  }

  /** Adds a subgraph that runs only if a condition holds for the inputs; the result is undefined where it does not. */
  when<const I extends TaskInputs, R>(
    name: string,
    inputs: I,
    condition: (values: TaskValues<I>) => boolean,
    then: SubgraphBody<I, R>,
    options?: TaskOptions,
  ): TaskHandle<R | undefined>;
  /** Adds two subgraphs, of which the first runs if a condition holds for the inputs, and the second if not. */
  when<const I extends TaskInputs, R, S>(
    name: string,
    inputs: I,
    condition: (values: TaskValues<I>) => boolean,
    then: SubgraphBody<I, R>,
    otherwise: SubgraphBody<I, S>,
    options?: TaskOptions,
  ): TaskHandle<R | S>;
  when<const I extends TaskInputs, R>(
    name: string,
    inputs: I,
    condition: (values: TaskValues<I>) => boolean,
    then: SubgraphBody<I, R>,
    otherwiseOrOptions: SubgraphBody<I, R> | TaskOptions = {},
    lastOptions: TaskOptions = {},
  ): TaskHandle<R | undefined> {
    checkFunction('condition', condition);
    const branches = typeof otherwiseOrOptions === 'function' ? [then, otherwiseOrOptions] : [then];
    const options = typeof otherwiseOrOptions === 'function' ? lastOptions : otherwiseOrOptions;
    const subgraphs = branches.map((body) => buildSubgraph(this.#inner(name), inputs, body));
    const bodies = subgraphs.map((subgraph) => subgraph.plan);
    const start: NodeSpec['start'] = async (values, run) => {
      const chosen = subgraphs[condition(values as TaskValues<I>) ? 0 : 1];
      return chosen?.run(Object.values(values as object), run, '');
    };
    return this.#add({ name, inputs, options, bodies, start });
  }

  /**
   * Adds a subgraph that runs again and again until a predicate holds for its result, for example for telemetry. The body is
   * given the result of the round before as its last argument, undefined in the first round; TypeScript wants its type there:
   * `(graph, inputs, previous: TaskInput<number | undefined>) => ...`.
   */
  repeat<const I extends TaskInputs, R>(
    name: string,
    inputs: I,
    body: (graph: TaskGraph, inputs: InnerInputs<I>, previous: TaskInput<R | undefined>) => TaskHandle<R>,
    { until, maxRounds = Number.POSITIVE_INFINITY, ...options }: RepeatOptions<R> & TaskOptions,
  ): TaskHandle<Repeated<R>> {
    checkFunction('until', until);
    if (!(maxRounds >= 1)) throw invalidArgument('maxRounds', maxRounds, 'at least 1');
    const inner = buildSubgraph(this.#inner(name), inputs, body, ['previous']);
    const start: NodeSpec['start'] = async (values, run): Promise<Repeated<R>> => {
      const given = Object.values(values as object);
      let result: R | undefined;
      for (let rounds = 1; ; rounds++) {
        result = (await inner.run([...given, result], run, `${rounds}/`)) as R;
        const met = until(result, rounds);
        if (met || rounds >= maxRounds) return { result, rounds, met };
      }
    };
    return this.#add({ name, inputs, options, bodies: [inner.plan], start });
  }

  /** Makes a task wait for the end of another whose result it does not need. A cycle shows when the graph is run. */
  order(before: TaskHandle<unknown>, after: TaskHandle<unknown>): void {
    const node = this.#nodes[ownHandle(this, 'after', after).index] as TaskNode;
    node.dependencies.add(ownHandle(this, 'before', before).index);
    this.#plan = undefined;
  }

  /**
   * Runs every task; resolves with the results when the last one has ended. Calls run one after another.
   *
   * Rejects with {@link TaskGraphError} when a task failed, after everything that did not depend on it has ended; with the
   * signal's reason when it was aborted; and with ERR_AATGS_GRAPH_CYCLE, before anything runs, for a cycle. Nothing runs any
   * more when it has settled.
   */
  run(options: GraphRunOptions = {}): Promise<GraphResult> {
    return this.#turns.run(async () => runGraph(this, this.plan(), options));
  }

  /** @internal checked, and with the edges that keep contexts in order */
  plan(): Plan {
    if (this.#plan) return this.#plan;
    const plan = compile(this.name, [...this.#nodes], this.durations);
    const cycle = findCycle(plan.nodes, plan)?.map((node) => node.name);
    if (cycle) {
      const path = [...cycle, cycle[0]].join(' -> ');
      throw new AatgsError(
        'ERR_AATGS_GRAPH_CYCLE',
        `the tasks of graph ${this.name} wait for each other: ${path}; take one of these edges out (tasks of one context also wait for those added before them)`,
        { details: { graph: this.name, cycle } },
      );
    }
    this.#plan = plan;
    return plan;
  }

  #inner(name: string): TaskGraph {
    return new TaskGraph({ name, durations: this.durations });
  }

  #add<R>(spec: NodeSpec, Handle: typeof TaskHandle<unknown> = TaskHandle): TaskHandle<R> {
    const { name, inputs, options = {}, place = null, bodies = [], start } = spec;
    if (typeof name !== 'string' || name === '' || this.#names.has(name)) {
      throw invalidArgument('name', name, `a name that no other task of graph ${this.name} has`);
    }
    const { kind = name, priority, after = [] } = options;
    if (priority !== undefined && !Number.isFinite(priority)) throw invalidArgument('priority', priority, 'a number');
    const given = Handle === TaskInput ? {} : (inputs as TaskInputs);
    const before = [...handlesOf(this, given), ...after.map((handle) => ownHandle(this, 'after', handle))];
    const contexts = new Set(contextsOf(place));
    for (const body of bodies)
      for (const node of body.nodes) for (const context of node.contexts) contexts.add(context);
    const index = this.#nodes.length;
    this.#nodes.push({
      index,
      name,
      kind,
      priority,
      inputs,
      dependencies: new Set(before.map((handle) => handle.index)),
      place,
      contexts,
      bodies,
      start,
    });
    this.#names.add(name);
    this.#plan = undefined;
    return new Handle(this, index, name) as TaskHandle<R>;
  }
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') throw invalidArgument(name, value, 'a function');
}
