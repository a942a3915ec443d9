// Each package alone, with npm and with pnpm: what it brings, that it loads, that its README holds.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { root } from '../scripts/cmake.mjs';
import { packages, target } from '../scripts/workspace.mjs';
import { writeExampleFiles } from '../test/example-files.mjs';
import { NODES, Project } from './project.mjs';

const cases = packages().flatMap((owner) => ['npm', 'pnpm'].map((manager) => ({ ...owner, manager })));

describe.each(cases)('$name with $manager', (owner) => {
  const { name, manifest, binaries, isCore } = owner;
  let project;
  beforeAll(() => {
    project = new Project(inject('registry'));
    project.install(owner.manager, [name]);
  });
  afterAll(() => project.remove());

  test('brings @aatgs/core and binaries of this platform, no other algorithm', () => {
    const wanted = ['@aatgs/core', `@aatgs/core-${target}`];
    if (!isCore) wanted.push(name, ...(binaries.length > 0 ? [`${name}-${target}`] : []));
    expect(project.ours()).toEqual(wanted.sort());
    // Loads without its optional peers; what follows has them.
    const { status, stderr } = project.script(process.execPath, `import '${name}';`);
    expect(status, stderr).toBe(0);
    const peers = Object.keys(manifest.peerDependencies ?? {});
    if (peers.length > 0) project.install(owner.manager, peers);
  });

  test.runIf(owner.manager === 'npm')('its types compile in a strict project, libraries included', () => {
    const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'));
    const imports = entries.map((entry, i) => `import * as entry${i} from '${name + entry.slice(1)}';`);
    project.write('use.ts', `${imports.join('\n')}\nexport { ${entries.map((_, i) => `entry${i}`).join(', ')} };\n`);
    const options = { strict: true, skipLibCheck: false, noEmit: true, module: 'nodenext', target: 'es2023' };
    const typeRoots = [join(root, 'node_modules', '@types')];
    const lib = ['es2023', 'esnext.disposable'];
    const tsconfig = { compilerOptions: { ...options, lib, types: ['node'], typeRoots }, files: ['use.ts'] };
    project.write('tsconfig.json', JSON.stringify(tsconfig));
    const compiler = join(root, 'node_modules', 'typescript7', 'bin', 'tsc');
    const run = project.run(process.execPath, [compiler, '-p', '.']);
    expect(run.status, run.stdout).toBe(0);
  });

  describe.each(Object.entries(NODES))('Node %s', (version, node) => {
    test('loads from ESM and from CommonJS', () => {
      const entries = Object.keys(manifest.exports)
        .filter((entry) => !entry.endsWith('.json'))
        .map((entry) => name + entry.slice(1));
      const expected = { status: 0, stdout: entries.map((entry) => `${entry} true\n`).join('') };
      const show = (load) => (entry) => `console.log('${entry}', Object.keys(${load}('${entry}')).length > 0);`;
      const esm = project.script(node, entries.map(show('await import')).join('\n'));
      expect(esm, esm.stderr).toMatchObject({ ...expected, stderr: '' });
      const cjs = project.script(node, entries.map(show('require')).join('\n'), 'cjs');
      expect(cjs, cjs.stderr).toMatchObject(expected);
    });

    test('runs the examples of its README', () => {
      const readme = readFileSync(join(project.folder, 'node_modules', name, 'README.md'), 'utf8');
      const blocks = [...readme.matchAll(/^```js run\n([\s\S]*?)^```$/gm)].map((match) => match[1]);
      expect(blocks.length).toBeGreaterThan(0);
      writeExampleFiles(project.folder);
      for (const block of blocks) {
        // Before Node 24 `await using` needs a compiler, as it does for users.
        const code = Number(version.slice(1).split('.')[0]) >= 24 ? block : compiled(block);
        const { status, stdout, stderr } = project.script(node, code);
        expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: '' });
        for (const [, promised] of block.matchAll(/^\s*console\.log\(.*\); \/\/ (.+)$/gm)) {
          expect(stdout.split('\n')).toContain(promised);
        }
      }
    });

    test('its commands start', () => {
      for (const path of Object.values(manifest.bin ?? {})) {
        const run = project.run(node, [join('node_modules', name, path), '--version']);
        expect(run).toMatchObject({ status: 0, stdout: `${manifest.version}\n` });
      }
    });
  });
});

function compiled(code) {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}
