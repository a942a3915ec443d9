/** How full one ring is, as fractions of its slots. */
export interface RingUtilization {
  /** Now. */
  readonly current: number;
  /** The highest at any moment a config was queued. */
  readonly peak: number;
  /** Mean over the moments a config was queued. */
  readonly mean: number;
}

/** A snapshot of a context's counters since it was made or since `resetStats()`. */
export interface ContextStats {
  /** Configs queued, by the call that queued them: `executeBatch` counts as `batch` in either mode. */
  readonly iterations: { readonly sync: number; readonly async: number; readonly batch: number };
  /** Configs queued that the engine has not finished with. */
  readonly configRing: RingUtilization;
  /** Records published that JavaScript has not collected. */
  readonly telemetryRing: RingUtilization;
  /** Times `execute` found the config ring full. */
  readonly overflows: number;
  /** Times a step waited because telemetry was not read. */
  readonly stalls: number;
  /** Times the scheduler went to sleep: for want of work, or of room for telemetry. Not counted by the launch engine. */
  readonly idle: number;
  /** Times it was woken, or put back on the GPU. Not counted by the launch engine. */
  readonly wakeups: number;
  /** Durations the records bring with them: from the start of a step to its end on the device. */
  readonly stepTime: {
    /** Exponentially weighted mean, nanoseconds. */
    readonly ewmaNs: number;
    readonly minNs: number;
    readonly maxNs: number;
    readonly totalNs: number;
    /** `histogram[i]` counts steps of [2^i, 2^(i+1)) nanoseconds, up to 2^47 and longer. */
    readonly histogram: readonly number[];
  };
  /** Share of the time from the first config until now that the workers spent in steps, 0 to 1. */
  readonly busyFraction: number;
  /** What to change, in words; empty when nothing stands out. */
  readonly advice: readonly string[];
}

/** How a config came into the ring: what `stats.iterations` counts by. */
export type IterationMode = keyof ContextStats['iterations'];

const EWMA_WEIGHT = 1 / 16;
const MIN_SAMPLES = 32;

/** Collects what `ctx.stats` shows. Everything on the hot path is a few additions. */
export class StatsCollector {
  overflows = 0;
  readonly #iterations = { sync: 0, async: 0, batch: 0 };
  #configPeak = 0;
  #configSum = 0;
  #telemetryPeak = 0;
  #telemetrySum = 0;
  #queued = 0;
  #records = 0;
  #ewma = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = 0;
  #total = 0;
  #started = 0;
  readonly #histogram = new Uint32Array(48);
  #base = { stalls: 0, parks: 0, wakeups: 0 };

  /** A config was queued; `used` slots of each ring are taken. */
  queued(mode: IterationMode, configUsed: number, telemetryUsed: number): void {
    if (this.#queued === 0) this.#started = performance.now();
    this.#queued++;
    this.#iterations[mode]++;
    this.#configSum += configUsed;
    this.#telemetrySum += telemetryUsed;
    if (configUsed > this.#configPeak) this.#configPeak = configUsed;
    if (telemetryUsed > this.#telemetryPeak) this.#telemetryPeak = telemetryUsed;
  }

  /** A record arrived. */
  record(durationNs: number): void {
    this.#ewma = this.#records === 0 ? durationNs : this.#ewma + EWMA_WEIGHT * (durationNs - this.#ewma);
    this.#records++;
    this.#total += durationNs;
    if (durationNs < this.#min) this.#min = durationNs;
    if (durationNs > this.#max) this.#max = durationNs;
    const bucket = durationNs < 2 ? 0 : durationNs < 2 ** 32 ? 31 - Math.clz32(durationNs) : longBucket(durationNs);
    this.#histogram[bucket] = (this.#histogram[bucket] as number) + 1;
  }

  reset(engine: EngineCounters): void {
    const fresh = new StatsCollector();
    this.overflows = 0;
    this.#iterations.sync = this.#iterations.async = this.#iterations.batch = 0;
    this.#configPeak = this.#configSum = this.#telemetryPeak = this.#telemetrySum = 0;
    this.#queued = this.#records = this.#ewma = this.#max = this.#total = this.#started = 0;
    this.#min = fresh.#min;
    this.#histogram.fill(0);
    this.#base = { stalls: engine.stalls, parks: engine.parks, wakeups: engine.wakeups };
  }

  read(rings: RingLevels, engine: EngineCounters): ContextStats {
    const queued = Math.max(1, this.#queued);
    const elapsedNs = this.#queued === 0 ? 0 : (performance.now() - this.#started) * 1e6;
    const stats = {
      iterations: { ...this.#iterations },
      configRing: {
        current: rings.configUsed / rings.configSlots,
        peak: this.#configPeak / rings.configSlots,
        mean: this.#configSum / queued / rings.configSlots,
      },
      telemetryRing: {
        current: rings.telemetryUsed / rings.telemetrySlots,
        peak: this.#telemetryPeak / rings.telemetrySlots,
        mean: this.#telemetrySum / queued / rings.telemetrySlots,
      },
      overflows: this.overflows,
      stalls: (engine.stalls - this.#base.stalls) >>> 0,
      idle: (engine.parks - this.#base.parks) >>> 0,
      wakeups: (engine.wakeups - this.#base.wakeups) >>> 0,
      stepTime: {
        ewmaNs: this.#ewma,
        minNs: this.#records === 0 ? 0 : this.#min,
        maxNs: this.#max,
        totalNs: this.#total,
        histogram: Array.from(this.#histogram.subarray(0, this.#histogram.findLastIndex((n) => n > 0) + 1)),
      },
      busyFraction: elapsedNs > 0 ? Math.min(1, this.#total / elapsedNs) : 0,
    };
    return { ...stats, advice: advise(stats, this.#queued) };
  }
}

interface EngineCounters {
  readonly stalls: number;
  readonly parks: number;
  readonly wakeups: number;
}

interface RingLevels {
  readonly configUsed: number;
  readonly configSlots: number;
  readonly telemetryUsed: number;
  readonly telemetrySlots: number;
}

/** Steps of more than four seconds: rare, so that a logarithm costs nothing. */
const longBucket = (durationNs: number): number => Math.min(47, Math.floor(Math.log2(durationNs)));

/** The 20/40-80/90 % rules: under 20 % starved, 40 to 80 % healthy, over 90 % close to overflow. */
function advise(stats: Omit<ContextStats, 'advice'>, queued: number): string[] {
  const advice: string[] = [];
  if (queued < MIN_SAMPLES) return advice;
  if (stats.iterations.sync > stats.iterations.async + stats.iterations.batch) return advice;
  const { configRing, telemetryRing } = stats;
  if (configRing.mean < 0.2 && stats.busyFraction < 0.8) {
    advice.push(
      'The config ring is under 20 % full and the workers wait: queue more configs ahead, or give each more substeps.',
    );
  }
  if (configRing.mean > 0.9 || stats.overflows > 0) {
    advice.push(
      'The config ring is over 90 % full or overflowed: use submit() or executeBatch(), or raise configSlots.',
    );
  }
  if (telemetryRing.mean > 0.9 || stats.stalls > 0) {
    advice.push(
      'The telemetry ring is over 90 % full or stalled the workers: call poll() more often, or raise telemetrySlots.',
    );
  }
  if (stats.stepTime.ewmaNs < 2000 && stats.busyFraction < 0.5) {
    advice.push('Steps take under 2 us: give each config more substeps, so that scheduling does not dominate.');
  }
  return advice;
}
