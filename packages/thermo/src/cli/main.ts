import { createRequire } from 'node:module';
import { makeProgram, runProgram } from '@aatgs/core/cli';
import { ising2dCommand } from './ising2d.ts';
import { maxcutCommand, quboCommand, spinglassCommand } from './minimize.ts';

const { version } = createRequire(import.meta.url)('@aatgs/thermo/package.json') as { version: string };

const program = makeProgram('aatgs-thermo', 'Parallel tempering on the GPU or the CPU', version);
for (const command of [maxcutCommand(), quboCommand(), spinglassCommand(), ising2dCommand()])
  program.addCommand(command);
await runProgram(program);
