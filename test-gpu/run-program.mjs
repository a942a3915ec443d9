// node run-program.mjs <file> <arguments>: runs a program of this folder and ends as it ends.
import { spawnSync } from 'node:child_process';
import { here } from './fixtures.mjs';

const [file, ...args] = process.argv.slice(2);
process.exitCode = spawnSync(here(file), args, { stdio: 'inherit' }).status ?? 1;
