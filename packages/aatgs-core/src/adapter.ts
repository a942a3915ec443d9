import type { Advanced, AdvanceOptions } from './adaptive/advance.ts';
import type { BatchOptions, StagedConfig } from './batch.ts';
import type { ConfigRecord, TelemetryRecord } from './codec.ts';
import type { GpuExecutionContext } from './context.ts';
import type { ContextHealth, ContextInfo } from './context-info.ts';
import type { ContextOptions } from './options.ts';
import type { ContextStats } from './stats.ts';
import { Turns } from './turns.ts';

const PLACEMENT = ['async', 'device', 'engine', 'maxBlocks', 'threads', 'configSlots', 'telemetrySlots'] as const;

/** The context options every algorithm takes as its own: where its work runs, and how far ahead. */
export type PlacementOptions = Pick<ContextOptions, (typeof PLACEMENT)[number]>;

/** Of an algorithm's options those for its context, as far as they are given. */
export function placementOf(options: PlacementOptions): PlacementOptions {
  return Object.fromEntries(
    PLACEMENT.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]),
  );
}

/**
 * What every algorithm package extends: its own methods on top, and the context's contract unchanged underneath, so that
 * an algorithm can be driven config by config as well as through its own interface.
 */
export abstract class AlgorithmAdapter<C extends ConfigRecord, T extends TelemetryRecord> {
  /** The context all work runs in. */
  readonly context: GpuExecutionContext<C, T>;
  readonly #turns = new Turns();

  protected constructor(context: GpuExecutionContext<C, T>) {
    this.context = context;
  }

  /** Runs tasks one after another, in the order of the calls: for what needs the state on the device for itself. */
  inOrder<R>(task: () => Promise<R>): Promise<R> {
    return this.#turns.run(task);
  }
  /** See {@link GpuExecutionContext.execute}. */
  execute(config: C, input?: Uint8Array): T | null {
    return this.context.execute(config, input);
  }
  /** See {@link GpuExecutionContext.executeBatch}. */
  executeBatch(configs: Iterable<C | StagedConfig<C>>, options?: BatchOptions<T>): Promise<T[]> {
    return this.context.executeBatch(configs, options);
  }
  /** See {@link GpuExecutionContext.advance}. */
  advance(config: C, options?: AdvanceOptions<T>): Promise<Advanced<T>> {
    return this.context.advance(config, options);
  }
  /** See {@link GpuExecutionContext.flush}. */
  flush(options?: { signal?: AbortSignal }): Promise<void> {
    return this.context.flush(options);
  }
  /** See {@link GpuExecutionContext.poll}. */
  poll(): T[] {
    return this.context.poll();
  }
  /** See {@link GpuExecutionContext.stats}. */
  get stats(): ContextStats {
    return this.context.stats;
  }
  /** See {@link GpuExecutionContext.info}. */
  get info(): ContextInfo {
    return this.context.info;
  }
  /** See {@link GpuExecutionContext.health}. */
  health(): ContextHealth {
    return this.context.health();
  }
  /** See {@link GpuExecutionContext.isGpuIdle}. */
  isGpuIdle(): boolean {
    return this.context.isGpuIdle();
  }
  /** See {@link GpuExecutionContext.snapshot}. */
  snapshot(): Promise<Uint8Array> {
    return this.context.snapshot();
  }
  /** See {@link GpuExecutionContext.restore}. */
  restore(snapshot: Uint8Array): Promise<void> {
    return this.context.restore(snapshot);
  }
  /** See {@link GpuExecutionContext.shutdown}. */
  shutdown(): Promise<void> {
    return this.context.shutdown();
  }
  /** Shuts the context down and blocks until it has ended: for `using`. */
  [Symbol.dispose](): void {
    this.context.shutdownSync();
  }
  /** Shuts the context down without blocking: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.shutdown();
  }
}
