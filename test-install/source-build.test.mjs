// `aatgs build`: every package's native code from its own published tarball, without network.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { packages } from '../scripts/workspace.mjs';
import { NODES, Project } from './project.mjs';

const node = Object.values(NODES)[0];
const bin = join('node_modules', '@aatgs', 'core', 'bin', 'aatgs.js');
let project;
beforeAll(() => {
  project = new Project(inject('registry'));
  project.install(
    'npm',
    packages().map(({ name }) => name),
    ['--omit=optional'],
  );
});
afterAll(() => project.remove());

test('without cmake it says what is missing', () => {
  const { status, stderr } = project.run(node, [bin, 'build']);
  expect(status).toBe(2);
  expect(stderr).toContain('ERR_AATGS_BUILD_FAILED: cmake was not found');
});

test('a package without sources is refused by name', () => {
  const { status, stderr } = project.run(node, [bin, 'build', 'commander']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/commander has no native sources.*@aatgs\/core/);
});

test('builds the addon and every module, and they are what is loaded', { timeout: 500_000 }, () => {
  const path = { env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, timeout: 480_000 };
  // Without the right to make a network namespace the build still runs, only less strictly.
  const offline = spawnSync('unshare', ['-rn', 'true']).status === 0 ? ['unshare', '-rn'] : [];
  const [command, ...args] = [...offline, node, bin, 'build'];
  const built = project.run(command, args, path);
  expect(built.status, built.stderr).toBe(0);
  const wanted = packages().flatMap(({ binaries }) => binaries);
  expect(
    built.stdout
      .trim()
      .split('\n')
      .map((line) => line.split('/').at(-1))
      .sort(),
  ).toEqual(wanted.sort());

  const doctor = project.run(node, [bin, 'doctor', '--json']);
  expect(JSON.parse(doctor.stdout)).toMatchObject({ ok: true, binary: { source: 'built here' } });
  for (const { name, isCore, module } of packages()) {
    if (!module) continue;
    const subject = isCore ? 'example' : `${name}/conformance`;
    const run = project.run(node, [bin, 'conformance', subject, '--device', 'cpu', '--filter', 'batch']);
    expect(run.status, run.stdout + run.stderr).toBe(0);
  }
});
