// node scripts/build-native.mjs [Release|Debug|RelWithDebInfo]: builds the addon and puts core.node into the platform
// package. Needs no header of the running Node: Node-API's come from npm packages.
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cmakeBuild, targetVariables } from '../../../scripts/cmake.mjs';
import { target } from '../../../scripts/workspace.mjs';

const folder = fileURLToPath(new URL('..', import.meta.url));
const type = process.argv[2] ?? 'Release';
const build = join(folder, 'build', `${target}-${type.toLowerCase()}`);
const require = createRequire(import.meta.url);
const headers = [dirname(require.resolve('node-addon-api')), require('node-api-headers').include_dir];
cmakeBuild(join(folder, 'native'), build, {
  ...targetVariables(target),
  AATGS_NODE_INCLUDE: headers.join(';'),
  CMAKE_BUILD_TYPE: type,
});

const platformPackage = join(folder, 'npm', target);
mkdirSync(platformPackage, { recursive: true });
copyFileSync(join(build, 'core.node'), join(platformPackage, 'core.node'));
