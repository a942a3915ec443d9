import { writeFile } from 'node:fs/promises';
import { EXIT, integerOption, printJson } from '@aatgs/core/cli';
import type { Command } from 'commander';
import type { Estimate } from '../analysis/index.ts';
import { ising2d } from '../models/index.ts';
import { geometricTemperatures } from '../options.ts';
import { type SampleResult, Thermo } from '../thermo.ts';
import { type CommonCliOptions, checkpointOptions, secondsOption, thermoCommand, thermoOptions } from './options.ts';
import { plot } from './plot.ts';
import { reportPage } from './report.ts';
import { withProgress } from './run.ts';

interface Ising2dOptions extends CommonCliOptions {
  readonly size: number;
  readonly samples: number;
  readonly every: number;
  readonly burnIn?: number;
  readonly time?: number;
  readonly report?: string;
}

/** `aatgs-thermo ising2d`: the 2D ferromagnet over a range of temperatures. */
export function ising2dCommand(): Command {
  return thermoCommand('ising2d')
    .description('Sample the 2D Ising ferromagnet: energy, specific heat, magnetisation with error bars')
    .requiredOption('--size <L>', 'side of the torus; bit-packed where it is a multiple of 64', integerOption(3))
    .option('--samples <n>', 'samples of every temperature', integerOption(2), 1000)
    .option('--every <rounds>', 'sweeps between samples', integerOption(1), 4)
    .option('--burn-in <rounds>', 'sweeps before the first (default: as many as are sampled)', integerOption(0))
    .option('--time <seconds>', 'time limit; exit with 1 where it cuts the samples', secondsOption)
    .option('--report <file>', 'write a page with curves and error bars (HTML)')
    .action(async (options: Ising2dOptions) => {
      const { size, samples, every, burnIn, time } = options;
      const model = ising2d(size);
      const usual = { temperatures: geometricTemperatures(3.5, 1.5, 32), ladders: 1 };
      await using thermo = new Thermo(model, { ...thermoOptions(usual, options), maxSamples: samples });
      const result = await withProgress(
        `${size} x ${size}`,
        options.checkpoint,
        (p) => `${p.samples} of ${samples} samples; ${p.sweeps} sweeps, exchanges ${(100 * p.acceptance).toFixed(0)} %`,
        (watch) =>
          thermo.sample({
            seed: options.seed,
            samples,
            sampleEvery: every,
            ...watch,
            ...(burnIn !== undefined && { burnIn }),
            ...(time !== undefined && { timeLimit: time }),
            ...checkpointOptions(options),
          }),
      );
      if (!result) return;
      if (options.report) await writeFile(options.report, reportPage(`2D Ising model, ${size} x ${size}`, result));
      if (options.json) print(thermo, result, options);
      else table(result);
      if (!result.success) process.exitCode = EXIT.goalNotReached;
    });
}

function print(thermo: Thermo, result: SampleResult, { size, seed }: Ising2dOptions): void {
  const { device, deviceName, engine, mode } = thermo.info;
  const { success, sweeps, elapsedMs, observables, exchanges } = result;
  printJson({
    size,
    success,
    sweeps,
    milliseconds: elapsedMs,
    flipsPerNanosecond:
      (sweeps * size * size * result.series.temperatures.length * result.series.ladders) / elapsedMs / 1e6,
    observables,
    exchanges: { ...exchanges, acceptance: Array.from(exchanges.acceptance) },
    seed: String(seed),
    ran: { device, deviceName, engine, mode },
  });
}

function table({ observables, exchanges, sweeps, elapsedMs }: SampleResult): void {
  const shown = ({ mean, error }: Estimate) => `${mean.toFixed(5).padStart(9)} ±${error.toFixed(5)}`;
  const lines = observables.map(
    (o, k) =>
      `${o.temperature.toFixed(4)} ${shown(o.energy)} ${shown(o.specificHeat)} ${shown(o.magnetization)} ${o.tau.toFixed(1).padStart(6)} ${exchanges.acceptance[k]?.toFixed(2) ?? ''}`,
  );
  const temperatures = observables.map((o) => o.temperature);
  const chart = (title: string, of: (o: (typeof observables)[number]) => number) =>
    plot(title, temperatures, observables.map(of));
  process.stdout.write(
    [
      'T      energy             specific heat      |m|                   tau  exchange',
      ...lines,
      chart('E(T)', (o) => o.energy.mean),
      chart('C(T)', (o) => o.specificHeat.mean),
      `${sweeps} sweeps in ${(elapsedMs / 1000).toFixed(1)} s; barrier ${exchanges.barrier.toFixed(2)}, ${exchanges.roundTrips} round trips`,
      '',
    ].join('\n'),
  );
}
