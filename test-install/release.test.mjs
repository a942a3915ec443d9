// Two releases, from changeset to an installed package: everything first, then one algorithm alone.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { PLATFORMS, packages, target } from '../scripts/workspace.mjs';
import { NODES, Project } from './project.mjs';
import { WorkspaceCopy } from './workspace-copy.mjs';

const owners = packages();
const algorithm = owners.find(({ isCore, module }) => !isCore && module);
const others = owners.filter(({ name }) => name !== algorithm.name);
const first = owners[0].manifest.version;
const second = first.replace(/\d+$/, (patch) => String(Number(patch) + 1));
const built = Object.keys(PLATFORMS).filter((platform) =>
  existsSync(join(owners[0].folder, 'npm', platform, 'core.node')),
);
const complete = built.length === Object.keys(PLATFORMS).length;

const registry = inject('emptyRegistry');
let copy;
beforeAll(() => {
  copy = new WorkspaceCopy(registry);
});
afterAll(() => copy.remove());

const manifest = (name) => JSON.parse(readFileSync(join(copy.folder, 'packages', name, 'package.json'), 'utf8'));
const folderOf = ({ folder }) => folder.split('/').at(-1);
// A connection each: the tests block for longer than the server keeps an idle one.
const ask = async (path) => (await fetch(registry + path, { headers: { connection: 'close' } })).json();
const published = async () =>
  (await ask('-/requests')).filter((line) => line.startsWith('PUT ')).map((line) => line.slice(4));
const versions = async (name) => Object.keys((await ask(name)).versions);

// A release needs binaries of every platform; a checkout builds its own machine's only.
test.runIf(!complete)('a release without the binaries of a platform is refused', () => {
  expect(() => copy.pnpm('release', '--dry-run')).toThrow(/Not released: there are no tarballs of/);
});

test('the first release: a dry run publishes nothing, then platform packages come first', async () => {
  const flags = complete ? [] : ['--platforms', target];
  const said = copy.pnpm('release', '--dry-run', ...flags);
  expect(await published()).toEqual([]);
  for (const { name } of owners) expect(said).toContain(`would publish ${name}@${first}`);

  copy.pnpm('release', ...flags);
  const order = await published();
  const isPlatform = order.map((name) => /-(x64|arm64)-/.test(name));
  expect(isPlatform.lastIndexOf(true)).toBeLessThan(isPlatform.indexOf(false));
  expect(order[isPlatform.indexOf(false)]).toBe('@aatgs/core');
  for (const { name } of owners) expect(await versions(name)).toEqual([first]);
});

test('releasing again publishes nothing', async () => {
  const before = (await published()).length;
  expect(copy.pnpm('release', ...(complete ? [] : ['--platforms', target]))).toContain(
    'everything is published already',
  );
  expect((await published()).length).toBe(before);
});

test('a change of one algorithm releases it and its platform packages only', async () => {
  copy.changeset('faster', { [algorithm.name]: 'patch' }, 'Finds better results, faster.');
  copy.pnpm('version-packages');
  expect(manifest(folderOf(algorithm)).version).toBe(second);
  for (const platform of Object.keys(PLATFORMS)) {
    expect(manifest(join(folderOf(algorithm), 'npm', platform)).version).toBe(second);
  }
  for (const owner of others) expect(manifest(folderOf(owner)).version).toBe(first);
  const changelog = readFileSync(join(copy.folder, 'packages', folderOf(algorithm), 'CHANGELOG.md'), 'utf8');
  expect(changelog).toContain(`## ${second}`);
  expect(changelog).toContain('Finds better results, faster.');
  copy.commit('release');

  copy.pnpm('release', ...(complete ? [] : ['--platforms', target]));
  expect(await versions(algorithm.name)).toEqual([first, second]);
  for (const { name } of others) expect(await versions(name)).toEqual([first]);
  const { optionalDependencies, dependencies } = (await ask(algorithm.name)).versions[second];
  expect(new Set(Object.values(optionalDependencies))).toEqual(new Set([second]));
  expect(dependencies['@aatgs/core']).toBe(`^${first}`);
});

test('the second release installs and runs with the first core', () => {
  const user = new Project(registry);
  try {
    user.install('npm', [algorithm.name]);
    const installed = (name) =>
      JSON.parse(readFileSync(join(user.folder, 'node_modules', name, 'package.json'), 'utf8')).version;
    expect(installed(algorithm.name)).toBe(second);
    expect(installed(`${algorithm.name}-${target}`)).toBe(second);
    expect(installed('@aatgs/core')).toBe(first);
    const code = `const { conformanceSubject } = await import('${algorithm.name}/conformance');
      const context = conformanceSubject.open({ async: true }); console.log(context.info.engine); await context.shutdown();`;
    expect(user.script(Object.values(NODES)[0], code)).toMatchObject({ status: 0, stdout: 'host\n' });
  } finally {
    user.remove();
  }
});
