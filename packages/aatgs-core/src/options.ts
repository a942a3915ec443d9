import { invalidArgument } from './errors.ts';

/** Options of a `GpuExecutionContext`. */
export interface ContextOptions {
  /** Run through the rings without waiting (true), or wait for every config (false). Results are the same. Default false. */
  readonly async?: boolean;
  /** `'auto'`: the first usable GPU, otherwise the CPU, and `info.reason` says why. `'cpu'`, or a GPU's index. Default `'auto'`. */
  readonly device?: 'auto' | 'cpu' | number;
  /**
   * GPU only. `'resident'`: a scheduler on the GPU takes configs from the ring by itself. `'launch'`: one kernel launch a
   * config. Default `'auto'`: launch when sync; resident when async, and launches while steps take about a millisecond or
   * more, which gain nothing from residency. On the CPU there is one engine, `'host'`.
   */
  readonly engine?: 'auto' | 'host' | 'resident' | 'launch';
  /** GPU only: worker blocks at most, so that contexts can share a GPU. Default 0: as many as the GPU and the step can use. */
  readonly maxBlocks?: number;
  /** GPU only: a resident scheduler without work leaves the GPU after this many microseconds. Default 1000. */
  readonly idleTimeoutUs?: number;
  /** GPU only: and in any case after this many milliseconds; it comes back if there is work. Default 1000. */
  readonly maxResidentMs?: number;
  /** GPU only: a step without progress for this many milliseconds counts as hung, and the device as lost. Default 30,000. */
  readonly heartbeatTimeoutMs?: number;
  /** CPU only: worker threads. Default: usable cores less one, at least one. Results do not depend on it. */
  readonly threads?: number;
  /** Slots of the config ring, a power of two from 1 to 65536. Default 16. */
  readonly configSlots?: number;
  /** Slots of the telemetry ring, a power of two from 1 to 65536. Default 64. */
  readonly telemetrySlots?: number;
  /** Bytes of staging for each config's input. Default 0. */
  readonly inputBytes?: number;
  /** Bytes of output each step may return with its record. Default 0. */
  readonly outputBytes?: number;
  /** What `execute` does when the config ring is full: throw ERR_AATGS_BUFFER_OVERFLOW, or block. Default `'throw'`. */
  readonly onFull?: 'throw' | 'block';
  /** Seed for configs that bring none, up to 64 bits. Default 0. */
  readonly seed?: number | bigint;
  /** How long `shutdown` waits for a running step, milliseconds. Default 5000. */
  readonly shutdownTimeoutMs?: number;
  /** Let JavaScript write into the ring itself; false copies, as runtimes that refuse external buffers do. Default true. */
  readonly externalBuffers?: boolean;
  /** Where the 32-bit cursors start; for tests of wrap-around. Default 0. */
  readonly initialSequence?: number;
}

export type ResolvedOptions = Required<Omit<ContextOptions, 'device'>> & Pick<Required<ContextOptions>, 'device'>;

const MAX_SLOTS = 65536;
const MAX_STAGING = 2 ** 32 - 4096;

/** Fills in defaults and refuses what cannot work, naming the option. */
export function resolveOptions(options: ContextOptions): ResolvedOptions {
  const resolved: ResolvedOptions = {
    async: options.async ?? false,
    device: options.device ?? 'auto',
    engine: options.engine ?? 'auto',
    maxBlocks: options.maxBlocks ?? 0,
    idleTimeoutUs: options.idleTimeoutUs ?? 1000,
    maxResidentMs: options.maxResidentMs ?? 1000,
    heartbeatTimeoutMs: options.heartbeatTimeoutMs ?? 30_000,
    threads: options.threads ?? 0,
    configSlots: options.configSlots ?? 16,
    telemetrySlots: options.telemetrySlots ?? 64,
    inputBytes: options.inputBytes ?? 0,
    outputBytes: options.outputBytes ?? 0,
    onFull: options.onFull ?? 'throw',
    seed: options.seed ?? 0,
    shutdownTimeoutMs: options.shutdownTimeoutMs ?? 5000,
    externalBuffers: options.externalBuffers ?? true,
    initialSequence: options.initialSequence ?? 0,
  };
  const integer = (name: keyof ResolvedOptions, low: number, high: number) => {
    const value = resolved[name];
    if (!Number.isInteger(value) || (value as number) < low || (value as number) > high) {
      throw invalidArgument(name, value, `an integer from ${low} to ${high}`);
    }
  };
  if (options.threads !== undefined) integer('threads', 1, 1024);
  for (const name of ['configSlots', 'telemetrySlots'] as const) {
    integer(name, 1, MAX_SLOTS);
    if (resolved[name] & (resolved[name] - 1)) throw invalidArgument(name, resolved[name], 'a power of two');
  }
  integer('inputBytes', 0, MAX_STAGING);
  integer('outputBytes', 0, MAX_STAGING);
  integer('maxBlocks', 0, 65536);
  integer('idleTimeoutUs', 0, 2 ** 31 - 1);
  integer('maxResidentMs', 1, 2 ** 22);
  integer('heartbeatTimeoutMs', 1, 2 ** 31 - 1);
  integer('shutdownTimeoutMs', 0, 2 ** 31 - 1);
  integer('initialSequence', 0, 2 ** 32 - 1);
  if (resolved.onFull !== 'throw' && resolved.onFull !== 'block') {
    throw invalidArgument('onFull', resolved.onFull, "'throw' or 'block'");
  }
  if (!['auto', 'host', 'resident', 'launch'].includes(resolved.engine)) {
    throw invalidArgument('engine', resolved.engine, "'auto', 'host', 'resident' or 'launch'");
  }
  const { device, seed } = resolved;
  if (device !== 'auto' && device !== 'cpu' && !(Number.isInteger(device) && device >= 0)) {
    throw invalidArgument('device', device, "'auto', 'cpu' or the index of a GPU");
  }
  const seedFits =
    typeof seed === 'bigint' ? BigInt.asUintN(64, seed) === seed : Number.isSafeInteger(seed) && seed >= 0;
  if (!seedFits) throw invalidArgument('seed', seed, 'an integer from 0 to 2^64 - 1 (above 2^53 - 1 as a bigint)');
  return resolved;
}
