import { version } from '../version.ts';
import { benchCommand } from './bench.ts';
import { buildCommand } from './build.ts';
import { conformanceCommand } from './conformance.ts';
import { doctorCommand } from './doctor.ts';
import { layoutCommand } from './layout.ts';
import { migrateCheckCommand } from './migrate-check.ts';
import { makeProgram, runProgram } from './run.ts';

const program = makeProgram(
  'aatgs',
  'The scheduler of @aatgs/core: what works here, how fast, and whether a module keeps its contract',
  version(),
);
program.addCommand(doctorCommand());
program.addCommand(benchCommand());
program.addCommand(conformanceCommand());
program.addCommand(layoutCommand());
program.addCommand(migrateCheckCommand());
program.addCommand(buildCommand());
await runProgram(program);
