import { invalidArgument } from '../errors.ts';
import { type InnerInputs, mapInputs, ownHandle, type TaskHandle, type TaskInput, type TaskInputs } from './handle.ts';
import type { NodeRun } from './node.ts';
import type { Plan } from './plan.ts';
import type { TaskGraph } from './task-graph.ts';

/** Adds the tasks of a subgraph and returns the handle of its result. Called once, when the subgraph is declared. */
export type SubgraphBody<I, R> = (graph: TaskGraph, inputs: InnerInputs<I>) => TaskHandle<R>;

/** A subgraph, compiled: what a `when` or `repeat` task runs. */
export interface Subgraph {
  readonly plan: Plan;
  /** Runs it with the values of its inputs, those of the outer task first; resolves with its result. */
  run(values: readonly unknown[], run: NodeRun, label: string): Promise<unknown>;
}

/** Declares a subgraph with an input for each of the outer ones, and further ones by name. */
export function buildSubgraph<I extends TaskInputs, R>(
  graph: TaskGraph,
  inputs: I,
  body: (graph: TaskGraph, inputs: InnerInputs<I>, ...extra: TaskInput<never>[]) => TaskHandle<R>,
  extra: readonly string[] = [],
): Subgraph {
  if (typeof body !== 'function') throw invalidArgument('body', body, 'a function that adds the tasks of the subgraph');
  const inner = mapInputs(inputs, (handle, key) => graph.input(`${key} (${handle.name})`)) as InnerInputs<I>;
  const more = extra.map((key) => graph.input<never>(key));
  const output = ownHandle(graph, 'the handle the body returns', body(graph, inner, ...more));
  const plan = graph.plan();
  return { plan, run: async (values, run, label) => (await run.nested(plan, values, label))[output.index] };
}

/** When a repeated subgraph ends. */
export interface RepeatOptions<R> {
  /** Ends the repetition once it holds for a round's result; rounds count from 1. */
  readonly until: (result: R, round: number) => boolean;
  /** Rounds at most. Default: no limit. */
  readonly maxRounds?: number;
}

/** How a repeated subgraph ended. */
export interface Repeated<R> {
  /** The result of the last round. */
  readonly result: R;
  /** Rounds that ran. */
  readonly rounds: number;
  /** Whether `until` held; false: `maxRounds` were over. */
  readonly met: boolean;
}
