import { relative } from 'node:path';
import { Command } from 'commander';
import { checkMigration } from '../migrate-check/check.ts';
import { EXIT, printJson } from './run.ts';

/** `aatgs migrate-check`. */
export function migrateCheckCommand(): Command {
  return new Command('migrate-check')
    .description('Look through TypeScript sources for the typical mistakes of moving to async mode')
    .argument('<dir>', 'a folder with a tsconfig.json, or with sources')
    .option('--json', 'print one JSON object')
    .action((dir: string, { json }: { json?: boolean }) => {
      const report = checkMigration(dir);
      const { findings, files, using } = report;
      if (json) printJson(report);
      for (const { file, line, column, rule, code, message } of json ? [] : findings) {
        process.stdout.write(`${relative(process.cwd(), file)}:${line}:${column}: ${rule}: ${code}\n    ${message}\n`);
      }
      if (!json)
        process.stderr.write(`${files} files, ${using} of them with @aatgs packages: ${findings.length} findings\n`);
      if (findings.length > 0) process.exitCode = EXIT.goalNotReached;
    });
}
