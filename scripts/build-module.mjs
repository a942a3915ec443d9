// node scripts/build-module.mjs <name>: builds the kernel module kernels/<name> and puts <name>.so into the platform
// package of its owner. Module names use underscores, package folders hyphens.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cmakeBuild, root } from './cmake.mjs';

const name = process.argv[2];
if (!name) throw new Error('Usage: node scripts/build-module.mjs <name>');

// The example module has no package of its own: it is core's, for tests, demos and `aatgs doctor`.
const owner = name === 'example' ? 'aatgs-core' : name.replaceAll('_', '-');
const build = join(root, 'build', 'modules', name);
cmakeBuild(join(root, 'kernels'), build, { AATGS_MODULES: name, CMAKE_BUILD_TYPE: 'Release' }, [`aatgs_${name}`]);

const platformPackage = join(root, 'packages', owner, 'npm', 'linux-x64-gnu');
mkdirSync(platformPackage, { recursive: true });
copyFileSync(join(build, name, `${name}.so`), join(platformPackage, `${name}.so`));
