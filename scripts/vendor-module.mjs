// node ../../scripts/vendor-module.mjs <module> [--clean], in a package's folder: before packing, copies kernels/<module>
// into native/<module>, so that `aatgs build` can build the published package from source.
import { cpSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './cmake.mjs';

export function vendorModule(module, folder, clean) {
  const to = join(folder, 'native', module);
  rmSync(to, { recursive: true, force: true });
  if (clean) return;
  // The native tests need the repository.
  cpSync(join(root, 'kernels', module), to, { recursive: true, filter: (path) => basename(path) !== 'test' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  vendorModule(process.argv[2], process.cwd(), process.argv.includes('--clean'));
}
