import { createRequire } from 'node:module';
import { makeProgram, runProgram } from '@aatgs/core/cli';
import { colorCommand, repairCommand } from './color.ts';
import { generateCommand } from './generate.ts';
import { infoCommand, verifyCommand } from './inspect.ts';

const { version } = createRequire(import.meta.url)('@aatgs/whcr/package.json') as { version: string };

const program = makeProgram('aatgs-whcr', 'Graph colouring by conflict repair, on the GPU or the CPU', version);
for (const command of [colorCommand(), repairCommand(), verifyCommand(), infoCommand(), generateCommand()]) {
  program.addCommand(command);
}
await runProgram(program);
