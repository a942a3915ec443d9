import { deviceOption, EXIT, integerOption, printJson } from '@aatgs/core/cli';
import { Command, Option } from 'commander';
import { type CaseResult, verifyDirectory } from '../verify/index.ts';
import { withProgress } from './progress.ts';

interface VerifyCliOptions {
  readonly precision: 'f32' | 'f64';
  readonly tolerance?: number;
  readonly device: 'auto' | 'cpu' | number;
  readonly engine?: 'resident' | 'launch';
  readonly threads?: number;
  readonly json?: boolean;
}

/** `aatgs-active-inference verify`: every golden case of a directory, through the step. */
export function verifyCommand(): Command {
  return new Command('verify')
    .description(
      'Run every case file (*.json) of a directory and print its largest difference; exit with 1 when one is too large',
    )
    .argument('<directory>', 'case files: id, kind, inputs, expected.legacy and expected.jax')
    .addOption(new Option('--precision <format>', 'numbers on the device').choices(['f32', 'f64']).default('f64'))
    .option(
      '--tolerance <difference>',
      'absolute below one, relative above (default: 1e-9 in f64, 2e-4 in f32)',
      Number,
    )
    .option('--device <device>', 'auto, cpu or the index of a GPU', deviceOption, 'auto')
    .addOption(new Option('--engine <engine>', 'GPU only').choices(['resident', 'launch']))
    .option('--threads <n>', 'CPU threads', integerOption(1))
    .option('--json', 'print one JSON object')
    .action(async (directory: string, { json, engine, ...options }: VerifyCliOptions) => {
      let done = 0;
      const results = await withProgress(`verifying ${directory}`, ({ signal, say }) =>
        verifyDirectory(directory, {
          ...options,
          ...(engine && { engine, async: engine === 'resident' }),
          signal,
          onCase: (result) => {
            say(`${++done} cases, ${result.id}`);
            if (!json) process.stdout.write(`${line(result)}\n`);
          },
        }),
      );
      if (results === null) return;
      const failed = results.filter((result) => !result.passed);
      const passed = results.length - failed.length;
      if (json) printJson({ directory, precision: options.precision, passed, failed: failed.length, cases: results });
      else process.stdout.write(`${passed} of ${results.length} cases passed in ${options.precision}\n`);
      process.exitCode = failed.length > 0 ? EXIT.goalNotReached : EXIT.success;
    });
}

function line({ id, passed, checks, worst, failure }: CaseResult): string {
  const mark = passed ? 'ok    ' : 'FAILED';
  if (failure) return `${mark} ${id}: ${failure}`;
  const where = passed || !worst.what ? '' : ` at ${worst.what}${worst.at}: ${worst.got} instead of ${worst.expected}`;
  return `${mark} ${id.padEnd(36)} ${String(checks).padStart(5)} values, largest difference ${worst.error.toExponential(1)}${where}`;
}
