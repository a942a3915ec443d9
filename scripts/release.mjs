// node scripts/release.mjs [--dry-run] [--tarballs <folder>] [--platforms linux-x64-gnu,...]: publishes every version the registry does not have yet,
// platform packages first, so that no package is ever there without its binaries. The tarballs are those of the pack job
// (scripts/pack.mjs), or packed now. npm's own settings name the registry and the credentials.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './cmake.mjs';
import { packAll } from './pack.mjs';
import { manifestIn } from './registry.mjs';
import { PLATFORMS, packages } from './workspace.mjs';

const { values } = parseArgs({
  options: {
    'dry-run': { type: 'boolean', default: false },
    tarballs: { type: 'string' },
    platforms: { type: 'string' },
  },
});
const tarballs = values.tarballs ? tarballsIn(resolve(values.tarballs)) : packAll(join(root, 'build', 'tarballs'));
const found = tarballs.map((path) => ({ path, manifest: manifestIn(path) }));
const registry = npm(['config', 'get', 'registry'], 'pipe').stdout.trim().replace(/\/?$/, '/');
const published = await Promise.all(found.map(({ manifest }) => isPublished(manifest)));
const waiting = found.filter((_, i) => !published[i]);
checkCompleteness(waiting);

for (const { path, manifest } of inOrder(waiting)) {
  const id = `${manifest.name}@${manifest.version}`;
  if (values['dry-run']) {
    console.log(`would publish ${id}`);
    continue;
  }
  // On GitHub the workflow's identity signs where a tarball was built; elsewhere there is no such identity.
  const provenance = process.env.ACTIONS_ID_TOKEN_REQUEST_URL ? ['--provenance'] : ['--provenance=false'];
  const tag = manifest.version.includes('-') ? 'next' : 'latest';
  const { status } = npm(['publish', path, '--access', 'public', '--tag', tag, ...provenance]);
  if (status !== 0) {
    console.error(`${id} was not published. What was published before it stays; run again for the rest.`);
    process.exit(1);
  }
  console.log(`published ${id}`);
}
if (waiting.length === 0) console.log('everything is published already');

/** Platform packages, then core, then the algorithms that depend on it. */
function inOrder(list) {
  const rank = ({ manifest }) => (manifest.os ? 0 : manifest.name === '@aatgs/core' ? 1 : 2);
  return list.toSorted((a, b) => rank(a) - rank(b) || a.manifest.name.localeCompare(b.manifest.name));
}

/** A package is released with all its platform packages, or not at all. */
function checkCompleteness(list) {
  const missing = packages().flatMap(({ name, binaries }) => {
    const main = list.find(({ manifest }) => manifest.name === name);
    if (!main || binaries.length === 0) return [];
    return (values.platforms?.split(',') ?? Object.keys(PLATFORMS))
      .map((platform) => `${name}-${platform}`)
      .filter((id) => !found.some((one) => one.manifest.name === id && one.manifest.version === main.manifest.version));
  });
  if (missing.length === 0) return;
  console.error(`Not released: there are no tarballs of ${missing.join(', ')}. Build them first (AATGS_TARGET).`);
  process.exit(1);
}

async function isPublished({ name, version }) {
  const answer = await fetch(new URL(name.replace('/', '%2f'), registry), { headers: { connection: 'close' } });
  if (answer.status === 404) return false;
  if (answer.ok) return version in (await answer.json()).versions;
  throw new Error(`${registry} answers ${answer.status} when asked for ${name}`);
}

function npm(args, stdio = 'inherit') {
  return spawnSync('npm', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', stdio, stdio] });
}

function tarballsIn(folder) {
  if (!existsSync(folder)) throw new Error(`${folder} does not exist`);
  return readdirSync(folder)
    .filter((file) => file.endsWith('.tgz'))
    .map((file) => join(folder, file));
}
