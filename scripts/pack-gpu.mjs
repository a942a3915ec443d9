// Packs everything a GPU host without network or Node needs into one ignored folder: a Node binary, the packages
// installed flat from their tarballs, and a script that runs the checks there. docs/gpu-testing.md explains it.
//
//   AATGS_CUDA_ARCHS=90 node scripts/pack-gpu.mjs [--out folder] [--data folder] [name ...]
//
// AATGS_CUDA_ARCHS as for the build before: the GPUs of the other machine decide, not those of this one. The folder is .device-pack by default. Each name is a file of benchmark data below --data (default: AATGS_DATA), such
// as dimacs/DSJC500.5.col.gz; benchmarks there find it with AATGS_DATA=data.
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cmakeBuild, root } from './cmake.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: '.device-pack' },
    data: { type: 'string', default: process.env.AATGS_DATA ?? '' },
  },
});
if (positionals.length > 0 && values.data === '') throw new Error('name the folder of the data: --data or AATGS_DATA');
if (!process.env.AATGS_CUDA_ARCHS) throw new Error('for which GPUs? Set AATGS_CUDA_ARCHS=90, as for the build');
const target = resolve(root, values.out);
const run = (command, args, cwd = root) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });

const tarballs = join(target, 'tarballs');
const nodeFile = `node-${process.version}.xz`;
// Compressing Node takes a minute: what an earlier run of this version left is kept.
for (const name of existsSync(target) ? readdirSync(target) : []) {
  if (name !== nodeFile) rmSync(join(target, name), { recursive: true });
}
mkdirSync(tarballs, { recursive: true });

console.log('packing the packages ...');
const packages = readdirSync(join(root, 'packages')).flatMap((name) => {
  const folder = join(root, 'packages', name);
  return [folder, join(folder, 'npm', 'linux-x64-gnu')].filter((path) => existsSync(join(path, 'package.json')));
});
for (const folder of packages) run('pnpm', ['pack', '--pack-destination', tarballs], folder);

console.log('installing them flat ...');
writeFileSync(join(target, 'package.json'), '{ "private": true, "type": "module" }\n');
const files = readdirSync(tarballs).map((file) => `./tarballs/${file}`);
run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', '--ignore-scripts', ...files], target);
rmSync(tarballs, { recursive: true });
// A build for the CPU alone, left by something else, would only be noticed on the GPU host.
const FATBIN = Buffer.from([0x50, 0xed, 0x55, 0xba]);
for (const name of readdirSync(join(target, 'node_modules'), { recursive: true })) {
  if (!name.endsWith('.so') || readFileSync(join(target, 'node_modules', name)).includes(FATBIN)) continue;
  throw new Error(`${name} was built without CUDA; build again where nvcc is found, with AATGS_CUDA_ARCHS=90`);
}

if (!existsSync(join(target, nodeFile))) {
  console.log('compressing Node ...');
  const node = execFileSync('xz', ['-T0', '-6', '-c', realpathSync(process.execPath)], { maxBuffer: 2 ** 28 });
  writeFileSync(join(target, nodeFile), node);
}
console.log('building the tests and programs for a GPU host ...');
const build = join(root, 'build', 'gpu');
cmakeBuild(join(root, 'kernels'), build, { AATGS_TESTS: 'ON', AATGS_MODULES: 'example', CMAKE_BUILD_TYPE: 'Release' }, [
  'aatgs_fault',
  'broken_driver',
  'sync_as_written',
]);
cpSync(join(root, 'test-gpu'), join(target, 'test'), { recursive: true });
mkdirSync(join(target, 'test', 'native'));
for (const file of ['test/gpu/fault.so', 'test/gpu/libcuda.so.1', 'bench/bin/sync_as_written']) {
  copyFileSync(join(build, file), join(target, 'test', 'native', basename(file)));
}
cpSync(join(root, 'bench'), join(target, 'bench'), {
  recursive: true,
  filter: (file) => !file.startsWith(join(root, 'bench', 'results')),
});
for (const name of positionals) {
  mkdirSync(dirname(join(target, 'data', name)), { recursive: true });
  copyFileSync(join(values.data, name), join(target, 'data', name));
}
copyFileSync(join(root, 'scripts', 'soak.mjs'), join(target, 'soak.mjs'));
copyFileSync(join(root, 'scripts', 'gpu-run.sh'), join(target, 'run.sh'));
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
writeFileSync(join(target, 'commit'), `${commit}\n`);
run('du', ['-sh', target]);
