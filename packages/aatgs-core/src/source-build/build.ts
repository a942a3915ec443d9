import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { AatgsError } from '../errors.ts';
import { builtFolder } from '../native/locate.ts';
import { coreFolder, type NativeSource } from './sources.ts';

/** How to build. */
export interface BuildOptions {
  /** CUDA architectures such as `'90;100'`, or `'release'`; empty for the CPU only. */
  readonly cudaArchs: string;
  /** Shows what cmake and the compiler print. */
  readonly verbose: boolean;
}

const LEAST_CMAKE = [3, 22] as const;

/** Throws ERR_AATGS_BUILD_FAILED when cmake or the compiler is missing or too old. */
export function checkBuildTools(): void {
  const cmake = spawnSync('cmake', ['--version'], { encoding: 'utf8' });
  const install =
    'on Debian or Ubuntu: sudo apt-get install g++ cmake make; on macOS: xcode-select --install, brew install cmake';
  if (cmake.error) throw failed('cmake was not found', `install it (${install})`);
  const [major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(cmake.stdout)?.slice(1).map(Number) ?? [];
  if (major < LEAST_CMAKE[0] || (major === LEAST_CMAKE[0] && minor < LEAST_CMAKE[1])) {
    throw failed(`cmake is ${major}.${minor}`, `${LEAST_CMAKE.join('.')} or newer is needed`);
  }
  const compilers = process.env.CXX ? [process.env.CXX] : ['c++', 'g++', 'clang++'];
  if (!compilers.some((name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0)) {
    throw failed(
      `no C++ compiler was found (${compilers.join(', ')})`,
      `install one with C++20 (${install}), or set CXX`,
    );
  }
}

/** Builds one library, without network, and puts it where the loader looks first. Returns its path. */
export function buildFromSource(source: NativeSource, options: BuildOptions): string {
  const work = mkdtempSync(join(tmpdir(), 'aatgs-build-'));
  try {
    const core = coreFolder();
    const project = source.module === undefined ? join(core, 'native') : join(core, 'native', 'module');
    const contract = realpathSync(join(core, 'include', 'aatgs'));
    const definitions = {
      CMAKE_BUILD_TYPE: 'Release',
      ...(source.module === undefined
        ? {}
        : { AATGS_CONTRACT: contract, AATGS_MODULE_SOURCE: realpathSync(source.module) }),
    };
    const generator = spawnSync('ninja', ['--version']).error ? 'Unix Makefiles' : 'Ninja';
    const flags = Object.entries(definitions).map(([name, value]) => `-D${name}=${value}`);
    run(['-S', project, '-B', work, '-G', generator, ...flags], source, options);
    run(['--build', work, '--parallel', String(availableParallelism())], source, options);
    const made = [join(work, source.file), join(work, 'module', source.file)].find((path) => existsSync(path));
    if (!made) throw failed(`${source.packageName}: the build made no ${source.file}`, 'report this as a bug');
    const folder = builtFolder(source.packageFolder);
    mkdirSync(folder, { recursive: true });
    copyFileSync(made, join(folder, source.file));
    return join(folder, source.file);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(args: string[], source: NativeSource, { cudaArchs, verbose }: BuildOptions): void {
  const env = { ...process.env, AATGS_CUDA_ARCHS: cudaArchs };
  const { status, error, stdout, stderr } = spawnSync('cmake', args, {
    env,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: verbose ? 'inherit' : 'pipe',
  });
  if (status === 0) return;
  const words = error?.message ?? `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-25).join('\n');
  throw failed(`${source.packageName}: ${source.file} could not be built`, `cmake ${args[0]} said:\n${words}`);
}

function failed(what: string, todo: string): AatgsError {
  return new AatgsError('ERR_AATGS_BUILD_FAILED', `${what}; ${todo}`);
}
