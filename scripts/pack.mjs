// node scripts/pack.mjs <folder>: packs every package and platform package into <folder>, as they would be published,
// and says how large they are. Platform packages of platforms that were not built are left out, with a word.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from './cmake.mjs';
import { packages, platformPackages } from './workspace.mjs';

/** Packs all packages; returns the paths of the tarballs. */
export function packAll(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const owner of packages()) {
    for (const { folder: from, name } of platformPackages(owner)) {
      if (owner.binaries.every((file) => existsSync(join(from, file)))) pack(from, folder);
      else console.error(`${name} is left out: not built`);
    }
    pack(owner.folder, folder);
  }
  return readdirSync(folder).map((file) => join(folder, file));
}

function pack(from, to) {
  execFileSync('pnpm', ['pack', '--pack-destination', to], { cwd: from, stdio: ['ignore', 'ignore', 'inherit'] });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2];
  if (!folder) throw new Error('Usage: node scripts/pack.mjs <folder>');
  for (const file of packAll(resolve(root, folder)))
    console.log(`${(statSync(file).size / 2 ** 20).toFixed(2)} MiB  ${file}`);
}
