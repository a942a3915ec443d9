import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AatgsError } from '../errors.ts';

/** Native code of an installed package: the addon (of core), or a kernel module. */
export interface NativeSource {
  readonly packageName: string;
  readonly packageFolder: string;
  /** The file to be made. */
  readonly file: string;
  /** The module's sources; undefined for the addon. */
  readonly module: string | undefined;
}

/** The folder of @aatgs/core this code belongs to. */
export function coreFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/**
 * What can be built from source as seen from a project's folder: core, and every package that core's modules come from:
 * its dependencies and whatever lies in node_modules/@aatgs. A package brings each module in native/<module>.
 * @param only names of packages; all when empty
 */
export function nativeSources(from: string, only: readonly string[]): NativeSource[] {
  const found = new Map<string, NativeSource[]>();
  const core = coreFolder();
  found.set('@aatgs/core', [addon(core), ...modulesOf('@aatgs/core', core)]);
  for (const name of visiblePackages(from)) {
    const folder = folderOf(name, from);
    if (folder && !found.has(name)) found.set(name, modulesOf(name, folder));
  }
  for (const name of only) {
    if (found.get(name)?.length) continue;
    const known = [...found.keys()].filter((other) => found.get(other)?.length).join(', ');
    throw new AatgsError(
      'ERR_AATGS_INVALID_ARGUMENT',
      `${name} has no native sources, or is not installed in ${from}; with sources: ${known}`,
      { details: { name: 'package', value: name } },
    );
  }
  return [...found].filter(([name]) => only.length === 0 || only.includes(name)).flatMap(([, sources]) => sources);
}

function addon(folder: string): NativeSource {
  return { packageName: '@aatgs/core', packageFolder: folder, file: 'core.node', module: undefined };
}

function modulesOf(packageName: string, packageFolder: string): NativeSource[] {
  const native = join(packageFolder, 'native');
  if (!existsSync(native)) return [];
  return readdirSync(native)
    .filter((name) => declaresModule(join(native, name, 'CMakeLists.txt')))
    .map((name) => ({ packageName, packageFolder, file: `${name}.so`, module: join(native, name) }));
}

function declaresModule(path: string): boolean {
  return existsSync(path) && /^\s*aatgs_add_module\(/m.test(readFileSync(path, 'utf8'));
}

/** Names in the project's dependencies, and of our scope in its node_modules. */
function visiblePackages(from: string): Set<string> {
  const names = new Set<string>();
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) {
      const { dependencies, devDependencies, optionalDependencies } = JSON.parse(readFileSync(manifest, 'utf8'));
      for (const name of Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })) names.add(name);
    }
    const scope = join(folder, 'node_modules', '@aatgs');
    if (existsSync(scope)) for (const name of readdirSync(scope)) names.add(`@aatgs/${name}`);
    if (folder === dirname(folder)) return names;
  }
}

function folderOf(name: string, from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}
