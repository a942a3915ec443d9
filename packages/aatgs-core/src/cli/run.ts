import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { AatgsError } from '../errors.ts';

/** Exit codes every CLI of this project keeps. */
export const EXIT = { success: 0, goalNotReached: 1, badInput: 2 } as const;

/** A program whose parse errors end with exit code 2 instead of 1. */
export function makeProgram(name: string, description: string, version: string): Command {
  return new Command(name).description(description).version(version).exitOverride().showHelpAfterError();
}

/** Parses the command line, runs it, and turns errors into exit codes: typed ones are bad input, others are bugs. */
export async function runProgram(program: Command, argv: readonly string[] = process.argv): Promise<void> {
  // A reader that goes away (| head) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.success);
    throw error;
  });
  try {
    for (const command of program.commands) command.exitOverride().showHelpAfterError();
    await program.parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.success : EXIT.badInput;
      return;
    }
    if (error instanceof AatgsError) {
      process.stderr.write(`${error.code}: ${error.message}\n`);
      process.exitCode = EXIT.badInput;
      return;
    }
    throw error;
  }
}

/** Option parser: an integer of at least `least`. */
export function integerOption(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`expected an integer of at least ${least}`);
    return value;
  };
}

/** Option parser: a seed of up to 64 bits; a bigint above 2^53 - 1. */
export function seedOption(text: string): number | bigint {
  if (!/^\d+$/.test(text) || BigInt(text) >= 2n ** 64n)
    throw new InvalidArgumentError('expected an integer from 0 to 2^64 - 1');
  const value = BigInt(text);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** Option parser: numbers separated by commas. */
export function numberListOption(text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.length === 0 || values.some((value) => !Number.isFinite(value) || value < 0)) {
    throw new InvalidArgumentError('expected numbers of at least 0, separated by commas');
  }
  return values;
}

/** Option parser: `auto`, `cpu`, or the index of a GPU. */
export function deviceOption(text: string): 'auto' | 'cpu' | number {
  if (text === 'auto' || text === 'cpu') return text;
  return integerOption(0)(text);
}

/** Prints the one object of `--json`. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
