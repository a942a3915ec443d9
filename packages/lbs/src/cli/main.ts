import { createRequire } from 'node:module';
import { makeProgram, runProgram } from '@aatgs/core/cli';
import { predictCommand } from './predict.ts';
import { predictDirCommand } from './predict-dir.ts';
import { rescoreCommand } from './rescore.ts';

const { version } = createRequire(import.meta.url)('@aatgs/lbs/package.json') as { version: string };

const program = makeProgram('aatgs-lbs', 'Ligand binding sites of proteins, on the GPU or the CPU', version);
for (const command of [predictCommand(), predictDirCommand(), rescoreCommand()]) program.addCommand(command);
await runProgram(program);
