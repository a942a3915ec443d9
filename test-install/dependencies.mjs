// Makes tarballs of the third-party packages ours depend on at run time, from what the workspace has installed.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packages } from '../scripts/workspace.mjs';

export function packDependencies(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const made = new Map(); // name@version -> path
  const visit = (name, from) => {
    if (name.startsWith('@aatgs/')) return;
    const at = installed(name, from);
    const { version, dependencies = {} } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'));
    const id = `${name}@${version}`;
    if (made.has(id)) return;
    const path = join(folder, `${id.replaceAll('/', '-')}.tgz`);
    execFileSync('tar', ['-czf', path, '--exclude=./node_modules', '--transform=s,^\\.,package,', '-C', at, '.']);
    made.set(id, path);
    for (const next of Object.keys(dependencies)) visit(next, at);
  };
  for (const { folder: owner, manifest } of packages()) {
    for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) visit(name, owner);
  }
  return [...made.values()];
}

function installed(name, from) {
  for (let folder = realpathSync(from); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(candidate)) return realpathSync(candidate);
  }
  throw new Error(`${name}, which ${from} depends on, is not installed`);
}
