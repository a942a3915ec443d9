import { type ConfigRecord, type ModuleLayout, type TelemetryRecord, u64Field } from './codec.ts';
import { contextClose, contextStep } from './diagnostics.ts';
import { AatgsError, invalidArgument } from './errors.ts';
import { Fifo } from './fifo.ts';
import { EngineStatus, SlotKind } from './generated/ring-layout.ts';
import { type NativeContext, type NativeContextInfo, WATCH_CONFIG, WATCH_TELEMETRY } from './native/binding.ts';
import type { ContextObserver } from './observer.ts';
import { RingView } from './ring.ts';
import { type IterationMode, StatsCollector } from './stats.ts';
import { type Cursor, reached, Waiters } from './waiters.ts';

/** Longest blocking wait in native code; between two, a worker thread can be terminated. */
const WAIT_SLICE_MS = 50;

/** Who gets a record instead of the FIFO. */
export type RecordOwner<T> = (record: T) => void;

/** What the context is called in diagnostics. */
export interface ContextLabel {
  readonly module: string;
  readonly device: 'cpu' | number;
}

interface PipelineOptions {
  readonly configSlots: number;
  readonly telemetrySlots: number;
  readonly initialSequence: number;
  readonly seed: number | bigint;
}

/** Both rings of a context: queueing configs, collecting records, waiting for either. Knows nothing of modes. */
export class Pipeline<C extends ConfigRecord, T extends TelemetryRecord> {
  readonly ring: RingView;
  readonly stats = new StatsCollector();
  readonly fifo = new Fifo<T>();
  readonly waiters: Waiters;
  readonly #label: ContextLabel;
  readonly #native: NativeContext;
  readonly #layout: ModuleLayout<unknown, C, T>;
  /** The default seed as two words. */
  readonly #seed = new Uint32Array(2);
  /** Owners of records in flight, by sequence; a slot is free again when its record has arrived. */
  readonly #owners: (RecordOwner<T> | undefined)[];
  /** Who watches; replaced as a whole, and empty nearly always. */
  #observers: readonly ContextObserver[] = [];
  #iteration = 0;
  #reads = 0;
  #ended: AatgsError | undefined;

  constructor(
    native: NativeContext,
    info: NativeContextInfo,
    layout: ModuleLayout<unknown, C, T>,
    options: PipelineOptions,
    label: ContextLabel,
    onRecords: () => void,
  ) {
    this.#label = label;
    this.#native = native;
    this.#layout = layout;
    u64Field(this.#seed, 0, options.seed, 'seed');
    this.ring = new RingView(native, info, options.configSlots, options.telemetrySlots, options.initialSequence);
    this.#owners = new Array(2 * Math.max(options.configSlots, options.telemetrySlots)).fill(undefined);
    this.waiters = new Waiters(this.ring, native, () => {
      this.collect();
      onRecords();
    });
  }

  /** Of what was queued so far all that may change the state. */
  get changes(): number {
    return this.#iteration - this.#reads;
  }
  /** Set once the context is closed or its device is lost; every later call throws it. */
  get ended(): AatgsError | undefined {
    return this.#ended;
  }
  /** Whether every queued config has run and its record has been collected. */
  get drained(): boolean {
    return this.ring.telemetryRead === this.ring.configWrite;
  }

  /** Calls an observer from now on; returns what ends that. */
  observe(observer: ContextObserver): () => void {
    this.#observers = [...this.#observers, observer];
    return () => {
      this.#observers = this.#observers.filter((other) => other !== observer);
    };
  }

  get #levels() {
    return { configs: this.ring.configUsed, records: this.ring.telemetryUsed };
  }

  /** Ends the pipeline: pending waits reject, later calls throw. */
  end(reason: AatgsError): void {
    if (this.#ended) return;
    this.#ended = reason;
    this.waiters.failAll(reason);
    const { code, message } = reason;
    if (contextClose.hasSubscribers) contextClose.publish({ ...this.#label, code, message });
  }

  check(): void {
    if (this.#ended) throw this.#ended;
  }

  /**
   * Whether a config can be queued, looking at the engine's cursor only when the known one says no.
   * @param depth configs that may be in the ring; default all its slots
   */
  hasRoom(depth: number = Number.POSITIVE_INFINITY): boolean {
    const most = Math.min(depth, this.ring.configSlots);
    if (this.ring.configUsed < most) return true;
    this.collect();
    return this.ring.configUsed < most;
  }

  /** Queues a config; the caller has made sure of room. Nothing is queued when the config is refused. */
  queue(config: C, input: Uint8Array | undefined, mode: IterationMode, owner?: RecordOwner<T>): void {
    const { ring } = this;
    const slot = ring.nextSlot();
    const inputBytes = input === undefined ? 0 : input.byteLength;
    if (inputBytes > ring.inputStride) {
      throw new AatgsError(
        'ERR_AATGS_INPUT_TOO_LARGE',
        `the input has ${inputBytes} bytes, the staging area of a config ${ring.inputStride}; raise the option inputBytes or use a DeviceBuffer`,
        { details: { inputBytes, capacity: ring.inputStride } },
      );
    }
    const phase = config.phase ?? 0;
    const flags = config.flags ?? 0;
    if (phase >>> 0 !== phase) throw invalidArgument('phase', phase, 'an integer from 0 to 2^32 - 1');
    if (flags >>> 0 !== flags) throw invalidArgument('flags', flags, 'an integer from 0 to 2^32 - 1');
    this.#layout.encodeConfig(ring.views, slot, config);
    const [low, high] = [this.#seed[0] as number, this.#seed[1] as number];
    ring.writeHeader(slot, SlotKind.STEP, this.#iteration, low, high, phase, flags, inputBytes);
    if (config.seed !== undefined) ring.writeSeed(slot, config.seed);
    if (input !== undefined && inputBytes > 0) ring.stage(input);
    this.#push(owner);
    this.stats.queued(mode, ring.configUsed, ring.telemetryUsed);
  }

  /** Queues a copy between two device addresses; in order with the configs around it. */
  queueCopy(from: bigint, to: bigint, bytes: number, owner: RecordOwner<T>): void {
    const slot = this.ring.nextSlot();
    this.ring.writeHeader(slot, SlotKind.COPY, this.#iteration, 0, 0, 0, 0, 0);
    this.ring.writeCopy(slot, from, to, bytes);
    this.#push(owner);
  }

  /** Queues a copy to the host's memory, which leaves the state as it is. */
  queueRead(from: bigint, to: bigint, bytes: number): void {
    this.queueCopy(from, to, bytes, () => {});
    this.#reads++;
  }

  #push(owner: RecordOwner<T> | undefined): void {
    this.#owners[this.ring.configWrite & (this.#owners.length - 1)] = owner;
    this.#iteration++;
    this.ring.push();
    if (this.#observers.length > 0) for (const observer of this.#observers) observer.queued?.(this.#levels);
  }

  /** Moves every arrived record to its owner or to the FIFO; nothing once the pipeline has ended and the ring is gone. */
  collect(): void {
    if (this.#ended) return;
    this.ring.sync();
    // Readings are handed back with the next sync; a nearly full ring cannot wait that long.
    while (this.drain() * 2 >= this.ring.telemetrySlots) this.ring.sync();
    if (this.#observers.length > 0) this.#look();
    if (this.ring.mirrored('status') === EngineStatus.LOST) {
      const reason = this.#native.info().lostReason || 'unknown reason';
      this.end(
        new AatgsError(
          'ERR_AATGS_DEVICE_LOST',
          `the device was lost: ${reason}. Results after the last record are gone; the CPU can still be used`,
          { details: { reason } },
        ),
      );
    }
  }

  #observed({ durationNs, phase }: T): void {
    for (const observer of this.#observers) observer.record?.(durationNs, phase);
    if (contextStep.hasSubscribers) contextStep.publish({ ...this.#label, phase, durationNs });
  }

  #look(): void {
    const { ring } = this;
    const [stalls, parks, wakeups] = [ring.mirrored('stalls'), ring.mirrored('parks'), ring.mirrored('wakeups')];
    for (const observer of this.#observers) observer.looked?.(this.#levels, { stalls, parks, wakeups });
  }

  /** Moves the records seen by the last sync; returns how many. */
  drain(): number {
    const { ring } = this;
    const end = ring.telemetryWrite;
    let moved = 0;
    // By distance, not equality: an owner may look at the context, which drains further than this end.
    for (; ((end - ring.telemetryRead) | 0) > 0; moved++) {
      const place = ring.telemetryRead & (this.#owners.length - 1);
      const record = this.#layout.decodeTelemetry(ring.views, ring.oldestRecord());
      if (record.outputBytes !== 0) (record as { output: Uint8Array | null }).output = ring.copyOutput();
      ring.telemetryRead = (ring.telemetryRead + 1) >>> 0;
      this.stats.record(record.durationNs);
      if (this.#observers.length > 0 || contextStep.hasSubscribers) this.#observed(record);
      const owner = this.#owners[place];
      if (owner === undefined) {
        this.fifo.push(record);
      } else {
        this.#owners[place] = undefined;
        owner(record);
      }
    }
    return moved;
  }

  /** Resolves when the config ring has room; with a `depth`, for that many configs at most. */
  async room(signal?: AbortSignal, depth: number = Number.POSITIVE_INFINITY): Promise<void> {
    while (!this.hasRoom(depth)) {
      // Half of it at once: one wake-up serves many configs.
      const target = this.ring.configWrite - (Math.min(depth, this.ring.configSlots) >>> 1);
      await this.waiters.wait('config', target >>> 0, signal);
      this.check();
    }
  }

  /** Blocks until a cursor reaches a target, in slices, collecting records meanwhile. */
  waitSync(cursor: Cursor, target: number): void {
    for (;;) {
      this.collect();
      this.check();
      if (reached(this.waiters.position(cursor), target)) return;
      const half = (this.ring.telemetryRead + Math.max(1, this.ring.telemetrySlots >>> 1)) >>> 0;
      const telemetry = cursor === 'telemetry' && reached(half, target) ? target : half;
      const mask = cursor === 'config' ? WATCH_CONFIG | WATCH_TELEMETRY : WATCH_TELEMETRY;
      this.#native.waitSync(mask, target, telemetry, WAIT_SLICE_MS);
    }
  }
}
