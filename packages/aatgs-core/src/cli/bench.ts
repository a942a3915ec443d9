import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import Table from 'cli-table3';
import { Command } from 'commander';
import { type Measurement, measureAsync, measureCalls, measureSync } from '../bench/measure.ts';
import { devices } from '../devices.ts';
import type { ContextOptions } from '../options.ts';
import { version } from '../version.ts';
import { deviceOption, integerOption, numberListOption, printJson } from './run.ts';

interface BenchOptions {
  readonly steps: number[];
  readonly depth: number[];
  readonly iterations: number;
  readonly repeats: number;
  readonly device: 'auto' | 'cpu' | number;
  readonly engine?: NonNullable<ContextOptions['engine']>;
  readonly json?: boolean;
  readonly out?: string;
}

/** `aatgs bench`: what scheduling costs on this machine. */
export function benchCommand(): Command {
  return new Command('bench')
    .description('Overhead and throughput, sync against async, over step lengths and ring depths')
    .option('--steps <us>', 'step lengths, microseconds', numberListOption, [0, 2, 5, 10, 50])
    .option('--depth <configs>', 'configs in flight', numberListOption, [1, 4, 16])
    .option('--iterations <n>', 'iterations of each repeat', integerOption(10), 20_000)
    .option('--repeats <n>', 'repeats', integerOption(1), 5)
    .option('--device <device>', 'auto, cpu or the index of a GPU', deviceOption, 'auto')
    .option('--engine <engine>', 'host, resident, launch or auto (the default), for the async runs')
    .option('--json', 'print one JSON object')
    .option('--out <file>', 'write the JSON object to a file')
    .action(async (options: BenchOptions) => {
      const result = { ...about(options), measurements: await measure(options) };
      if (options.out) writeFileSync(options.out, `${JSON.stringify(result, null, 2)}\n`);
      if (options.json) printJson(result);
      else process.stdout.write(`${table(result.measurements)}\n`);
    });
}

async function measure(options: BenchOptions): Promise<Measurement[]> {
  const { steps, depth, repeats, device, engine } = options;
  const measurements: Measurement[] = [];
  for (const stepUs of steps) {
    // Long steps need fewer iterations for the same precision.
    const iterations = Math.max(20, Math.round(options.iterations / (1 + stepUs / 5)));
    process.stderr.write(`steps of ${stepUs} us ...\n`);
    measurements.push(await measureSync(stepUs, iterations, repeats, { device }));
    for (const d of depth) {
      measurements.push(await measureAsync(stepUs, d, iterations, repeats, { device, ...(engine && { engine }) }));
    }
  }
  process.stderr.write('cost of calls ...\n');
  measurements.push(...(await measureCalls(options.iterations, repeats, { device })));
  return measurements;
}

function about({ steps, depth, iterations, repeats, device }: BenchOptions) {
  const { cpu, cuda } = devices();
  return {
    benchmark: 'scheduling overhead from JavaScript',
    date: new Date().toISOString(),
    core: version(),
    node: process.version,
    commit: commit(),
    cpu,
    cuda: { available: cuda.available, driverVersion: cuda.driverVersion, devices: cuda.devices },
    parameters: { steps, depth, iterations, repeats, device },
  };
}

/** The commit measured; AATGS_COMMIT where the sources are not a checkout. */
function commit(): string {
  if (process.env.AATGS_COMMIT) return process.env.AATGS_COMMIT;
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}

/** Times with the ratio of sync to async, which is what carries from one machine to another. */
function table(measurements: readonly Measurement[]): string {
  const out = new Table({ head: ['', 'engine', 'step us', 'depth', 'us / iteration', 'overhead us', 'sync / this'] });
  const syncOf = (stepUs: number) => measurements.find((m) => m.what === 'sync' && m.stepUs === stepUs)?.medianUs ?? 0;
  for (const { what, engine, stepUs, depth, medianUs } of measurements) {
    const isRun = what === 'sync' || what === 'async';
    const overhead = isRun ? (medianUs - stepUs).toFixed(3) : '';
    const ratio = isRun ? (syncOf(stepUs) / medianUs).toFixed(2) : '';
    out.push([what, engine, stepUs, depth, medianUs.toFixed(3), overhead, ratio]);
  }
  return out.toString();
}
