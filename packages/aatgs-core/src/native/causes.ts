import { AatgsError } from '../errors.ts';
import { type Machine, platformSuffix, thisMachine } from './platform.ts';

/** What the installation looks like to `missingBinary`. */
export interface Installation {
  readonly packageName: string;
  readonly file: string;
  /** Suffixes the package publishes binaries for, from its optionalDependencies. */
  readonly published: readonly string[];
  /** Those of them that are installed. */
  readonly installed: readonly string[];
}

const BUILD = 'npx aatgs build';

/** Why there is no binary, and what to do about it. */
export function missingBinary(found: Installation, cause: unknown, machine: Machine = thisMachine()): AatgsError {
  const { packageName, published, installed } = found;
  const suffix = platformSuffix(machine);
  const wanted = `${packageName}-${suffix}`;
  const details = { ...found, platform: suffix, platformPackage: wanted };
  const fail = (code: string, reason: string, text: string) =>
    new AatgsError(code, `${packageName} has no binary for this machine (${suffix}): ${text}`, {
      cause,
      details: { ...details, reason },
    });

  if (machine.platform === 'win32') {
    const wsl = 'Windows is not supported yet. Run it under WSL 2, where it is Linux, GPU included';
    return fail('ERR_AATGS_UNSUPPORTED_PLATFORM', 'windows', wsl);
  }
  if (!published.includes(suffix)) {
    const musl = suffix.endsWith('-musl')
      ? ' The C library here is musl; an image with glibc (Debian, Ubuntu) would do.'
      : '';
    const list = published.length > 0 ? published.join(', ') : 'none';
    const text = `published are ${list}.${musl} Build it from source, with a C++20 compiler and cmake: ${BUILD}`;
    return fail('ERR_AATGS_NO_BINARY', 'not-published', text);
  }
  const others = installed.filter((other) => other !== suffix);
  if (others.length > 0) {
    const text =
      `${wanted} is not installed, but the package for ${others.join(' and ')} is. node_modules was made on another ` +
      'machine (copied, or a volume shared with a container): install again here';
    return fail('ERR_AATGS_NO_BINARY', 'other-platform', text);
  }
  if (installed.includes(suffix)) {
    const text = `${wanted} is installed, but has no ${found.file}. The installation is damaged: install again, or run ${BUILD}`;
    return fail('ERR_AATGS_NO_BINARY', 'file-missing', text);
  }
  const text =
    `${wanted} is not installed. Optional dependencies were left out (--omit=optional, --no-optional), or the lockfile was ` +
    `made on another platform. Run: npm install --include=optional ${wanted}`;
  return fail('ERR_AATGS_NO_BINARY', 'not-installed', text);
}

/** What the loader's words about a shared library mean, and what to do; undefined where they say it all. */
export function loadAdvice(error: { message: string; code?: unknown }, machine: Machine = thisMachine()) {
  const { message, code } = error;
  const known = (reason: string, text: string) => ({ reason, text });
  if (code === 'ERR_DLOPEN_DISABLED') return known('addons-disabled', 'Node runs with --no-addons; start it without');
  const glibc = /version `GLIBC_([\d.]+)' not found/.exec(message)?.[1];
  if (glibc) {
    const has = machine.glibc ? `this system has glibc ${machine.glibc}` : 'this system has another C library';
    return known('glibc', `it needs glibc ${glibc}, ${has}. Use a newer system, or build from source: ${BUILD}`);
  }
  if (/Error relocating|ld-musl|ld-linux[^ ]*: No such file/.test(message)) {
    return known('musl', `it was built for glibc, this system has musl. Use an image with glibc, or ${BUILD}`);
  }
  if (
    /wrong ELF class|invalid ELF header|Exec format|file too short|not a mach-o|incompatible architecture/i.test(
      message,
    )
  ) {
    const what = `${machine.platform}-${machine.arch}`;
    return known('architecture', `the file is damaged, or for another machine than ${what}; install again`);
  }
  if (/failed to map segment|Operation not permitted/.test(message)) {
    return known('noexec', 'the file system forbids execution (mounted noexec); install somewhere else');
  }
  const library = /^(?:Error: )?(lib[^:]+): cannot open shared object file/.exec(message)?.[1];
  if (library) return known('missing-library', `it needs ${library}, which is not on this system; install it`);
  if (/cannot open shared object file|no such file/i.test(message))
    return known('missing-file', 'there is no such file');
  return undefined;
}
