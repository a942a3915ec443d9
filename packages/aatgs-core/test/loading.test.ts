import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { exampleModule } from '../src/example.ts';
import { AatgsError, KernelModule, locateBinary, platformSuffix } from '../src/index.ts';
import { loadAdvice, missingBinary } from '../src/native/causes.ts';

const folder = mkdtempSync(join(tmpdir(), 'aatgs-loading-'));
afterAll(() => rmSync(folder, { recursive: true }));

const suffix = platformSuffix();
let projects = 0;

/** A project with packages in its node_modules, and how a package in it would resolve. */
function project(packages: Record<string, { manifest?: object; files?: string[] }>) {
  const root = join(folder, String(projects++));
  for (const [name, { manifest, files = [] }] of Object.entries(packages)) {
    const at = join(root, 'node_modules', name);
    mkdirSync(at, { recursive: true });
    writeFileSync(join(at, 'package.json'), JSON.stringify({ name, version: '1.2.3', ...manifest }));
    for (const file of files) {
      mkdirSync(join(at, file, '..'), { recursive: true });
      writeFileSync(join(at, file), '');
    }
  }
  return createRequire(join(root, 'index.js')).resolve;
}

const owner = (platforms: string[]) => ({
  manifest: { optionalDependencies: Object.fromEntries(platforms.map((name) => [`algo-${name}`, '1.2.3'])) },
});
const caught = (resolve: (id: string) => string) => {
  try {
    return locateBinary('algo', 'algo.so', resolve);
  } catch (error) {
    expect(error).toBeInstanceOf(AatgsError);
    return error as AatgsError;
  }
};

describe('where a binary is looked for', () => {
  test('in the platform package of the same version', () => {
    const resolve = project({ algo: owner([suffix]), [`algo-${suffix}`]: { files: ['algo.so'] } });
    expect(caught(resolve)).toMatchObject({
      source: 'platform package',
      path: expect.stringContaining(`algo-${suffix}/algo.so`),
    });
  });

  test('first where aatgs build puts it', () => {
    const built = { ...owner([suffix]), files: [`build/native/${suffix}/algo.so`] };
    const resolve = project({ algo: built, [`algo-${suffix}`]: { files: ['algo.so'] } });
    expect(caught(resolve)).toMatchObject({ source: 'built here' });
  });

  test('a platform package of another version is refused', () => {
    const other = { manifest: { version: '1.2.2' }, files: ['algo.so'] };
    const error = caught(project({ algo: owner([suffix]), [`algo-${suffix}`]: other }));
    expect(error).toMatchObject({ code: 'ERR_AATGS_VERSION_MISMATCH', details: { version: '1.2.3', found: '1.2.2' } });
  });

  test('not installed, installed for another machine, damaged', () => {
    const reason = (resolve: (id: string) => string) => caught(resolve);
    const message = (text: string, why: string) => ({
      code: 'ERR_AATGS_NO_BINARY',
      message: expect.stringContaining(text),
      details: expect.objectContaining({ reason: why }),
    });
    expect(reason(project({ algo: owner([suffix]) }))).toMatchObject(message('--include=optional', 'not-installed'));
    const elsewhere = project({ algo: owner([suffix, 'plan9-x64']), 'algo-plan9-x64': {} });
    expect(reason(elsewhere)).toMatchObject(message('install again here', 'other-platform'));
    const damaged = project({ algo: owner([suffix]), [`algo-${suffix}`]: {} });
    expect(reason(damaged)).toMatchObject(message('damaged', 'file-missing'));
    expect(reason(project({ algo: owner(['plan9-x64']) }))).toMatchObject(message('aatgs build', 'not-published'));
  });
});

describe('advice by machine and by cause', () => {
  const found = {
    packageName: 'algo',
    file: 'algo.so',
    published: ['linux-x64-gnu', 'linux-arm64-gnu'],
    installed: [],
  };
  test.each([
    [{ platform: 'win32', arch: 'x64', glibc: undefined }, 'ERR_AATGS_UNSUPPORTED_PLATFORM', 'WSL 2'],
    [{ platform: 'darwin', arch: 'arm64', glibc: undefined }, 'ERR_AATGS_NO_BINARY', 'npx aatgs build'],
    [{ platform: 'linux', arch: 'x64', glibc: undefined }, 'ERR_AATGS_NO_BINARY', 'musl'],
    [{ platform: 'linux', arch: 'riscv64', glibc: '2.36' }, 'ERR_AATGS_NO_BINARY', 'npx aatgs build'],
    [{ platform: 'linux', arch: 'arm64', glibc: '2.36' }, 'ERR_AATGS_NO_BINARY', 'algo-linux-arm64-gnu'],
  ])('%o', (machine, code, text) => {
    expect(missingBinary(found, undefined, machine)).toMatchObject({ code, message: expect.stringContaining(text) });
  });

  test.each([
    ["/lib/libc.so.6: version `GLIBC_2.99' not found (required by /x/core.node)", 'glibc', 'needs glibc 2.99'],
    ['Error relocating /x/core.node: __cxa_thread: symbol not found', 'musl', 'musl'],
    ['Error loading shared library ld-linux-x86-64.so.2: No such file', 'musl', 'musl'],
    ['/x/core.node: wrong ELF class: ELFCLASS32', 'architecture', 'install again'],
    ['/x/core.node: invalid ELF header', 'architecture', 'install again'],
    ['/x/core.node: failed to map segment from shared object', 'noexec', 'noexec'],
    ['libfoo.so.3: cannot open shared object file: No such file or directory', 'missing-library', 'libfoo.so.3'],
  ])('%s', (message, reason, text) => {
    expect(loadAdvice({ message })).toMatchObject({ reason, text: expect.stringContaining(text) });
  });

  test('node --no-addons; words we do not know stay alone', () => {
    expect(loadAdvice({ message: 'x', code: 'ERR_DLOPEN_DISABLED' })).toMatchObject({ reason: 'addons-disabled' });
    expect(loadAdvice({ message: 'undefined symbol: foo' })).toBeUndefined();
  });
});

test('a module library that is damaged says so', () => {
  const { spec } = exampleModule({ entities: 10, goal: 10 });
  const library = join(folder, 'damaged.so');
  copyFileSync(spec.library, library);
  writeFileSync(library, 'not a library');
  expect(() => new KernelModule({ ...spec, library })).toThrow(
    expect.objectContaining({ code: 'ERR_AATGS_MODULE_NOT_FOUND', message: expect.stringContaining('install again') }),
  );
});
