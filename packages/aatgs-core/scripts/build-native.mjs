// node scripts/build-native.mjs [Release|Debug|RelWithDebInfo]: builds the addon with cmake-js and puts core.node into
// the platform package.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('..', import.meta.url));
const config = process.argv[2] ?? 'Release';
const out = join(folder, 'build', config.toLowerCase());
const generator = spawnSync('ninja', ['--version']).error ? 'Unix Makefiles' : 'Ninja';

// CMake refuses a build folder made by another generator, or for a checkout that has been moved since.
const cache = join(out, 'CMakeCache.txt');
if (existsSync(cache)) {
  const lines = readFileSync(cache, 'utf8').split('\n');
  const source = join(folder, 'native');
  const expected = [`CMAKE_GENERATOR:INTERNAL=${generator}`, `CMAKE_HOME_DIRECTORY:INTERNAL=${source}`];
  if (!expected.every((line) => lines.includes(line))) rmSync(out, { recursive: true });
}

// cmake-js obeys npm settings in the environment. `nodedir` would bring in another Node's headers.
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_config_nodedir$/i.test(name)));
const cmakeJs = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js');
const options = [
  '-l',
  'warn',
  '-d',
  'native',
  '-O',
  out,
  '-G',
  generator,
  '-B',
  config,
  '-p',
  String(availableParallelism()),
];
const { status } = spawnSync(process.execPath, [cmakeJs, 'build', ...options], { cwd: folder, env, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const platformPackage = join(folder, 'npm', 'linux-x64-gnu');
mkdirSync(platformPackage, { recursive: true });
copyFileSync(join(out, config, 'core.node'), join(platformPackage, 'core.node'));
