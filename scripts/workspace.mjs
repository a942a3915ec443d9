// What the scripts know about the workspace. Packages are discovered, never listed: every folder of packages/ that has a
// package.json, with the platform packages below its npm/.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './cmake.mjs';

/** Machines we publish binaries for, and what their platform packages say. */
export const PLATFORMS = {
  'linux-x64-gnu': { os: 'linux', cpu: 'x64', libc: 'glibc', words: 'Linux x86-64 (glibc 2.28 or newer)' },
  'linux-arm64-gnu': { os: 'linux', cpu: 'arm64', libc: 'glibc', words: 'Linux arm64 (glibc 2.28 or newer)' },
};

/** The platform this machine builds for: its own, or the one AATGS_TARGET names. */
export const target = process.env.AATGS_TARGET || `linux-${process.arch}-gnu`;

/**
 * Every package of ours, core first: its folder, package.json, kernel module (of core: the example), and the file names
 * its platform packages hold.
 */
export function packages() {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map((folder) => describe(folder))
    .sort((a, b) => Number(b.isCore) - Number(a.isCore) || a.name.localeCompare(b.name));
}

function describe(folder) {
  const manifest = readManifest(folder);
  const isCore = manifest.name === '@aatgs/core';
  // Module names use underscores, package folders hyphens.
  const own = folder.split('/').at(-1).replaceAll('-', '_');
  const module = isCore ? 'example' : existsSync(join(root, 'kernels', own)) ? own : undefined;
  const binaries = [...(isCore ? ['core.node'] : []), ...(module ? [`${module}.so`] : [])];
  return { folder, manifest, name: manifest.name, isCore, module, binaries };
}

/** The platform packages of a package, as far as their folders exist. */
export function platformPackages(owner) {
  return Object.keys(PLATFORMS)
    .map((platform) => ({ platform, folder: join(owner.folder, 'npm', platform) }))
    .filter(({ folder }) => existsSync(join(folder, 'package.json')))
    .map(({ platform, folder }) => ({ platform, folder, name: `${owner.name}-${platform}`, owner }));
}

export function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
