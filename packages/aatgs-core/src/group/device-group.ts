import { type StagedConfig, unpack } from '../batch.ts';
import type { ConfigRecord, TelemetryRecord } from '../codec.ts';
import type { ContextHealth, ContextInfo } from '../context-info.ts';
import { type DeviceLink, devices, linkBetween } from '../devices.ts';
import { invalidArgument } from '../errors.ts';
import { type ContextLike, contextOf, type PlacePool } from '../graph/place.ts';
import { Slots } from '../graph/slots.ts';
import { Spread, Worker } from './spread.ts';

/** What a group is made of: contexts, or algorithms, all made alike. */
export interface GroupMember {
  /** Where it runs. */
  readonly info: ContextInfo;
  /** Whether it still does. */
  health(): ContextHealth;
  /** Ends it. */
  shutdown(): Promise<void>;
}

/** Options of `new DeviceGroup()`. */
export interface DeviceGroupOptions {
  /**
   * One member is made for each entry: `'cpu'`, or a GPU's index. `'all'`: every usable GPU, or the CPU where there is none.
   * Default `'all'`.
   */
  readonly devices?: 'all' | readonly ('cpu' | number)[];
}

/** Where a member is to be made: pass it on as context options. */
export interface GroupPlacement {
  /** The device. */
  readonly device: 'cpu' | number;
  /** Position in the group, from 0. */
  readonly index: number;
}

/** A job of `group.executeBatch`: a config, or several that belong together and run one after another. */
export type GroupJob<C> = C | StagedConfig<C> | readonly (C | StagedConfig<C>)[];

/** A member of a group as `info` shows it. */
export interface GroupMemberInfo {
  /** `'cpu'`, or a GPU's index. */
  readonly device: 'cpu' | number;
  /** The device's name. */
  readonly deviceName: string;
  /** Whether it takes work: `lost` once its device cannot be used any more. */
  readonly state: ContextHealth['state'];
  /** Items and jobs it has done. */
  readonly done: number;
  /** Milliseconds an item took it in the newest batch; null before the first one has ended. */
  readonly itemMs: number | null;
  /** How bytes get from here to each member, in their order. */
  readonly links: readonly DeviceLink[];
}

/** Options of `group.map` and `group.executeBatch`. */
export interface GroupBatchOptions<R> {
  /** Stops handing out and rejects with the signal's reason once nothing runs any more. */
  readonly signal?: AbortSignal;
  /** Called with every result, in the order of the items, as soon as it and all before it are there. */
  readonly onResult?: (result: R, index: number) => void;
  /** False: resolve with an empty list; for long batches that use `onResult`. Default true. */
  readonly collect?: boolean;
}

/**
 * The same context, or the same algorithm, on several devices. Items of a batch go to whichever device will be done first by
 * its measured speed; results come in the order of the items, with the bits one device would have given. What a lost device
 * had not ended is done again by the others.
 *
 * Items must not rely on what ran before them on a device: a job starts with its own reset or input.
 */
export class DeviceGroup<M extends GroupMember> implements PlacePool<M> {
  /** One for each device, in the order of the option. */
  readonly members: readonly M[];
  /** What is free, and who waits for it; task graphs take members from here. */
  readonly slots: Slots<unknown>;
  readonly #workers: readonly Worker<M>[];
  #iteration = 0;

  /**
   * Makes a member on each device. If one cannot be made, those before it are shut down and its error is thrown.
   * @param make makes one member there: `(placement) => new Whcr(graph, { ...placement, async: true })`
   */
  constructor(make: (placement: GroupPlacement) => M, options: DeviceGroupOptions = {}) {
    const members: M[] = [];
    try {
      for (const [index, device] of devicesOf(options.devices ?? 'all').entries())
        members.push(make({ device, index }));
    } catch (error) {
      for (const member of members) void member.shutdown();
      throw error;
    }
    this.members = members;
    this.#workers = members.map((member) => new Worker(member));
    this.slots = new Slots<unknown>(members);
  }

  /**
   * Calls a function for each item, with a member that has the call for itself; resolves with the results in the order of
   * the items. `items` is read as devices get free, so it may be a generator. The first error ends the batch, except that of
   * a lost device; ERR_AATGS_DEVICE_LOST when all are lost.
   */
  async map<I, R>(
    items: Iterable<I>,
    run: (member: M, item: I, task: { readonly index: number; readonly signal: AbortSignal }) => R | PromiseLike<R>,
    options: GroupBatchOptions<R> = {},
  ): Promise<R[]> {
    const { results, deliver } = collector(options);
    await new Spread<M, I, R>(this.#workers, items, {
      chunks: false,
      signal: options.signal,
      deliver,
      async run(member, [numbered], done, signal) {
        const { index, item } = numbered!;
        done(index, await run(member, item, { index, signal }));
      },
    }).run();
    return results;
  }

  /**
   * Runs jobs on the members' contexts; resolves with the records of all jobs, in the order of the jobs. Sequence and
   * iteration of a record count the configs of this group, whichever device they ran on.
   */
  async executeBatch<C extends ConfigRecord, T extends TelemetryRecord>(
    this: DeviceGroup<M & ContextLike<C, T>>,
    jobs: Iterable<GroupJob<C>>,
    options: GroupBatchOptions<T> = {},
  ): Promise<T[]> {
    const { results, deliver } = collector(options);
    let position = 0;
    await new Spread<M & ContextLike<C, T>, GroupJob<C>, T[]>(this.#workers, jobs, {
      chunks: true,
      signal: options.signal,
      deliver: (records) => {
        for (const record of records) {
          const iteration = this.#iteration++;
          deliver({ ...record, iteration, sequence: iteration >>> 0 }, position++);
        }
      },
      run: (member, items, done, signal) => {
        const lists = items.map(({ item }) => (Array.isArray(item) ? item : [item as C | StagedConfig<C>]));
        let job = 0;
        let records: T[] = [];
        const take = (record?: T) => {
          if (record) records.push(record);
          // Jobs without configs end with the one before them.
          while (job < lists.length && records.length === lists[job]!.length) {
            done(items[job++]!.index, records);
            records = [];
          }
        };
        take();
        const configs = lists.flat();
        for (const config of configs) unpack(config);
        return contextOf<C, T>(member)
          .executeBatch(configs, { signal, collect: false, onRecord: take })
          .then(() => {});
      },
    }).run();
    return results;
  }

  /** The members, whether they are well, and how fast they were. */
  get info(): readonly GroupMemberInfo[] {
    const devicesOfAll = this.members.map((member) => member.info.device);
    return this.#workers.map(({ member, done, itemMs = null, lost }) => {
      const { device, deviceName } = member.info;
      const state = lost === undefined ? member.health().state : 'lost';
      return { device, deviceName, state, done, itemMs, links: devicesOfAll.map((to) => linkBetween(device, to)) };
    });
  }

  /** Called by task graphs: a member's device was lost. False when it was the last one. */
  lose(member: unknown, error: unknown): boolean {
    const worker = this.#workers.find((other) => other.member === member);
    if (worker) worker.lost ??= error;
    if (this.#workers.some((other) => other.lost === undefined)) return true;
    this.slots.close(error);
    return false;
  }

  /** Shuts all members down; rejects with the first error after all have been asked. */
  async shutdown(): Promise<void> {
    const ended = await Promise.allSettled(this.members.map((member) => member.shutdown()));
    const failed = ended.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** `shutdown()`: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }
}

function devicesOf(wanted: 'all' | readonly ('cpu' | number)[]): readonly ('cpu' | number)[] {
  if (wanted === 'all') {
    const { cuda } = devices();
    return cuda.devices.length > 0 ? cuda.devices.map((gpu) => gpu.index) : ['cpu'];
  }
  if (Array.isArray(wanted) && wanted.length > 0) return wanted;
  throw invalidArgument('devices', wanted, "'all', or a list of 'cpu' and GPU indices with at least one entry");
}

function collector<R>({ onResult, collect = true }: GroupBatchOptions<R>) {
  const results: R[] = [];
  const deliver = (result: R, index: number) => {
    if (collect) results.push(result);
    onResult?.(result, index);
  };
  return { results, deliver };
}
