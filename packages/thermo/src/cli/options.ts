import { type CheckpointOptions, devices } from '@aatgs/core';
import { deviceOption, integerOption, seedOption } from '@aatgs/core/cli';
import { Command, InvalidArgumentError } from 'commander';
import { geometricTemperatures, type ThermoOptions } from '../options.ts';

/** Options every command has. */
export interface CommonCliOptions {
  readonly seed: number | bigint;
  readonly tMin?: number;
  readonly tMax?: number;
  readonly replicas?: number;
  readonly ladders?: number;
  readonly sync?: boolean;
  readonly device: 'auto' | 'cpu' | number;
  readonly threads?: number;
  readonly checkpoint?: string;
  readonly checkpointEvery: number;
  readonly resume?: boolean;
  readonly json?: boolean;
}

export function numberOption(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number');
  return value;
}

export function positiveOption(text: string): number {
  const value = numberOption(text);
  if (!(value > 0)) throw new InvalidArgumentError('expected a number above 0');
  return value;
}

export function secondsOption(text: string): number {
  const value = numberOption(text);
  if (!(value >= 0)) throw new InvalidArgumentError('expected seconds, at least 0');
  return value;
}

/** A command with the options all of them share. */
export function thermoCommand(name: string): Command {
  return new Command(name)
    .option('--seed <n>', 'seed', seedOption, 0)
    .option('--t-min <t>', 'lowest temperature (default: from the model)', positiveOption)
    .option('--t-max <t>', 'highest temperature (default: from the model)', positiveOption)
    .option(
      '--replicas <n>',
      'temperatures of a ladder (default: 32; 64 and more where a search is large)',
      integerOption(1),
    )
    .option(
      '--ladders <n>',
      'independent ladders (default: 1; where only time ends a search, what fills the device)',
      integerOption(1),
    )
    .option('--sync', 'wait for every step; the result is the same')
    .option('--device <device>', 'auto, cpu or the index of a GPU', deviceOption, 'auto')
    .option('--threads <n>', 'CPU threads; the result is the same', integerOption(1))
    .option('--checkpoint <file>', 'keep the run in this file')
    .option('--checkpoint-every <seconds>', 'seconds between writes', secondsOption, 30)
    .option('--resume', 'take up the run in the checkpoint file, if there is one')
    .option('--json', 'print one JSON object');
}

/** The constructor's options of a command line, which change the usual ones. */
export function thermoOptions(
  usual: Required<Pick<ThermoOptions, 'temperatures' | 'ladders'>>,
  options: CommonCliOptions,
): Required<Pick<ThermoOptions, 'temperatures' | 'ladders'>> & ThermoOptions {
  const { threads, replicas, tMin, tMax } = options;
  const given = usual.temperatures;
  const hottest = tMax ?? (given[0] as number);
  const coldest = tMin ?? (given[given.length - 1] as number);
  return {
    async: !options.sync,
    device: options.device,
    temperatures: geometricTemperatures(hottest, coldest, replicas ?? given.length),
    ladders: options.ladders ?? usual.ladders,
    ...(threads !== undefined && { threads }),
  };
}

/** Workers of a device with 32 replicas each: a GPU's multiprocessors, a CPU's threads. */
export function unitsOf({ device, threads }: CommonCliOptions): number {
  const { cpu, cuda } = devices();
  const gpu = device === 'auto' ? cuda.devices[0] : cuda.devices.find(({ index }) => index === device);
  return gpu ? gpu.multiprocessors : (threads ?? Math.max(1, cpu.cores - 1));
}

export function checkpointOptions(options: CommonCliOptions): { checkpoint?: CheckpointOptions } {
  const { checkpoint, checkpointEvery, resume } = options;
  if (!checkpoint) return {};
  return { checkpoint: { path: checkpoint, everyMs: checkpointEvery * 1000, ...(resume && { resume }) } };
}
