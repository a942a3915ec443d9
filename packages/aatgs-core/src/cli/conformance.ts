import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { type AnySubject, type ConformanceResult, runConformance } from '../conformance/index.ts';
import { AatgsError } from '../errors.ts';
import type { ContextOptions } from '../options.ts';
import { deviceOption, EXIT, printJson } from './run.ts';

interface ConformanceCliOptions {
  readonly device: 'auto' | 'cpu' | number;
  readonly engine?: NonNullable<ContextOptions['engine']>;
  readonly filter?: string;
  readonly json?: boolean;
}

/** Finds the subject: 'example', a path, or a package that exports `conformanceSubject`. */
async function loadSubject(name: string): Promise<AnySubject> {
  const id = name === 'example' ? '@aatgs/core/conformance/example' : asModuleId(name);
  try {
    const module = (await import(id)) as { conformanceSubject?: AnySubject };
    if (module.conformanceSubject) return module.conformanceSubject;
  } catch (cause) {
    throw new AatgsError('ERR_AATGS_INVALID_ARGUMENT', `${name} could not be imported: ${(cause as Error).message}`, {
      cause,
    });
  }
  throw new AatgsError(
    'ERR_AATGS_INVALID_ARGUMENT',
    `${name} does not export conformanceSubject; see docs/writing-a-module.md`,
  );
}

function asModuleId(name: string): string {
  return name.startsWith('.') || isAbsolute(name) ? pathToFileURL(resolve(name)).href : name;
}

/** `aatgs conformance <module>`. */
export function conformanceCommand(): Command {
  return new Command('conformance')
    .description('Check that a kernel module keeps the contract, on one engine')
    .argument('<module>', "'example', or a path or package that exports conformanceSubject")
    .option('--device <device>', 'auto, cpu or the index of a GPU', deviceOption, 'cpu')
    .option('--engine <engine>', 'host, resident, launch or auto (the default)')
    .option('--filter <text>', 'only the cases whose name contains this')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: ConformanceCliOptions) => {
      const subject = await loadSubject(name);
      const { device, engine, json } = options;
      const onResult = ({ passed, name: title, milliseconds, error }: ConformanceResult) => {
        process.stderr.write(`${passed ? 'ok    ' : 'FAILED'} ${title} (${milliseconds.toFixed(0)} ms)\n`);
        if (!passed)
          process.stderr.write(`       ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      };
      const target = { device, ...(engine && { engine }) };
      const results = await runConformance(subject, {
        target,
        onResult,
        ...(options.filter && { filter: options.filter }),
      });
      const passed = results.filter((result) => result.passed).length;
      const failed = results.length - passed;
      if (json) {
        const cases = results.map(({ error, ...result }) => ({
          ...result,
          ...(error !== undefined && { error: String(error) }),
        }));
        printJson({ module: subject.name, device, engine: engine ?? 'auto', passed, failed, cases });
      } else {
        process.stdout.write(`${passed} passed, ${failed} failed\n`);
      }
      if (failed > 0 || results.length === 0) process.exitCode = EXIT.goalNotReached;
    });
}
