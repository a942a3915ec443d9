import assert from 'node:assert/strict';
import type { ConfigRecord, TelemetryRecord } from '../codec.ts';
import type { GpuExecutionContext } from '../context.ts';
import { AatgsError } from '../errors.ts';
import type { ContextOptions } from '../options.ts';
import type { ConformanceSubject, ConformanceTarget } from './subject.ts';

export type AnyContext = GpuExecutionContext<ConfigRecord, TelemetryRecord>;

/** What every file of cases gets: the subject on one target, with contexts that are always closed. */
export class Harness {
  readonly subject: ConformanceSubject;
  readonly target: ConformanceTarget;

  constructor(subject: ConformanceSubject, target: ConformanceTarget) {
    this.subject = subject;
    this.target = target;
  }

  open(options: ContextOptions = {}): AnyContext {
    return this.subject.open({ seed: 7, ...this.target, ...options });
  }

  /** Runs `use` with a context and closes it, also when `use` throws. */
  async with<R>(options: ContextOptions, use: (context: AnyContext) => Promise<R> | R): Promise<R> {
    const context = this.open(options);
    try {
      return await use(context);
    } finally {
      await context.shutdown();
    }
  }

  /** The reference: each config waited for. */
  async reference(configs: ConfigRecord[]): Promise<Outcome> {
    return this.with({ async: false }, async (context) => {
      const records = configs.map((config) => context.execute(config) as TelemetryRecord);
      return outcome(context, records);
    });
  }
}

/** What a run left behind: its records without times, and its whole state. */
export interface Outcome {
  readonly records: object[];
  readonly state: Uint8Array;
}

export async function outcome(context: AnyContext, records: TelemetryRecord[]): Promise<Outcome> {
  return { records: records.map(timeless), state: await context.snapshot() };
}

/** A record without what may differ from run to run. */
export function timeless(record: TelemetryRecord): object {
  const { durationNs: _, ...rest } = record;
  return rest;
}

/** A record's result alone: without its place in the stream. */
export function payload(record: TelemetryRecord): object {
  const { durationNs: _d, sequence: _s, iteration: _i, ...rest } = record;
  return rest;
}

export function sameState(actual: Uint8Array, expected: Uint8Array, message: string): void {
  assert.ok(Buffer.compare(actual, expected) === 0, `${message}: the states differ`);
}

export function sameOutcome(actual: Outcome, expected: Outcome, message: string): void {
  assert.deepEqual(actual.records, expected.records, `${message}: the records differ`);
  sameState(actual.state, expected.state, message);
}

/** Asserts that a promise or call fails with an AatgsError of this code. */
export async function failsWith(code: string, action: () => unknown): Promise<void> {
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof AatgsError, `expected ${code}, got ${String(error)}`);
    assert.equal(error.code, code);
    return;
  }
  assert.fail(`expected ${code}, but nothing was thrown`);
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
