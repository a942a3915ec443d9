import type { BatchOptions } from '../batch.ts';
import { type ConfigRecord, isConverged, isIdle, type TelemetryRecord } from '../codec.ts';
import { AatgsError, invalidArgument } from '../errors.ts';
import type { Pacer } from './pacer.ts';

/** Longer steps could not be told from steps that hang. */
const LONGEST_PIN_MS = 1000;

/**
 * How configs of a module are divided. The module promises that k substeps of one config equal k configs of one substep; the
 * conformance kit checks it.
 */
export interface SubstepRule<C> {
  /** Substeps a config carries; 0: it is of a kind that cannot be divided. */
  of(config: C): number;
  /** The same config with another number of substeps, at least 1. */
  with(config: C, substeps: number): C;
}

/** Options of `context.advance`. */
export interface AdvanceOptions<T> {
  /** Substeps in all; may be infinite where `until` or `signal` ends it. Default: what the config carries. */
  readonly substeps?: number;
  /** Stops feeding once it holds for a record; what is in the ring still runs. */
  readonly until?: (record: T) => boolean;
  /** Stops feeding and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called once all configs are in the ring, with the substeps they carry; see `executeBatch`. */
  readonly onQueued?: (substeps: number) => void;
  /** Called as records arrive, in order. How many there are depends on measured time. */
  readonly onRecord?: (record: T) => void;
  /** Pins the substeps of every config. Default: from measured time, so that a step takes 50 us to 5 ms. */
  readonly stepSubsteps?: number;
  /** Pins the length of a step, milliseconds, as far as substeps can be divided. Default: from 0.05 to 5, by measurement. */
  readonly stepMs?: number;
  /** Pins how many configs are in the ring at once. Default: from measured time and how full the ring is. */
  readonly depth?: number;
  /** Configs at most, whatever is left of the substeps: for calls with something else between them. Default: no limit. */
  readonly maxConfigs?: number;
}

/** What `context.advance` did. */
export interface Advanced<T> {
  /** The last record; undefined when there were no substeps to run. */
  readonly last: T | undefined;
  /** Substeps that were queued, all of which have run. */
  readonly substeps: number;
  /** Configs they went in. */
  readonly configs: number;
  /** Whether `until` held. */
  readonly met: boolean;
}

/** What `advance` needs of a context. */
export interface AdvanceHost<C, T> {
  readonly rule: SubstepRule<C> | undefined;
  readonly moduleName: string;
  readonly configSlots: number;
  /** Whether configs are queued without waiting for each. */
  readonly async: boolean;
  /** Configs and writes queued so far. */
  queued(): number;
  /** Configs in the ring, and the share of the telemetry ring that is not collected, as of the last exchange. */
  levels(): { waiting: number; unread: number };
  executeBatch(configs: Iterable<C>, options: BatchOptions<T>): Promise<unknown>;
}

/** Runs substeps of one config, cut into configs by measured time. */
export async function advance<C extends ConfigRecord, T extends TelemetryRecord>(
  host: AdvanceHost<C, T>,
  pacer: Pacer,
  config: C,
  options: AdvanceOptions<T>,
): Promise<Advanced<T>> {
  const { rule } = host;
  if (!rule) {
    throw new AatgsError(
      'ERR_AATGS_INVALID_ARGUMENT',
      `module ${host.moduleName} does not say how its configs are divided (substeps of its KernelModule); use executeBatch`,
      { details: { module: host.moduleName } },
    );
  }
  const carried = rule.of(config);
  if (!(carried >= 1)) throw invalidArgument('config', JSON.stringify(config), 'a config with substeps to divide');
  const total = options.substeps ?? carried;
  checkCount('substeps', total, 0, Number.POSITIVE_INFINITY);
  if (options.stepSubsteps !== undefined) checkCount('stepSubsteps', options.stepSubsteps, 1, 2 ** 32 - 1);
  if (options.depth !== undefined) checkCount('depth', options.depth, 1, host.configSlots);
  const { maxConfigs = Number.POSITIVE_INFINITY, stepMs } = options;
  checkCount('maxConfigs', maxConfigs, 1, Number.POSITIVE_INFINITY);
  if (stepMs !== undefined && !(stepMs > 0 && stepMs <= LONGEST_PIN_MS)) {
    throw invalidArgument('stepMs', stepMs, `milliseconds, above 0 and at most ${LONGEST_PIN_MS}`);
  }
  const pinned = options.stepSubsteps !== undefined || stepMs !== undefined;
  const phase = config.phase ?? 0;
  const sizes: number[] = []; // of the configs in flight
  const done = { last: undefined as T | undefined, substeps: 0, configs: 0, met: false };

  function* configs(): Generator<C> {
    pacer.start(performance.now(), host.queued());
    while (done.substeps < total && done.configs < maxConfigs) {
      if (host.async && done.configs > 0) {
        const { waiting, unread } = host.levels();
        pacer.feeding(waiting, unread, performance.now(), pinned);
      }
      const left = total - done.substeps;
      const size = Math.min(left, options.stepSubsteps ?? pacer.substeps(phase, left, stepMs));
      sizes.push(size);
      yield rule!.with(config, size);
      // Only now: a batch that stops while it waits for room leaves its last config out.
      done.substeps += size;
      done.configs++;
    }
  }
  const onRecord = (record: T) => {
    const size = sizes.shift() as number;
    if (!isConverged(record) && !isIdle(record)) pacer.measured(phase, size, record.durationNs);
    done.last = record;
    options.onRecord?.(record);
    if (options.until?.(record)) done.met = true;
  };
  await host.executeBatch(configs(), {
    collect: false,
    onRecord,
    until: () => done.met,
    depth: options.depth === undefined ? () => pacer.depth : options.depth,
    ...(options.signal && { signal: options.signal }),
    onQueued: () => {
      pacer.fed(host.queued());
      options.onQueued?.(done.substeps);
    },
  });
  return done;
}

function checkCount(name: string, value: number, min: number, max: number): void {
  const whole = Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY;
  if (!whole || value < min || value > max) throw invalidArgument(name, value, `an integer from ${min} to ${max}`);
}
