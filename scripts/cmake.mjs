// What the native build scripts share.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Configures a CMake project (again, when it was before) and builds targets of it; all of them when none is named. */
export function cmakeBuild(source, build, variables, targets = []) {
  const generator = spawnSync('ninja', ['--version']).error ? 'Unix Makefiles' : 'Ninja';
  dropForeignBuild(source, build, generator);
  const definitions = Object.entries(variables).map(([name, value]) => `-D${name}=${value}`);
  run('cmake', ['-S', source, '-B', build, '-G', generator, ...definitions]);
  const wanted = targets.length > 0 ? ['--target', ...targets] : [];
  run('cmake', ['--build', build, '--parallel', String(availableParallelism()), ...wanted]);
}

/** CMake variables for what we publish: it loads on an old glibc, and may be compiled for another machine than this. */
export function targetVariables(target) {
  const own = target === `linux-${process.arch}-gnu`;
  const toolchain = join(root, 'kernels', 'toolchains', `${target}.cmake`);
  if (!own && !existsSync(toolchain)) throw new Error(`AATGS_TARGET=${target}: there is no ${toolchain}`);
  return { AATGS_GLIBC_FLOOR: 'ON', ...(own ? {} : { CMAKE_TOOLCHAIN_FILE: toolchain }) };
}

/** CMake refuses a build folder made by another generator, or for a checkout that has been moved since. */
function dropForeignBuild(source, build, generator) {
  const cache = join(build, 'CMakeCache.txt');
  if (!existsSync(cache)) return;
  const lines = readFileSync(cache, 'utf8').split('\n');
  const expected = [`CMAKE_GENERATOR:INTERNAL=${generator}`, `CMAKE_HOME_DIRECTORY:INTERNAL=${source}`];
  if (!expected.every((line) => lines.includes(line))) rmSync(build, { recursive: true });
}

/** Runs a command in the foreground; a failure ends this process with its status. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...options });
  if (error) console.error(`Could not run ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
