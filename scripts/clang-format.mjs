// node scripts/clang-format.mjs [--write]: checks, or writes, the format of every C++ and CUDA source known to git.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './cmake.mjs';

const patterns = ['*.cpp', '*.hpp', '*.h', '*.cu', '*.cuh'];
const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], {
  cwd: root,
  encoding: 'utf8',
});
const sources = listed
  .split('\n')
  // Layout headers are generated.
  .filter((path) => path && !path.endsWith('_layout.h') && existsSync(join(root, path)));
const mode = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '--Werror'];
if (sources.length > 0) run(join(root, 'node_modules', '.bin', 'clang-format'), [...mode, ...sources], { cwd: root });
