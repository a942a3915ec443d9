import { createRequire } from 'node:module';
import { AatgsError } from '../errors.ts';
import { version } from '../version.ts';
import type { NativeBinding } from './binding.ts';
import { loadAdvice } from './causes.ts';
import { type BinaryLocation, locateBinary } from './locate.ts';

const require = createRequire(import.meta.url);

let loaded: { binding: NativeBinding; location: BinaryLocation } | undefined;

/** The addon, loaded on first use. The only place that requires a `.node` file. */
export function native(): { binding: NativeBinding; location: BinaryLocation } {
  if (loaded) return loaded;
  const location = locateBinary('@aatgs/core', 'core.node', require.resolve);
  try {
    loaded = { binding: require(location.path) as NativeBinding, location };
  } catch (cause) {
    throw unloadable(location, cause as Error & { code?: string });
  }
  warnOfAnotherVersion(location.path);
  return loaded;
}

function unloadable(location: BinaryLocation, cause: Error & { code?: string }): AatgsError {
  const missing = cause.code === 'MODULE_NOT_FOUND';
  const advice = missing
    ? {
        reason: 'missing-file',
        text: `there is no such file${location.source === 'environment' ? ' (AATGS_NATIVE_PATH)' : ''}`,
      }
    : loadAdvice(cause);
  return new AatgsError(
    missing ? 'ERR_AATGS_NO_BINARY' : 'ERR_AATGS_BINARY_REJECTED',
    `the native part of @aatgs/core at ${location.path} could not be loaded: ${advice?.text ?? cause.message}`,
    { cause, details: { ...location, reason: advice?.reason ?? 'unknown' } },
  );
}

/** Two versions in one process work side by side, but their errors and contexts are of different classes. */
function warnOfAnotherVersion(path: string): void {
  const key = Symbol.for('@aatgs/core versions');
  const shared = globalThis as { [key]?: Map<string, string> };
  shared[key] ??= new Map();
  const versions = shared[key];
  for (const [other, where] of versions) {
    if (other === version()) continue;
    process.emitWarning(
      `@aatgs/core ${version()} (${path}) and ${other} (${where}) run in one process. instanceof does not hold across them; ` +
        'find who asks for which with "npm ls @aatgs/core", and install matching versions',
      { code: 'AATGS_TWO_VERSIONS' },
    );
  }
  versions.set(version(), path);
}
