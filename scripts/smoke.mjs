// node scripts/smoke.mjs npm|pnpm|yarn [version]: installs every package as published, each in a project of its own, with
// scripts disabled, and runs its conformance subject for a moment. For the time right after a release.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packages } from './workspace.mjs';

const ADD = {
  npm: (id) => ['npm', 'install', '--ignore-scripts', '--no-audit', '--no-fund', id],
  pnpm: (id) => ['npx', '--yes', 'pnpm@12', 'add', '--ignore-scripts', id],
  yarn: (id) => ['npx', '--yes', 'yarn@1', 'add', '--ignore-scripts', id],
};
const add = ADD[process.argv[2]];
if (!add) throw new Error(`Usage: node scripts/smoke.mjs ${Object.keys(ADD).join('|')}`);

let failures = 0;
for (const { name, manifest, isCore } of packages()) {
  const folder = mkdtempSync(join(tmpdir(), 'aatgs-smoke-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    // A day-old minimum age would refuse what was published a minute ago.
    writeFileSync(join(folder, 'pnpm-workspace.yaml'), 'minimumReleaseAge: 0\n');
    run(folder, add(`${name}@${manifest.version}`));
    const subject = isCore ? 'example' : `${name}/conformance`;
    run(folder, [
      process.execPath,
      'node_modules/@aatgs/core/bin/aatgs.js',
      'conformance',
      subject,
      '--filter',
      'batch',
    ]);
    console.log(`${name}@${manifest.version}: ok`);
  } catch (error) {
    failures++;
    console.error(`${name}@${manifest.version}: ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
process.exitCode = failures > 0 ? 1 : 0;

function run(cwd, [command, ...args]) {
  // The registry may take a little until it shows a new version.
  for (let attempt = 1; ; attempt++) {
    const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
    if (status === 0) return;
    if (attempt === 5 || command === process.execPath) throw new Error(error?.message ?? stdout + stderr);
    spawnSync('sleep', [String(attempt * 15)]);
  }
}
