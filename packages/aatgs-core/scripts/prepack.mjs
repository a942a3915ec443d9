// Before packing: copies what lives at the repository's root into the package, so that the published tarball can build
// the addon from source and third parties can build modules against it. `--clean` takes the copies away again.
import { cpSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const core = fileURLToPath(new URL('..', import.meta.url));
const kernels = fileURLToPath(new URL('../../../kernels', import.meta.url));
const copies = [
  [`${kernels}/aatgs`, `${core}/include/aatgs`],
  [`${kernels}/aatgs`, `${core}/native/kernels/aatgs`],
  [`${kernels}/example`, `${core}/native/kernels/example`],
];

rmSync(`${core}/include`, { recursive: true, force: true });
rmSync(`${core}/native/kernels`, { recursive: true, force: true });
if (!process.argv.includes('--clean')) {
  for (const [from, to] of copies) cpSync(from, to, { recursive: true });
}
