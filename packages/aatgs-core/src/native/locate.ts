import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { AatgsError } from '../errors.ts';
import { missingBinary } from './causes.ts';
import { platformSuffix } from './platform.ts';

const require = createRequire(import.meta.url);

/** A file of a platform package, and how it was found. */
export interface BinaryLocation {
  /** Path of the file; with `source: 'environment'` it has not been looked for yet. */
  readonly path: string;
  /** `environment`: AATGS_NATIVE_PATH names the folder. `built here`: `aatgs build` made it. */
  readonly source: 'environment' | 'built here' | 'platform package';
}

/** Where `aatgs build` puts a package's binaries: inside the package, so that they go when it is replaced. */
export function builtFolder(packageFolder: string): string {
  return join(packageFolder, 'build', 'native', platformSuffix());
}

/**
 * Finds a binary that belongs to `packageName`: in the folder named by AATGS_NATIVE_PATH, where `aatgs build` puts it, or
 * in the platform package `<packageName>-<platform>`, which must have the same version.
 * Throws ERR_AATGS_NO_BINARY or ERR_AATGS_UNSUPPORTED_PLATFORM with the cause and what to do, or
 * ERR_AATGS_VERSION_MISMATCH.
 * @param resolve resolves a module path as the owning package would; its own `require.resolve`.
 */
export function locateBinary(packageName: string, file: string, resolve: (id: string) => string): BinaryLocation {
  const folder = process.env.AATGS_NATIVE_PATH;
  if (folder) return { path: join(folder, file), source: 'environment' };
  const owner = manifestOf(packageName, resolve);
  const built = owner ? join(builtFolder(owner.folder), file) : '';
  if (owner && existsSync(built)) return { path: built, source: 'built here' };

  const platformPackage = `${packageName}-${platformSuffix()}`;
  const binaries = manifestOf(platformPackage, resolve);
  if (owner && binaries && owner.version !== binaries.version) {
    throw new AatgsError(
      'ERR_AATGS_VERSION_MISMATCH',
      `${packageName} is version ${owner.version}, but ${platformPackage} is ${binaries.version} (${binaries.folder}). They ` +
        `belong together: remove ${platformPackage} from your own dependencies or overrides, and install again`,
      { details: { packageName, version: owner.version, platformPackage, found: binaries.version } },
    );
  }
  try {
    return { path: resolve(`${platformPackage}/${file}`), source: 'platform package' };
  } catch (cause) {
    const prefix = `${packageName}-`;
    const published = (owner?.platformPackages ?? []).map((name) => name.slice(prefix.length));
    const installed = published.filter((suffix) => manifestOf(prefix + suffix, resolve) !== undefined);
    throw missingBinary({ packageName, file, published, installed }, cause);
  }
}

/** A package's version and platform packages, as far as the owner can see it. */
function manifestOf(name: string, resolve: (id: string) => string) {
  try {
    const path = resolve(`${name}/package.json`);
    const manifest = require(path) as { version: string; optionalDependencies?: Record<string, string> };
    const platformPackages = Object.keys(manifest.optionalDependencies ?? {}).filter((id) => id.startsWith(`${name}-`));
    return { folder: dirname(path), version: manifest.version, platformPackages };
  } catch {
    return undefined; // not installed
  }
}
