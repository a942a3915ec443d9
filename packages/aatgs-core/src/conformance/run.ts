import { deliveryCases } from './cases/delivery.ts';
import { lifetimeCases } from './cases/lifetime.ts';
import { resultCases } from './cases/results.ts';
import { stateCases } from './cases/state.ts';
import { Harness } from './harness.ts';
import type { AnySubject, ConformanceCase, ConformanceTarget } from './subject.ts';

/** All cases for a module on one target (default: the CPU). Each opens and closes its own contexts. */
export function conformanceCases(
  subject: AnySubject,
  target: ConformanceTarget = { device: 'cpu' },
): ConformanceCase[] {
  const harness = new Harness(subject, target);
  return [...resultCases(harness), ...deliveryCases(harness), ...stateCases(harness), ...lifetimeCases(harness)];
}

/** How one case ended. */
export interface ConformanceResult {
  /** The case's name. */
  readonly name: string;
  /** Whether it held. */
  readonly passed: boolean;
  /** How long it took. */
  readonly milliseconds: number;
  /** What failed, when it did. */
  readonly error?: unknown;
}

/** Options of `runConformance`. */
export interface ConformanceOptions {
  /** Device and engine to run on. Default: the CPU. */
  readonly target?: ConformanceTarget;
  /** Runs only the cases whose name contains this. */
  readonly filter?: string;
  /** Ends the run between two cases; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called after each case. */
  readonly onResult?: (result: ConformanceResult) => void;
}

/** Runs the cases one after another under plain Node; resolves with all results. */
export async function runConformance(
  subject: AnySubject,
  options: ConformanceOptions = {},
): Promise<ConformanceResult[]> {
  const results: ConformanceResult[] = [];
  for (const { name, run } of conformanceCases(subject, options.target)) {
    options.signal?.throwIfAborted();
    if (options.filter && !name.includes(options.filter)) continue;
    const start = performance.now();
    const failure = await run().then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const result = { name, passed: failure === undefined, milliseconds: performance.now() - start, ...failure };
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}
