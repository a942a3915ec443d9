import { createRequire } from 'node:module';
import { AatgsError } from '../errors.ts';
import type { NativeBinding } from './binding.ts';

const require = createRequire(import.meta.url);

/** `linux-x64-gnu` and the like: the suffix of the packages that hold this machine's binaries. */
export function platformSuffix(): string {
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  const libc = process.platform !== 'linux' ? '' : report?.header?.glibcVersionRuntime ? '-gnu' : '-musl';
  return `${process.platform}-${process.arch}${libc}`;
}

/** A file of a platform package, and how it was found. */
export interface BinaryLocation {
  /** Path of the file; with `source: 'environment'` it has not been looked for yet. */
  readonly path: string;
  /** `environment`: AATGS_NATIVE_PATH names the folder. */
  readonly source: 'environment' | 'platform package';
}

/**
 * Finds a binary that belongs to `packageName`: in the folder named by AATGS_NATIVE_PATH, or in the platform package
 * `<packageName>-<platform>`. Throws ERR_AATGS_NO_BINARY with the causes.
 * @param resolve resolves a module path as the owning package would; its own `require.resolve`.
 */
export function locateBinary(packageName: string, file: string, resolve: (id: string) => string): BinaryLocation {
  const folder = process.env.AATGS_NATIVE_PATH;
  if (folder) return { path: `${folder}/${file}`, source: 'environment' };
  const platformPackage = `${packageName}-${platformSuffix()}`;
  try {
    return { path: resolve(`${platformPackage}/${file}`), source: 'platform package' };
  } catch (cause) {
    throw new AatgsError(
      'ERR_AATGS_NO_BINARY',
      `${packageName} has no binary for this machine: ${platformPackage} is not installed. If it was left out (--omit=optional, ` +
        `or a lockfile made on another platform), run: npm install --include=optional ${platformPackage}`,
      { cause, details: { packageName, platformPackage, file } },
    );
  }
}

let loaded: { binding: NativeBinding; location: BinaryLocation } | undefined;

/** The addon, loaded on first use. The only place that requires a `.node` file. */
export function native(): { binding: NativeBinding; location: BinaryLocation } {
  if (loaded) return loaded;
  const location = locateBinary('@aatgs/core', 'core.node', require.resolve);
  try {
    loaded = { binding: require(location.path) as NativeBinding, location };
    return loaded;
  } catch (cause) {
    throw new AatgsError(
      'ERR_AATGS_NO_BINARY',
      `the native part of @aatgs/core at ${location.path} could not be loaded: ${(cause as Error).message}`,
      { cause, details: { ...location } },
    );
  }
}
