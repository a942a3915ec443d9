// node scripts/build-module.mjs <name>: builds the kernel module kernels/<name> and puts <name>.so into the platform
// package of its owner. AATGS_TARGET=linux-arm64-gnu compiles for that platform instead of this machine's.
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cmakeBuild, root, targetVariables } from './cmake.mjs';
import { packages, target } from './workspace.mjs';

const name = process.argv[2];
const owner = packages().find(({ module }) => module === name);
if (!owner) throw new Error('Usage: node scripts/build-module.mjs <name>, of a folder of kernels/ that a package owns');

const build = join(root, 'build', 'modules', `${name}-${target}`);
const variables = { ...targetVariables(target), AATGS_MODULES: name, CMAKE_BUILD_TYPE: 'Release' };
cmakeBuild(join(root, 'kernels'), build, variables, [`aatgs_${name}`]);

const platformPackage = join(owner.folder, 'npm', target);
mkdirSync(platformPackage, { recursive: true });
copyFileSync(join(build, name, `${name}.so`), join(platformPackage, `${name}.so`));
