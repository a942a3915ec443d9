import type { StagedConfig } from '../batch.ts';
import type { ConfigRecord, TelemetryRecord } from '../codec.ts';
import type { GpuExecutionContext } from '../context.ts';
import type { ContextOptions } from '../options.ts';

/**
 * What the kit needs to know of a module. All configs must be deterministic; every `open` starts from the same fresh
 * state. The file that exports it must be importable by URL (a worker thread does so).
 */
export interface ConformanceSubject<
  C extends ConfigRecord = ConfigRecord,
  T extends TelemetryRecord = TelemetryRecord,
> {
  /** The module's name, for reports. */
  readonly name: string;
  /** URL of an ES module that exports this subject as `conformanceSubject`. */
  readonly url: string;
  /** Path of the module's shared library. */
  readonly library: string;
  /** A context over a small input, the same each time. */
  open(options: ContextOptions): GpuExecutionContext<C, T>;
  /** `count` (at most 300) configs of one substep each. They need not leave the state unconverged. */
  configs(count: number): C[];
  /** One config that does what `configs(count)` does together. */
  merged(count: number): C;
  /** Configs after which the state has converged, in small steps, so that it happens in the middle. */
  converging(): C[];
  /** A config that starts over: afterwards the module behaves like a fresh one. */
  reset(): C;
  /** A config whose step runs for seconds unless it is cancelled. */
  endless(): C;
  /** Configs whose steps together take about this long; for keeping the engine busy. */
  busy(milliseconds: number): C;
  /** For modules that take staged input: a config with `bytes` of input, and a check that the step saw exactly it. */
  staged?(bytes: number): { readonly item: StagedConfig<C>; check(record: T): void };
}

/** A subject of any module. */
// biome-ignore lint/suspicious/noExplicitAny: the kit hands a subject's own configs back to it
export type AnySubject = ConformanceSubject<any, any>;

/** One test of the kit. */
export interface ConformanceCase {
  /** What holds when the case passes. */
  readonly name: string;
  /** Rejects with what failed. */
  run(): Promise<void>;
}

/** Which engine the cases run on, besides the modes they choose themselves. */
export type ConformanceTarget = Pick<ContextOptions, 'device' | 'engine'>;
