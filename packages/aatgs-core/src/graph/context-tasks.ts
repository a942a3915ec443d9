import type { Advanced, AdvanceOptions } from '../adaptive/advance.ts';
import { type BatchOptions, type StagedConfig, unpack } from '../batch.ts';
import type { ConfigRecord, TelemetryRecord } from '../codec.ts';
import type { NodeRun, TaskOptions } from './node.ts';
import { type ContextLike, contextOf, isPool, type PlacePool } from './place.ts';

/** Where a task on a context runs: there, or on whichever member of a group is free. */
export type ContextPlace<C extends ConfigRecord, T extends TelemetryRecord> =
  | ContextLike<C, T>
  | PlacePool<ContextLike<C, T>>;

/** A config for a step task, or a function that gives it from the task's inputs. */
export type ConfigSource<C, V> = C | StagedConfig<C> | ((values: V) => C | StagedConfig<C>);

/** Configs for a batch task, or a function that gives them from the task's inputs: at every run, so it may be a generator. */
export type ConfigsSource<C, V> = readonly (C | StagedConfig<C>)[] | ((values: V) => Iterable<C | StagedConfig<C>>);

/** Options of a batch task: those of `executeBatch` besides those the run brings. */
export interface BatchTaskOptions<T> extends TaskOptions, Omit<BatchOptions<T>, 'signal' | 'onQueued'> {}

/** Runs a task's configs; the next task of the context may queue its own as soon as they are in the ring. */
export async function runBatch<C extends ConfigRecord, T extends TelemetryRecord>(
  place: ContextPlace<C, T>,
  configs: Iterable<C | StagedConfig<C>>,
  { until, collect, depth, onRecord }: Omit<BatchOptions<T>, 'signal' | 'onQueued'>,
  run: NodeRun,
): Promise<T[]> {
  const context = contextOf((isPool(place) ? run.member : place) as ContextLike<C, T>);
  return context.executeBatch(configs, {
    signal: run.signal,
    onQueued: run.queued,
    onRecord: (record) => {
      run.deviceTime(record.durationNs);
      onRecord?.(record);
    },
    ...(until && { until }),
    ...(depth !== undefined && { depth }),
    ...(collect !== undefined && { collect }),
  });
}

/** Options of an advance task: those of `context.advance` besides the signal, which the run brings. */
export interface AdvanceTaskOptions<T> extends TaskOptions, Omit<AdvanceOptions<T>, 'signal' | 'onQueued'> {}

/** The same for substeps cut by measured time. */
export async function runAdvance<C extends ConfigRecord, T extends TelemetryRecord>(
  place: ContextPlace<C, T>,
  config: C,
  { after: _a, kind: _k, priority: _p, onRecord, ...options }: AdvanceTaskOptions<T>,
  run: NodeRun,
): Promise<Advanced<T>> {
  const context = contextOf((isPool(place) ? run.member : place) as ContextLike<C, T>);
  return context.advance(config, {
    ...options,
    signal: run.signal,
    onQueued: run.queued,
    onRecord: (record) => {
      run.deviceTime(record.durationNs);
      onRecord?.(record);
    },
  });
}

/** The config of a step task in a run. */
export function configOf<C extends object, V>(source: ConfigSource<C, V>, values: V): C | StagedConfig<C> {
  const item = typeof source === 'function' ? (source as (values: V) => C | StagedConfig<C>)(values) : source;
  unpack(item); // refuses what is no config, here, where the task's name is known
  return item;
}

/** The configs of a batch task in a run. */
export function configsOf<C, V>(source: ConfigsSource<C, V>, values: V): Iterable<C | StagedConfig<C>> {
  return typeof source === 'function' ? source(values) : source;
}
