// What users meet when an installation is not what it should be.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, inject, test } from 'vitest';
import { packages, target } from '../scripts/workspace.mjs';
import { NODES, Project } from './project.mjs';

const node = Object.values(NODES)[0];
const open = [];
const project = (...args) => {
  const made = new Project(inject('registry'), ...args);
  open.push(made);
  return made;
};
afterEach(() => {
  for (const made of open.splice(0)) made.remove();
});

const useCore = `
  import { GpuExecutionContext } from '@aatgs/core';
  import { exampleModule } from '@aatgs/core/example';
  try {
    const context = new GpuExecutionContext(exampleModule({ entities: 10, goal: 10 }));
    console.log('ran', context.execute({ substeps: 1 }).total);
    await context.shutdown();
  } catch (error) {
    console.log(error.code, error.details.reason, error.message);
  }`;

test.each(['npm', 'pnpm'])('%s without optional dependencies: says which package and how to get it', (manager) => {
  const user = project();
  user.install(manager, ['@aatgs/core'], [manager === 'npm' ? '--omit=optional' : '--no-optional']);
  const { stdout } = user.script(node, useCore);
  expect(stdout).toMatch(/^ERR_AATGS_NO_BINARY not-installed /);
  expect(stdout).toContain(`npm install --include=optional @aatgs/core-${target}`);
});

test('the advice of that message is right', () => {
  const user = project();
  user.install('npm', ['@aatgs/core'], ['--omit=optional']);
  user.install('npm', [`@aatgs/core-${target}`], ['--include=optional']);
  expect(user.script(node, useCore).stdout).toMatch(/^ran /);
});

test('node --no-addons', () => {
  const user = project();
  user.install('npm', ['@aatgs/core']);
  expect(user.script(node, useCore, 'mjs', ['--no-addons']).stdout).toMatch(
    /^ERR_AATGS_BINARY_REJECTED addons-disabled /,
  );
});

test('a platform package of another version', () => {
  const user = project();
  user.install('npm', ['@aatgs/core']);
  setVersion(join(user.folder, 'node_modules', '@aatgs', `core-${target}`), '0.0.1');
  const { stdout } = user.script(node, useCore);
  expect(stdout).toMatch(/^ERR_AATGS_VERSION_MISMATCH /);
  expect(stdout).toContain('0.0.1');
});

test('two versions in one process both work, with a warning', () => {
  const [first, second] = [project(), project()];
  for (const user of [first, second]) user.install('npm', ['@aatgs/core']);
  for (const part of ['core', `core-${target}`])
    setVersion(join(second.folder, 'node_modules', '@aatgs', part), '99.0.0');
  const load = (user, file) => `await import('${join(user.folder, 'node_modules', '@aatgs', 'core', 'dist', file)}')`;
  const { status, stdout, stderr } = first.script(
    node,
    [first, second]
      .map(
        (
          user,
        ) => `{ const { GpuExecutionContext } = ${load(user, 'index.js')}; const { exampleModule } = ${load(user, 'example.js')};
        const context = new GpuExecutionContext(exampleModule({ entities: 10, goal: 10 }));
        context.execute({ substeps: 1 }); await context.shutdown(); console.log('ran'); }`,
      )
      .join('\n'),
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'ran\nran\n' });
  expect(stderr).toContain('AATGS_TWO_VERSIONS');
});

function setVersion(folder, version) {
  const path = join(folder, 'package.json');
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), version }));
}

test('every package says how it was not installed', () => {
  const algorithms = packages().filter(({ isCore, module }) => !isCore && module);
  const user = project();
  user.install(
    'npm',
    algorithms.map(({ name }) => name),
  );
  for (const { name } of algorithms) {
    const platformPackage = join(user.folder, 'node_modules', `${name}-${target}`);
    const code = `
      import { rmSync } from 'node:fs';
      import { locateBinary } from '@aatgs/core';
      rmSync(${JSON.stringify(platformPackage)}, { recursive: true });
      const { conformanceSubject } = await import('${name}/conformance').catch((error) => ({ conformanceSubject: error }));
      console.log(conformanceSubject.code ?? conformanceSubject.name);
      try { conformanceSubject.open({}); } catch (error) { console.log(error.code); }`;
    const { stdout, stderr } = user.script(node, code);
    expect(stdout, stderr).toContain('ERR_AATGS_NO_BINARY');
  }
});
