// node scripts/test-native.mjs [plain|asan|tsan|clang]: builds the native tests of kernels/, sanitised or not, and runs them.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cmakeBuild, root, run } from './cmake.mjs';

// Compiling takes longer than running: with -O2 the two together take half as long again.
const sanitized = { buildType: 'Sanitized', variables: { CMAKE_CXX_FLAGS_SANITIZED: '-O1 -DNDEBUG' } };
const variants = {
  plain: { sanitize: '', buildType: 'Release' },
  asan: { sanitize: 'address', ...sanitized },
  // The nearest to macOS that a Linux machine has.
  clang: {
    sanitize: '',
    buildType: 'Release',
    env: { CC: 'clang', CXX: 'clang++', CXXFLAGS: '-stdlib=libc++' },
  },
  tsan: { sanitize: 'thread', ...sanitized },
};
const name = process.argv[2] ?? 'plain';
const variant = variants[name];
if (!variant) throw new Error(`Usage: node scripts/test-native.mjs ${Object.keys(variants).join('|')}`);

const build = join(root, 'build', `test-${name}`);
// What runs here is the host's code; minutes of device code would be compiled for nobody.
Object.assign(process.env, variant.env, { AATGS_CUDA_ARCHS: '' });
cmakeBuild(join(root, 'kernels'), build, {
  AATGS_TESTS: 'ON',
  AATGS_SANITIZE: variant.sanitize,
  CMAKE_BUILD_TYPE: variant.buildType,
  ...variant.variables,
});

const env = {
  ASAN_OPTIONS: 'detect_leaks=1:detect_stack_use_after_return=1',
  UBSAN_OPTIONS: 'print_stacktrace=1',
  TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
  ...process.env,
};
const ctest = [
  'ctest',
  '--test-dir',
  build,
  '--output-on-failure',
  '--no-tests=error',
  '--timeout',
  '900',
  '--parallel',
  '2',
];
// Older ThreadSanitizer runtimes cannot map their shadow where the kernel randomises addresses widely.
const [command, ...args] = name === 'tsan' && canFixAddresses() ? ['setarch', '-R', ...ctest] : ctest;
run(command, args, { env });

function canFixAddresses() {
  return spawnSync('setarch', ['-R', 'true'], { stdio: 'ignore' }).status === 0;
}
