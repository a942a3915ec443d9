import { GpuExecutionContext } from '../context.ts';
import { type ExampleConfig, ExamplePhase, type ExampleTelemetry, exampleModule } from '../example.ts';
import type { ContextOptions } from '../options.ts';

/** One way to run iterations, and what each repeat cost. */
export interface Measurement {
  readonly what: 'sync' | 'async' | 'execute-cost' | 'publish-floor';
  readonly engine: string;
  /** Length of the step itself, microseconds. */
  readonly stepUs: number;
  /** Configs kept in flight. */
  readonly depth: number;
  readonly iterations: number;
  /** Time for one iteration, microseconds, of each repeat; `execute-cost` and `publish-floor`: of one call. */
  readonly repeatsUs: readonly number[];
  readonly medianUs: number;
}

type Context = GpuExecutionContext<ExampleConfig, ExampleTelemetry>;

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] as number;
};

function summarise(part: Omit<Measurement, 'medianUs'>): Measurement {
  return { ...part, medianUs: median(part.repeatsUs) };
}

async function repeated(
  context: Context,
  part: Pick<Measurement, 'what' | 'stepUs' | 'depth' | 'iterations'>,
  repeats: number,
  run: () => Promise<number> | number,
): Promise<Measurement> {
  await run(); // warm-up: compiles the JavaScript and wakes the engine
  const repeatsUs: number[] = [];
  for (let i = 0; i < repeats; i++) repeatsUs.push(((await run()) * 1000) / part.iterations);
  return summarise({ ...part, engine: context.info.engine, repeatsUs });
}

const open = (options: ContextOptions) => new GpuExecutionContext(exampleModule({ entities: 1, goal: 1 }), options);
const spinFor = (stepUs: number): ExampleConfig => ({ phase: ExamplePhase.SPIN, spinNs: Math.round(stepUs * 1000) });

/** Every iteration waited for. */
export async function measureSync(
  stepUs: number,
  iterations: number,
  repeats: number,
  options: ContextOptions,
): Promise<Measurement> {
  await using context = open({ ...options, async: false });
  const config = spinFor(stepUs);
  return await repeated(context, { what: 'sync', stepUs, depth: 1, iterations }, repeats, () => {
    const start = performance.now();
    for (let i = 0; i < iterations; i++) context.execute(config);
    return performance.now() - start;
  });
}

/** Up to `depth` configs in flight; the JavaScript thread feeds as fast as the ring takes. */
export async function measureAsync(
  stepUs: number,
  depth: number,
  iterations: number,
  repeats: number,
  options: ContextOptions,
): Promise<Measurement> {
  await using context = open({ ...options, async: true, configSlots: depth, onFull: 'block' });
  const config = spinFor(stepUs);
  return await repeated(context, { what: 'async', stepUs, depth, iterations }, repeats, () => {
    const start = performance.now();
    for (let i = 0; i < iterations; i++) context.execute(config);
    context.flushSync();
    context.poll();
    return performance.now() - start;
  });
}

/**
 * What `execute()` costs the JavaScript thread while the ring has room, and an exchange of cursors alone. The ring is
 * emptied, untimed, before it is full.
 */
export async function measureCalls(
  iterations: number,
  repeats: number,
  options: ContextOptions,
): Promise<Measurement[]> {
  const slots = 1024;
  const burst = slots - 24;
  const bursts = Math.max(1, Math.round(iterations / burst));
  await using context = open({ ...options, async: true, configSlots: slots, telemetrySlots: slots });
  const config = spinFor(0);
  const part = { stepUs: 0, depth: slots, iterations: bursts * burst } as const;
  const execute = await repeated(context, { what: 'execute-cost', ...part }, repeats, async () => {
    let took = 0;
    for (let b = 0; b < bursts; b++) {
      const start = performance.now();
      for (let i = 0; i < burst; i++) context.execute(config);
      took += performance.now() - start;
      await context.flush();
      context.poll();
    }
    return took;
  });
  const publish = await repeated(context, { what: 'publish-floor', ...part }, repeats, () => {
    const start = performance.now();
    for (let i = 0; i < part.iterations; i++) context.isGpuIdle();
    return performance.now() - start;
  });
  return [execute, publish];
}
