// node scripts/check-packages.mjs: packs everything and checks what would be published: publint and "are the types wrong"
// on each tarball, its size, its manifest, and the licences of what comes with it.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { root } from './cmake.mjs';
import { packAll } from './pack.mjs';
import { manifestIn } from './registry.mjs';

const MAX_MIB = { package: 2, platform: 15 };
const LICENCES = ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD', 'BlueOak-1.0.0'];
const problems = [];

const tarballs = packAll(join(root, 'build', 'tarballs'));
for (const path of tarballs) {
  const manifest = manifestIn(path);
  const isPlatform = manifest.os !== undefined;
  const report = (what) => problems.push(`${manifest.name}: ${what}`);
  checkManifest(manifest, isPlatform, report);
  const mib = statSync(path).size / 2 ** 20;
  const limit = isPlatform ? MAX_MIB.platform : MAX_MIB.package;
  if (mib > limit) report(`${mib.toFixed(1)} MiB, more than ${limit}`);
  await checkWithPublint(path, report);
  if (!isPlatform) checkTypes(path, report);
  console.log(`${basename(path)}: ${mib.toFixed(2)} MiB`);
}
checkLicences();
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

function checkManifest(manifest, isPlatform, report) {
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
    if (manifest.scripts?.[script]) report(`runs a script on install: ${script}`);
  }
  for (const field of ['description', 'license', 'author', 'repository', 'homepage', 'bugs', 'engines', 'files']) {
    if (!manifest[field]) report(`has no ${field}`);
  }
  for (const [name, range] of Object.entries(manifest.optionalDependencies ?? {})) {
    if (range !== manifest.version) report(`wants ${name} ${range}; it must be exactly ${manifest.version}`);
  }
  const all = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.peerDependencies };
  for (const [name, range] of Object.entries(all))
    if (/workspace:|file:|link:/.test(range)) report(`${name} is ${range}`);
  if (isPlatform && manifest.dependencies) report('a platform package has no dependencies');
}

async function checkWithPublint(path, report) {
  const bytes = readFileSync(path);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
  for (const message of messages) report(`publint: ${formatMessage(message, pkg, { color: false })}`);
}

function checkTypes(path, report) {
  const { status, stdout, stderr } = spawnSync(
    'attw',
    ['--profile', 'esm-only', '--no-emoji', '--format', 'ascii', path],
    {
      encoding: 'utf8',
    },
  );
  if (status !== 0) report(`are the types wrong?\n${stdout}${stderr}`);
}

/** Licences of the third-party packages that users get with ours. */
function checkLicences() {
  const list = ['-r', '--filter', './packages/*', 'licenses', 'list', '--prod', '--json'];
  const licences = JSON.parse(
    execFileSync('pnpm', list, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const used = Object.entries(licences).filter(([, packages]) =>
    packages.some(({ name }) => !name.startsWith('@aatgs/')),
  );
  if (used.length === 0) problems.push('pnpm lists no licences at all');
  for (const [licence, packages] of used) {
    const fine = licence
      .replace(/[()]/g, '')
      .split(/ OR /)
      .some((one) => LICENCES.includes(one));
    if (!fine) problems.push(`licence ${licence}: ${packages.map(({ name }) => name).join(', ')}`);
  }
}
