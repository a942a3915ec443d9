// What the native build scripts share.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Configures a CMake project (again, when it was before) and builds targets of it; all of them when none is named. */
export function cmakeBuild(source, build, variables, targets = []) {
  // A build folder keeps its first generator; CMake refuses another one.
  const generator = existsSync(join(build, 'CMakeCache.txt')) ? [] : ['-G', defaultGenerator()];
  const definitions = Object.entries(variables).map(([name, value]) => `-D${name}=${value}`);
  run('cmake', ['-S', source, '-B', build, ...generator, ...definitions]);
  const wanted = targets.length > 0 ? ['--target', ...targets] : [];
  run('cmake', ['--build', build, '--parallel', String(availableParallelism()), ...wanted]);
}

export function defaultGenerator() {
  return spawnSync('ninja', ['--version']).error ? 'Unix Makefiles' : 'Ninja';
}

/** Runs a command in the foreground; a failure ends this process with its status. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error) console.error(`Could not run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
