// node scripts/check-binaries.mjs: checks what is built in the platform packages against what we promise of it: the
// processor, glibc 2.28, no library that a plain system lacks, no CPU newer than the baseline, one exported function, size.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from './cmake.mjs';
import { packages, platformPackages } from './workspace.mjs';

const GLIBC = '2.28';
const MAX_MIB = 15; // of a package, compressed
const MACHINES = { 'linux-x64-gnu': 'X86-64', 'linux-arm64-gnu': 'AArch64' };
// Part of every glibc system that runs Node. libstdc++ is linked in: ours may be newer than the system's.
const LIBRARIES = /^(lib(c|m|dl|pthread|rt|gcc_s)\.so\.\d+|ld-linux-[a-z0-9_-]+\.so\.\d+)$/;
const EXPORTS = /^(napi_register_module_v1|node_api_module_get_api_version_v1|aatgs_arbiter_v1|aatgs_module)$/;

const problems = [];
let checked = 0;
for (const owner of packages()) {
  for (const { platform, folder, name } of platformPackages(owner)) {
    const files = owner.binaries.map((file) => join(folder, file)).filter((path) => existsSync(path));
    if (files.length === 0) continue;
    if (files.length < owner.binaries.length)
      problems.push(`${name}: only some of ${owner.binaries.join(', ')} are built`);
    for (const path of files) check(path, platform);
    const mib = files.reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0) / 2 ** 20;
    if (mib > MAX_MIB) problems.push(`${name} has ${mib.toFixed(1)} MiB compressed; at most ${MAX_MIB}`);
    console.log(`${name}: ${files.length} files, ${mib.toFixed(2)} MiB compressed`);
  }
}
for (const problem of problems) console.error(problem);
if (checked === 0) console.error('no binary is built; run npm run build');
if (problems.length > 0 || checked === 0) process.exit(1);

function check(path, platform) {
  checked++;
  const shown = relative(root, path);
  const read = (...flags) =>
    execFileSync('readelf', ['--wide', ...flags, path], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const expectThat = (fine, what) => fine || problems.push(`${shown}: ${what}`);

  const machine = /Machine: +(.+)/.exec(read('-h'))?.[1] ?? '';
  expectThat(machine.includes(MACHINES[platform]), `is for ${machine}, not ${MACHINES[platform]}`);
  const versions = [...new Set(read('-V').match(/\b(GLIBC|GLIBCXX|CXXABI)_[0-9.]+/g))];
  const tooNew = versions.filter((version) => !version.startsWith('GLIBC_') || newer(version.slice(6), GLIBC));
  expectThat(
    tooNew.length === 0,
    `needs ${tooNew.join(', ')}; at most GLIBC_${GLIBC} (see kernels/aatgs/portable.cmake)`,
  );
  for (const [, library] of read('-d').matchAll(/\(NEEDED\).*\[(.+)\]/g)) {
    expectThat(LIBRARIES.test(library), `needs ${library}`);
  }
  expectThat(!/\((RPATH|RUNPATH)\)/.test(read('-d')), 'has a search path of the machine it was built on');
  const isa = /x86 ISA needed: (.+)/.exec(read('-n'))?.[1];
  expectThat(!isa || /^x86-64-baseline$/.test(isa.trim()), `needs CPU features beyond x86-64: ${isa}`);
  const exported = read('--dyn-syms')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, , , type, bind, visibility, index]) =>
        bind && ['FUNC', 'OBJECT', 'IFUNC', 'TLS'].includes(type) && visibility === 'DEFAULT' && index !== 'UND',
    )
    .map((columns) => columns[7]);
  const stray = exported.filter((name) => !EXPORTS.test(name));
  expectThat(stray.length === 0, `exports ${stray.slice(0, 5).join(', ')}${stray.length > 5 ? ', ...' : ''}`);
  const wanted = path.endsWith('.node') ? ['napi_register_module_v1', 'aatgs_arbiter_v1'] : ['aatgs_module'];
  for (const name of wanted) expectThat(exported.includes(name), `does not export ${name}`);
  expectThat(/\bNODELETE\b/.test(read('-d')), 'could be unloaded while its threads run');
  expectThat(statSync(path).size > 0, 'is empty');
}

function newer(a, b) {
  const [left, right] = [a, b].map((text) => text.split('.').map(Number));
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    if ((left[i] ?? 0) !== (right[i] ?? 0)) return (left[i] ?? 0) > (right[i] ?? 0);
  }
  return false;
}
