// Before packing: copies what lies outside the package into it, so that the published tarball can build the addon from
// source without network, and third parties can build modules against it. `--clean` takes the copies away again.
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vendorModule } from '../../../scripts/vendor-module.mjs';

const core = fileURLToPath(new URL('..', import.meta.url));
const clean = process.argv.includes('--clean');
const require = createRequire(import.meta.url);
const addonApi = dirname(require.resolve('node-addon-api'));
const { include_dir: nodeApi } = require('node-api-headers');
const copies = [
  [fileURLToPath(new URL('../../../kernels/aatgs', import.meta.url)), 'include/aatgs'],
  ...['napi.h', 'napi-inl.h', 'napi-inl.deprecated.h', 'LICENSE.md'].map((file) => [
    join(addonApi, file),
    `native/vendor/node-addon-api/${file}`,
  ]),
  [nodeApi, 'native/vendor/node-api-headers'],
  [join(dirname(nodeApi), 'LICENSE'), 'native/vendor/node-api-headers/LICENSE'],
];

for (const folder of ['include', 'native/vendor']) rmSync(join(core, folder), { recursive: true, force: true });
if (!clean) for (const [from, to] of copies) cpSync(from, join(core, to), { recursive: true });
vendorModule('example', core, clean);
