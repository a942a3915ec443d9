import { createRequire } from 'node:module';
import { makeProgram, runProgram } from '@aatgs/core/cli';
import { runCommand } from './run.ts';
import { verifyCommand } from './verify.ts';

const { version } = createRequire(import.meta.url)('@aatgs/active-inference/package.json') as { version: string };

const program = makeProgram('aatgs-active-inference', 'Active inference on the GPU or the CPU', version);
program.addCommand(runCommand()).addCommand(verifyCommand());
await runProgram(program);
