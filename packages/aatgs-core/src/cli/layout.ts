import { Command } from 'commander';
import { generateLayout } from '../layout/generate.ts';
import { EXIT } from './run.ts';

interface LayoutOptions {
  readonly cpp?: string;
  readonly ts?: string;
  readonly contractImport?: string;
  readonly check?: boolean;
}

/** `aatgs layout`: the C++ header and the TypeScript codec of one description. */
export function layoutCommand(): Command {
  return new Command('layout')
    .description('Generate the C++ header and the TypeScript codec of a *.layout.json file')
    .argument('<file>', 'the layout description')
    .option('--cpp <path>', 'write the C++ header here')
    .option('--ts <path>', 'write the TypeScript codec here')
    .option('--contract-import <id>', 'what the codec imports its helpers from', '@aatgs/core')
    .option('--check', 'write nothing; exit with 1 when a file is out of date')
    .action((file: string, options: LayoutOptions) => {
      const stale = generateLayout(file, options, options.check);
      for (const path of stale) process.stderr.write(`${options.check ? 'out of date' : 'written'}: ${path}\n`);
      if (options.check && stale.length > 0) process.exitCode = EXIT.goalNotReached;
    });
}
