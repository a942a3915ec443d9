import type { AlgorithmAdapter } from '../adapter.ts';
import type { ConfigRecord, TelemetryRecord } from '../codec.ts';
import type { GpuExecutionContext } from '../context.ts';
import { invalidArgument } from '../errors.ts';
import { Slots } from './slots.ts';

/** A context, or an algorithm that has one. */
export type ContextLike<C extends ConfigRecord, T extends TelemetryRecord> =
  | GpuExecutionContext<C, T>
  | AlgorithmAdapter<C, T>;

/** Interchangeable places: a task runs on whichever is free. A `DeviceGroup` is one. */
export interface PlacePool<M> {
  /** What it is made of. */
  readonly members: readonly M[];
  /** What is free, and who waits for it. */
  readonly slots: Slots<unknown>;
  /** Gives a member up for lost; false when it was the last one. Its task then goes to another. */
  lose(member: unknown, error: unknown): boolean;
}

/** What a task can work on. */
export type Place = object | PlacePool<unknown>;

/** Whether a place stands for several interchangeable ones. */
export function isPool(place: Place | null): place is PlacePool<unknown> {
  return place !== null && 'slots' in place && place.slots instanceof Slots;
}

/** The context behind a context or an algorithm. */
export function contextOf<C extends ConfigRecord, T extends TelemetryRecord>(
  place: ContextLike<C, T>,
): GpuExecutionContext<C, T> {
  return 'context' in place ? place.context : place;
}

/** What identifies the context whose tasks run in the order of the graph: none for a pool. */
export function contextsOf(place: Place | null): ReadonlySet<object> {
  if (place === null || isPool(place)) return new Set();
  if (typeof place !== 'object') throw invalidArgument('place', place, 'a context, an algorithm or a DeviceGroup');
  return new Set(['context' in place && place.context ? (place.context as object) : place]);
}

/** Names of places; `info` is too dear to be asked for every task. */
const names = new WeakMap<object, string>();

/** What a report calls the place of a task. */
export function placeName(place: Place | null, member: unknown): string {
  if (place === null || member === null || typeof member !== 'object') return 'javascript';
  let name = names.get(member);
  if (name === undefined) {
    const { info } = member as { info?: { device: 'cpu' | number } };
    name = info ? (info.device === 'cpu' ? 'cpu' : `gpu ${info.device}`) : 'javascript';
    names.set(member, name);
  }
  return name;
}
