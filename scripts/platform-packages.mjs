// node scripts/platform-packages.mjs [--write]: every package has one platform package for each platform of
// workspace.mjs, with the same version, exactly those in its optionalDependencies, and they form one `fixed` group of
// changesets; its tarball carries its module's sources. Checks that, or makes it so.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './cmake.mjs';
import { PLATFORMS, packages } from './workspace.mjs';

const writes = process.argv.includes('--write');
const stale = [];

for (const owner of packages()) {
  // A package of TypeScript alone needs none.
  const platforms = owner.binaries.length > 0 ? Object.keys(PLATFORMS) : [];
  for (const platform of platforms) {
    const folder = join(owner.folder, 'npm', platform);
    mkdirSync(folder, { recursive: true });
    expectFile(join(folder, 'package.json'), json(platformManifest(owner, platform)));
    expectFile(join(folder, 'README.md'), platformReadme(owner, platform));
  }
  const manifest = { ...owner.manifest };
  if (owner.module && !owner.isCore) {
    manifest.scripts = { ...manifest.scripts, prepack: vendor(owner), postpack: `${vendor(owner)} --clean` };
  }
  manifest.files = [...new Set([...manifest.files, ...(owner.module ? ['native'] : []), 'CHANGELOG.md'])];
  const wanted = Object.fromEntries(platforms.map((platform) => [`${owner.name}-${platform}`, 'workspace:*']));
  if (platforms.length > 0) manifest.optionalDependencies = wanted;
  expectFile(join(owner.folder, 'package.json'), json(manifest));
}
const changesets = join(root, '.changeset', 'config.json');
const config = JSON.parse(readFileSync(changesets, 'utf8'));
config.fixed = packages()
  .filter(({ binaries }) => binaries.length > 0)
  .map(({ name }) => [name, `${name}-*`]);
expectFile(changesets, json(config));

if (stale.length > 0) {
  for (const path of stale) console.error(`${writes ? 'written' : 'out of date'}: ${relative(root, path)}`);
  if (!writes) {
    console.error('Run: node scripts/platform-packages.mjs --write, then npx pnpm install');
    process.exit(1);
  }
}

function expectFile(path, content) {
  const now = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  // Packages are compared as values: the order of keys is up to their authors.
  const same =
    path.endsWith('.json') && now ? canonical(JSON.parse(now)) === canonical(JSON.parse(content)) : now === content;
  if (same) return;
  stale.push(path);
  if (writes) writeFileSync(path, content);
}

function platformManifest(owner, platform) {
  const { os, cpu, libc, words } = PLATFORMS[platform];
  const { license, author, repository, homepage, bugs, engines, version } = owner.manifest;
  return {
    name: `${owner.name}-${platform}`,
    version,
    description: `Binaries of ${owner.name} for ${words}. Installed with ${owner.name}; do not install it directly`,
    license,
    author,
    repository: { ...repository, directory: `${repository.directory}/npm/${platform}` },
    homepage,
    bugs,
    type: 'commonjs',
    ...(owner.isCore ? { main: 'core.node' } : {}),
    files: owner.binaries,
    sideEffects: false,
    engines,
    os: [os],
    cpu: [cpu],
    libc: [libc],
    preferUnplugged: true,
    publishConfig: { access: 'public', provenance: true },
  };
}

/** The published package carries its module's sources, for `aatgs build`. */
function vendor({ module }) {
  return `node ../../scripts/vendor-module.mjs ${module}`;
}

function platformReadme(owner, platform) {
  return (
    `# ${owner.name}-${platform}\n\nThe ${PLATFORMS[platform].words} binary of [${owner.name}](../../README.md). ` +
    `Do not install it directly: it comes with \`${owner.name}\`.\n`
  );
}

function json(value) {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function canonical(value) {
  return JSON.stringify(value, (_, at) =>
    at && typeof at === 'object' && !Array.isArray(at) ? Object.fromEntries(Object.entries(at).sort()) : at,
  );
}
