// Packs the workspace and serves it, with the third-party packages it depends on, from the loopback interface. Nothing
// else can be installed in these tests.
import { join } from 'node:path';
import { root } from '../scripts/cmake.mjs';
import { packAll } from '../scripts/pack.mjs';
import { startRegistry } from '../scripts/registry.mjs';
import { packDependencies } from './dependencies.mjs';

export default async function setup({ provide }) {
  const ours = packAll(join(root, 'build', 'test-install', 'packages'));
  const theirs = packDependencies(join(root, 'build', 'test-install', 'dependencies'));
  const registry = await startRegistry([...ours, ...theirs]);
  provide('registry', registry.url);
  // For releases: has only what others publish.
  const empty = await startRegistry(theirs);
  provide('emptyRegistry', empty.url);
  return () => Promise.all([registry.close(), empty.close()]);
}
