import { invalidArgument } from '../errors.ts';
import type { TaskGraph } from './task-graph.ts';

/** Where the result of a task will be: given to the tasks that need it, and to `result.get()` after a run. */
export class TaskHandle<out R> {
  /** The task's name, unique in its graph. */
  readonly name: string;
  /** @internal position in the graph */
  readonly index: number;
  /** @internal the graph it belongs to */
  readonly graph: TaskGraph;
  /** Never there; carries the type of the result. */
  declare readonly resultType?: R;

  /** @internal made by the methods of `TaskGraph` */
  constructor(graph: TaskGraph, index: number, name: string) {
    this.graph = graph;
    this.index = index;
    this.name = name;
  }
}

/** A value that each run of a graph is given: see {@link TaskGraph.input}. */
export class TaskInput<R> extends TaskHandle<R> {
  /** This input with a value, for `run({ inputs: [...] })`. */
  is(value: R): BoundInput {
    return { input: this as TaskInput<unknown>, value };
  }
}

/** An input and its value for one run; made by {@link TaskInput.is}. */
export interface BoundInput {
  /** The input. */
  readonly input: TaskInput<unknown>;
  /** What it is in this run. */
  readonly value: unknown;
}

/** The tasks whose results a task is given: by name, or as a list. */
export type TaskInputs = readonly TaskHandle<unknown>[] | Readonly<Record<string, TaskHandle<unknown>>>;

/** The results of some inputs, in the same shape. */
export type TaskValues<I> = { readonly [K in keyof I]: I[K] extends TaskHandle<infer R> ? R : never };

/** Handles of the same results inside a subgraph, in the same shape. */
export type InnerInputs<I> = { readonly [K in keyof I]: I[K] extends TaskHandle<infer R> ? TaskInput<R> : never };

/** The handles of some inputs, checked to be of this graph. */
export function handlesOf(graph: TaskGraph, inputs: TaskInputs): TaskHandle<unknown>[] {
  if (inputs === null || typeof inputs !== 'object') {
    throw invalidArgument('inputs', inputs, 'an object or a list of task handles; {} for none');
  }
  return Object.entries(inputs).map(([key, handle]) => ownHandle(graph, `inputs.${key}`, handle));
}

/** A handle, checked to be of this graph. */
export function ownHandle<R>(graph: TaskGraph, name: string, handle: TaskHandle<R>): TaskHandle<R> {
  if (!(handle instanceof TaskHandle)) throw invalidArgument(name, handle, 'a task handle');
  if (handle.graph === graph) return handle;
  throw invalidArgument(
    name,
    `task ${handle.name} of graph ${handle.graph.name}`,
    `a task of graph ${graph.name}; pass what a subgraph needs through its inputs`,
  );
}

/** The same shape with something else in the place of each handle. */
export function mapInputs<I extends TaskInputs, V>(inputs: I, map: (handle: TaskHandle<unknown>, key: string) => V) {
  const mapped = Object.entries(inputs).map(([key, handle]) => [key, map(handle, key)] as const);
  return Array.isArray(inputs) ? mapped.map(([, value]) => value) : Object.fromEntries(mapped);
}
