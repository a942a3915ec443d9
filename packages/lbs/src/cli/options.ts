import { deviceOption, integerOption } from '@aatgs/core/cli';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { LbsOptions } from '../options.ts';
import type { ReadOptions } from '../structure/structure.ts';

/** Options every command has. */
export interface CommonCliOptions {
  readonly chains?: string[];
  readonly model?: number;
  readonly minPlddt: number;
  readonly predicted?: boolean;
  readonly sync?: boolean;
  readonly device: 'auto' | 'cpu' | number;
  readonly threads?: number;
  readonly readers?: number;
  readonly out?: string;
  readonly formats: Format[];
}

/** Files `--formats` can ask for. */
export const FORMATS = ['csv', 'json', 'pdb', 'pymol', 'chimerax', 'html'] as const;
/** One of {@link FORMATS}. */
export type Format = (typeof FORMATS)[number];

function formatsOption(text: string): Format[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('all')) return [...FORMATS];
  for (const name of names) {
    if (!(FORMATS as readonly string[]).includes(name)) {
      throw new InvalidArgumentError(`expected some of ${FORMATS.join(', ')}, or all`);
    }
  }
  return names as Format[];
}

function percentOption(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError('expected a number from 0 to 100');
  return value;
}

/** A command with the options all of them share. */
export function lbsCommand(name: string): Command {
  return new Command(name)
    .addOption(
      new Option('--formats <list>', `what to write: ${FORMATS.join(', ')}, all`)
        .argParser(formatsOption)
        .default(['csv'], 'csv'),
    )
    .option('--chains <names>', 'only these chains, separated by commas', (text: string) => text.split(','))
    .option('--model <n>', 'this model of a file with several (default: the first)', integerOption(0))
    .option('--min-plddt <value>', 'leave out residues of predicted models below this', percentOption, 50)
    .option('--predicted', 'B-factors are pLDDT, also where the file does not say that it is a predicted model')
    .option('--sync', 'wait for every batch; the result is the same')
    .option('--device <device>', 'auto, cpu or the index of a GPU', deviceOption, 'auto')
    .option('--threads <n>', 'CPU threads; the result is the same', integerOption(1));
}

/** Without what was not given. */
const given = <T extends object>(options: T) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: NonNullable<T[K]>;
  };

/** The constructor's options of a command line. */
export function lbsOptions({ sync, device, threads, readers, formats }: CommonCliOptions): LbsOptions {
  const surface = formats.includes('html') || formats.includes('pdb');
  return { async: !sync, device, surface, ...given({ threads, readers }) };
}

/** The reader's options of a command line. */
export function readOptions({ chains, model, minPlddt, predicted }: CommonCliOptions): ReadOptions {
  return { minPlddt, ...given({ chains, model, predicted }) };
}
