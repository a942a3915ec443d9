import { type Advanced, type AdvanceHost, type AdvanceOptions, advance } from './adaptive/advance.ts';
import { Pacer } from './adaptive/pacer.ts';
import { Batch, type BatchOptions, type StagedConfig, unpack } from './batch.ts';
import type { ConfigRecord, ModuleLayout, TelemetryRecord } from './codec.ts';
import type { ContextHealth, ContextInfo } from './context-info.ts';
import type { DeviceBuffer, DeviceSpan } from './device-buffer.ts';
import { DeviceMemory } from './device-memory.ts';
import { chooseDevice, type DeviceChoice, wantedDevice } from './devices.ts';
import { contextOpen } from './diagnostics.ts';
import { AatgsError, guarded } from './errors.ts';
import { EngineStatus } from './generated/ring-layout.ts';
import type { KernelModule } from './module.ts';
import type { NativeContext, NativeContextInfo } from './native/binding.ts';
import { native } from './native/load.ts';
import type { ContextObserver } from './observer.ts';
import { type ContextOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { Pipeline } from './pipeline.ts';
import { Readers } from './readers.ts';
import type { ContextStats, IterationMode } from './stats.ts';
import { Turns } from './turns.ts';
import { WeakWake } from './waiters.ts';

const abandoned = new FinalizationRegistry<string>((name) => {
  process.emitWarning(
    `a ${name} context was collected without shutdown(); its threads and memory were held until now`,
    {
      code: 'AATGS_NOT_CLOSED',
    },
  );
});

/**
 * Runs a kernel module's step for each config, in order, exactly once: waiting for each (sync) or through two rings
 * without waiting (async). Both end in the same state, bit for bit.
 *
 * Every record is delivered exactly once: `execute`, `poll` and `telemetry()` draw from one FIFO; `executeBatch` and the
 * `...Sync` twins own the records of their configs.
 */
export class GpuExecutionContext<C extends ConfigRecord, T extends TelemetryRecord> {
  readonly #module: KernelModule<never, C, T>;
  readonly #options: ResolvedOptions;
  readonly #choice: DeviceChoice;
  readonly #native: NativeContext;
  readonly #places: NativeContextInfo;
  readonly #pipeline: Pipeline<C, T>;
  readonly #memory: DeviceMemory;
  /** Keeps `submit`, `executeBatch` and transfers in call order. */
  readonly #turns = new Turns();
  readonly #readers: Readers<T>;
  /** Made when `advance` is first called. */
  #pacer: Pacer | undefined;

  /**
   * Loads, allocates and starts. Throws ERR_AATGS_INVALID_ARGUMENT, ERR_AATGS_INVALID_SETUP, ERR_AATGS_NO_GPU,
   * ERR_AATGS_OUT_OF_MEMORY or a module error.
   */
  // biome-ignore lint/suspicious/noExplicitAny: the setup's type does not matter once the module exists
  constructor(module: KernelModule<any, C, T>, options: ContextOptions = {}) {
    this.#module = module as unknown as KernelModule<never, C, T>;
    this.#options = resolveOptions(options);
    this.#choice = chooseDevice(wantedDevice(this.#options), module.info.cudaBytes > 0);
    const { binding } = native();
    const wake = new WeakWake();
    this.#native = guarded(
      () =>
        new binding.NativeContext(
          {
            ...this.#options,
            device: this.#choice.device === 'cpu' ? -1 : this.#choice.device,
            engine: this.#engine(),
            library: module.spec.library,
            setup: module.setupHeader,
            parts: module.spec.parts ?? [],
          },
          wake.callback,
        ),
    );
    this.#places = this.#native.info();
    const layout = module.spec.layout as ModuleLayout<unknown, C, T>;
    const label = { module: module.name, device: this.#choice.device };
    this.#pipeline = new Pipeline(this.#native, this.#places, layout, this.#options, label, () => this.#readers.wake());
    this.#readers = new Readers(this.#pipeline);
    const pipeline = this.#pipeline as unknown as Pipeline<ConfigRecord, TelemetryRecord>;
    this.#memory = new DeviceMemory(this.#native, this.#choice.device, pipeline, this.#places, module, this.#turns);
    wake.target = new WeakRef(this.#pipeline.waiters);
    abandoned.register(this, module.name, this);
    if (contextOpen.hasSubscribers) contextOpen.publish({ context: this, ...label });
  }

  /** Whether configs run without waiting. */
  get async(): boolean {
    return this.#options.async;
  }

  /**
   * Runs one config. Async: queues it and returns a record of an earlier config, or null while the pipeline fills; never
   * blocks (unless `onFull` is `'block'`). Sync: waits and returns this config's record.
   * @param input bytes staged for the step; at most the option `inputBytes`. Copied before this returns.
   * Throws ERR_AATGS_BUFFER_OVERFLOW when the config ring is full, ERR_AATGS_INVALID_ARGUMENT or
   * ERR_AATGS_INPUT_TOO_LARGE for a bad config; then nothing is queued. As every call: ERR_AATGS_CLOSED,
   * ERR_AATGS_DEVICE_LOST.
   */
  execute(config: C, input?: Uint8Array): T | null {
    const pipeline = this.#pipeline;
    pipeline.check();
    if (!this.#options.async) return this.#executeNow(config, input, 'sync');
    if (!pipeline.hasRoom()) this.#overflow();
    pipeline.queue(config, input, 'async');
    if (pipeline.drain() * 2 >= pipeline.ring.telemetrySlots) pipeline.ring.sync();
    return pipeline.fifo.shift() ?? null;
  }

  /** Runs one config and blocks for its own record, whatever the mode; waits for room, so the ring cannot overflow. */
  executeSync(config: C, input?: Uint8Array): T {
    this.#pipeline.check();
    return this.#executeNow(config, input, 'sync');
  }

  /**
   * Queues a config, waiting for room without blocking the event loop; resolves once it is queued. Its record goes to
   * the FIFO. In sync mode it waits for the step as well, and blocks meanwhile.
   * @param options `signal` ends the wait for room: the call rejects with its reason and nothing is queued
   */
  async submit(config: C, input?: Uint8Array, options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#inTurn(async () => {
      await this.#pipeline.room(options.signal);
      options.signal?.throwIfAborted();
      this.#pipeline.queue(config, input, this.#options.async ? 'async' : 'sync');
      if (!this.#options.async) this.#pipeline.waitSync('telemetry', this.#pipeline.ring.configWrite);
    });
    this.#readers.wake();
  }

  /**
   * Runs configs in order; resolves with their records, in order. Other records stay in the FIFO. `configs` is read as
   * room appears, so it may be a generator without end if `until` or `signal` ends the batch. Calls of `submit` and
   * `executeBatch` are served in the order they were made. In sync mode every config is waited for; timers and I/O get
   * their turn every 64 configs.
   */
  async executeBatch(configs: Iterable<C | StagedConfig<C>>, options: BatchOptions<T> = {}): Promise<T[]> {
    const batch = new Batch<T>(options);
    const pipeline = this.#pipeline;
    let end = 0;
    await this.#inTurn(async () => {
      end = pipeline.ring.configWrite;
      for (const item of configs) {
        if (!pipeline.hasRoom(batch.depth)) await pipeline.room(options.signal, batch.depth);
        batch.check();
        if (batch.stopped) break;
        const { config, input } = unpack(item);
        pipeline.queue(config, input, 'batch', batch.deliver);
        end = pipeline.ring.configWrite;
        if (!this.#options.async) await this.#breathe(end);
      }
      batch.queued();
    });
    await pipeline.waiters.wait('telemetry', end, options.signal);
    batch.check();
    return batch.records;
  }

  /**
   * Runs substeps of one config, cut into as many configs as measured time asks for: a step is kept between 50 us and 5 ms,
   * and the ring as full as it takes for the workers never to wait. Results do not depend on it. `stepSubsteps` and `depth`
   * pin either. What was measured is kept for the next call; the time of a substep only if nothing else runs between.
   *
   * Rejects with ERR_AATGS_INVALID_ARGUMENT for a module that does not say how its configs are divided (the `substeps` of
   * its `KernelModule`), or a config that cannot be.
   */
  async advance(config: C, options: AdvanceOptions<T> = {}): Promise<Advanced<T>> {
    const { ring } = this.#pipeline;
    const host: AdvanceHost<C, T> = {
      rule: this.#module.spec.substeps,
      moduleName: this.#module.name,
      configSlots: ring.configSlots,
      async: this.#options.async,
      queued: () => this.#pipeline.changes,
      levels: () => ({ waiting: ring.configUsed, unread: ring.telemetryUsed / ring.telemetrySlots }),
      executeBatch: (configs, batch) => this.executeBatch(configs, batch),
    };
    this.#pacer ??= new Pacer(ring.configSlots);
    return advance(host, this.#pacer, config, options);
  }

  /** The blocking twin of `executeBatch`; `submit` and `executeBatch` calls still waiting for room come after it. */
  executeBatchSync(configs: Iterable<C | StagedConfig<C>>, options: Omit<BatchOptions<T>, 'signal'> = {}): T[] {
    const batch = new Batch<T>(options);
    const pipeline = this.#pipeline;
    pipeline.check();
    for (const item of configs) {
      this.#roomSync();
      batch.check();
      if (batch.stopped) break;
      const { config, input } = unpack(item);
      pipeline.queue(config, input, 'batch', batch.deliver);
    }
    pipeline.waitSync('telemetry', pipeline.ring.configWrite);
    batch.check();
    return batch.records;
  }

  /** Resolves when everything queued before has run; its records are then in the FIFO (or with their owners). */
  async flush(options: { signal?: AbortSignal } = {}): Promise<void> {
    await this.#inTurn(async () => {});
    await this.#pipeline.waiters.wait('telemetry', this.#pipeline.ring.configWrite, options.signal);
    this.#readers.wake();
  }

  /** The blocking twin of `flush`; `submit` calls still waiting for room are not part of it. */
  flushSync(): void {
    this.#pipeline.check();
    this.#pipeline.waitSync('telemetry', this.#pipeline.ring.configWrite);
    this.#readers.wake();
  }

  /** The records that have arrived since the last call; never blocks. */
  poll(): T[] {
    this.#pipeline.collect();
    return this.#pipeline.fifo.drain();
  }

  /** The FIFO as an async iterator; ends when the context closes or the signal aborts. */
  async *telemetry(options: { signal?: AbortSignal } = {}): AsyncGenerator<T, void, undefined> {
    yield* this.#readers.records(options.signal);
  }

  /** Counters since the context was made or since `resetStats()`. */
  get stats(): ContextStats {
    const { ring, stats } = this.#pipeline;
    this.#pipeline.collect();
    return stats.read(ring, this.#engineCounters());
  }

  /** Starts all counters of `stats` again, those of the engine included. */
  resetStats(): void {
    this.#pipeline.collect();
    this.#pipeline.stats.reset(this.#engineCounters());
  }

  /** Calls an observer of the rings from now on; returns what ends that. */
  observe(observer: ContextObserver): () => void {
    return this.#pipeline.observe(observer);
  }

  /** Whether everything queued has run. */
  isGpuIdle(): boolean {
    if (this.#pipeline.ended) return true;
    this.#pipeline.collect();
    return this.#pipeline.drained;
  }

  /** State, queue length and heartbeat now. Never blocks and never throws, also after a shutdown. */
  health(): ContextHealth {
    this.#pipeline.collect();
    const { ended, ring } = this.#pipeline;
    const pending = (ring.configWrite - ring.telemetryRead) >>> 0;
    const status = this.#lastStatus();
    const state = ended
      ? ended.code === 'ERR_AATGS_DEVICE_LOST'
        ? 'lost'
        : 'closed'
      : status === EngineStatus.PARKED
        ? 'parked'
        : 'running';
    if (ended) return { state, pending: 0, heartbeat: 0, reason: ended.message };
    return { state, pending, heartbeat: ring.mirrored('heartbeat'), reason: '' };
  }

  /** Where the context runs and why, what it runs, and how much memory it holds. After its end: as when it was made. */
  get info(): ContextInfo {
    const places = this.#pipeline.ended ? this.#places : this.#native.info();
    return {
      mode: this.#options.async ? 'async' : 'sync',
      device: this.#choice.device,
      deviceName: places.deviceName,
      engine: places.engine,
      workers: places.workers,
      reason: this.#choice.reason,
      module: { name: places.moduleName, version: places.moduleVersion },
      deviceBytes: places.deviceBytes,
      configSlots: this.#options.configSlots,
      telemetrySlots: this.#options.telemetrySlots,
      regions: places.regions.map((region) => region.name),
    };
  }

  /** The module's whole state, after everything queued so far: the basis of checkpoint and resume. */
  async snapshot(): Promise<Uint8Array> {
    return this.#memory.snapshot();
  }

  /** Replaces the module's state with a snapshot's, in-band. Rejects with ERR_AATGS_SNAPSHOT_INVALID and the reason. */
  async restore(snapshot: Uint8Array): Promise<void> {
    await this.#memory.restore(snapshot);
  }

  /**
   * Copies a named region of the state (see `info.regions`) after everything queued so far. The bytes own their buffer,
   * so a typed array can be laid over it. What is queued later runs on while they travel. Rejects with
   * ERR_AATGS_INVALID_ARGUMENT for an unknown name or a range outside the region.
   * @param byteOffset bytes from the start of the region, default 0
   * @param byteLength default: up to its end
   */
  async read(name: string, byteOffset: number = 0, byteLength?: number): Promise<Uint8Array> {
    return this.#memory.readRegion(name, byteOffset, byteLength);
  }

  /** Allocates device memory, zeroed, 256-byte aligned. Throws ERR_AATGS_OUT_OF_MEMORY. */
  createBuffer(byteLength: number): DeviceBuffer {
    return this.#memory.createBuffer(byteLength);
  }

  /**
   * Borrows memory that something else in this process owns and keeps alive for as long as the span is used: another context's
   * buffer, or an allocation of other CUDA code. Nothing checks the address: a wrong one costs the device, or on the CPU the process.
   * @param address as the context's device reaches it: a device pointer on a GPU, a pointer into the process on the CPU
   * @param byteLength size in bytes
   */
  borrow(address: bigint, byteLength: number): DeviceSpan {
    return this.#memory.borrow(address, byteLength);
  }

  /**
   * Ends the scheduler. Configs still queued do not run (call `flush` first to keep them); what waits for them rejects
   * with ERR_AATGS_CLOSED. Device memory is freed at once, the rings when this object is collected. Safe to call twice.
   * Rejects with ERR_AATGS_SHUTDOWN_TIMEOUT when a step does not end in `shutdownTimeoutMs`; its memory is then leaked,
   * unless a later call finds that the step has ended.
   */
  async shutdown(): Promise<void> {
    this.#close();
    const deadline = performance.now() + this.#options.shutdownTimeoutMs;
    for (let wait = 0; !this.#native.stop(0); wait = Math.min(50, wait + 1)) {
      if (performance.now() >= deadline) throw this.#hung();
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  /** The blocking twin of `shutdown`. */
  shutdownSync(): void {
    this.#close();
    const deadline = performance.now() + this.#options.shutdownTimeoutMs;
    while (!this.#native.stop(50)) {
      if (performance.now() >= deadline) throw this.#hung();
    }
  }

  /** `shutdownSync()`: for `using`. */
  [Symbol.dispose](): void {
    this.shutdownSync();
  }

  /** `shutdown()`: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  #engine(): ResolvedOptions['engine'] {
    const { engine, async } = this.#options;
    if (engine !== 'auto' || this.#choice.device === 'cpu') return engine;
    // A caller that waits for every config gains nothing from a resident grid.
    return async ? (this.#module.spec.engine ?? 'auto') : 'launch';
  }

  #executeNow(config: C, input: Uint8Array | undefined, mode: IterationMode): T {
    const pipeline = this.#pipeline;
    this.#roomSync();
    let own: T | undefined;
    pipeline.queue(config, input, mode, (record) => {
      own = record;
    });
    pipeline.waitSync('telemetry', pipeline.ring.configWrite);
    return own as unknown as T;
  }

  #roomSync(): void {
    const { ring } = this.#pipeline;
    if (!this.#pipeline.hasRoom()) this.#pipeline.waitSync('config', (ring.configWrite - ring.configSlots + 1) >>> 0);
  }

  #overflow(): void {
    this.#pipeline.check();
    this.#pipeline.stats.overflows++;
    if (this.#options.onFull === 'block') {
      this.#roomSync();
      return;
    }
    const { configSlots } = this.#options;
    throw new AatgsError(
      'ERR_AATGS_BUFFER_OVERFLOW',
      `all ${configSlots} config slots are taken; use submit() or executeBatch(), set onFull: 'block', or raise configSlots`,
      { details: { configSlots } },
    );
  }

  /** Sync mode inside an async call: waits for the record, and lets the event loop run now and then. */
  async #breathe(target: number): Promise<void> {
    this.#pipeline.waitSync('telemetry', target);
    if ((target & 63) === 0) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Runs `task` after every earlier call of this kind has queued its work. */
  async #inTurn<R>(task: () => Promise<R>): Promise<R> {
    this.#pipeline.check();
    return this.#turns.run(async () => {
      this.#pipeline.check();
      return task();
    });
  }

  /** First half of a shutdown: nobody may queue, nobody waits any more. */
  #close(): void {
    this.#pipeline.end(new AatgsError('ERR_AATGS_CLOSED', 'the context has been shut down; make a new one'));
    this.#readers.wake();
    abandoned.unregister(this);
  }

  #hung(): AatgsError {
    return new AatgsError(
      'ERR_AATGS_SHUTDOWN_TIMEOUT',
      `a step of ${this.#module.name} did not end within ${this.#options.shutdownTimeoutMs} ms; its memory stays allocated`,
      { details: { timeoutMs: this.#options.shutdownTimeoutMs } },
    );
  }

  #lastStatus(): number {
    return this.#pipeline.ended ? EngineStatus.STOPPED : this.#pipeline.ring.mirrored('status');
  }

  #engineCounters() {
    const { ended, ring } = this.#pipeline;
    const counter = (name: 'stalls' | 'parks' | 'wakeups') => (ended ? 0 : ring.mirrored(name));
    return { stalls: counter('stalls'), parks: counter('parks'), wakeups: counter('wakeups') };
  }
}
