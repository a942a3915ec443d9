export type {
  AdvanceTaskOptions,
  BatchTaskOptions,
  ConfigSource,
  ConfigsSource,
  ContextPlace,
} from './context-tasks.ts';
export { Durations } from './durations.ts';
export {
  type BoundInput,
  type InnerInputs,
  TaskHandle,
  TaskInput,
  type TaskInputs,
  type TaskValues,
} from './handle.ts';
export type { TaskControl, TaskOptions } from './node.ts';
export type { ContextLike, PlacePool } from './place.ts';
export type { GraphProgress } from './progress.ts';
export { type GraphReport, GraphResult, TaskGraphError, type TaskReport, type TaskState } from './report.ts';
export type { GraphRunOptions } from './run-graph.ts';
export type { Repeated, RepeatOptions, SubgraphBody } from './subgraph.ts';
export { TaskGraph, type TaskGraphOptions } from './task-graph.ts';
