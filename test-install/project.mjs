// A user's project in a temporary folder, outside the workspace: installs from the loopback registry, scripts disabled,
// with nothing but Node in its path.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../scripts/cmake.mjs';

/** The Nodes to test with: the workspace's, and the system's where it is another one. */
export const NODES = Object.fromEntries(
  [realpathSync(process.execPath), systemNode()]
    .filter(Boolean)
    .map((path) => [execFileSync(path, ['--version'], { encoding: 'utf8' }).trim(), path]),
);

const NPM = npmCli();
const PNPM = join(root, 'node_modules', '.bin', 'pnpm');

export class Project {
  constructor(registry, manifest = {}) {
    this.registry = registry;
    this.folder = mkdtempSync(join(tmpdir(), 'aatgs-project-'));
    this.path = join(this.folder, 'bin');
    mkdirSync(this.path);
    symlinkSync(process.execPath, join(this.path, 'node'));
    this.write('package.json', JSON.stringify({ name: 'user', private: true, type: 'module', ...manifest }));
    // pnpm refuses versions younger than a day otherwise; ours are seconds old.
    this.write('pnpm-workspace.yaml', 'minimumReleaseAge: 0\n');
  }

  write(file, content) {
    writeFileSync(join(this.folder, file), content);
  }

  env(extra = {}) {
    const home = join(this.folder, 'home');
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, '.npmrc'), `registry=${this.registry}\n`);
    return {
      PATH: this.path,
      HOME: home,
      npm_config_userconfig: join(home, '.npmrc'),
      npm_config_cache: join(home, 'cache'),
      npm_config_store_dir: join(home, 'store'),
      npm_config_update_notifier: 'false',
      CI: 'true',
      ...extra,
    };
  }

  /** Installs with `npm` or `pnpm`; throws with their words when it fails. */
  install(manager, packages, flags = []) {
    const [command, args] =
      manager === 'npm'
        ? [process.execPath, [NPM, 'install', '--no-audit', '--no-fund', '--ignore-scripts', ...flags, ...packages]]
        : [PNPM, ['add', '--ignore-scripts', ...flags, ...packages]];
    const { status, stdout, stderr } = this.run(command, args);
    if (status !== 0) throw new Error(`${manager} failed:\n${stdout}${stderr}`);
  }

  run(command, args, { env = {}, ...options } = {}) {
    return spawnSync(command, args, {
      cwd: this.folder,
      encoding: 'utf8',
      timeout: 110_000,
      ...options,
      env: this.env(env),
    });
  }

  /** Runs JavaScript in the project; `kind` is the file's extension. */
  script(node, code, kind = 'mjs', flags = [], options = {}) {
    this.write(`script.${kind}`, code);
    return this.run(node, [...flags, `script.${kind}`], options);
  }

  /** Every package of ours anywhere in node_modules. */
  ours() {
    const stores = [join(this.folder, 'node_modules')];
    const virtual = join(this.folder, 'node_modules', '.pnpm');
    if (existsSync(virtual))
      for (const entry of readdirSync(virtual)) stores.push(join(virtual, entry, 'node_modules'));
    const scopes = stores.map((store) => join(store, '@aatgs')).filter((scope) => existsSync(scope));
    return [...new Set(scopes.flatMap((scope) => readdirSync(scope).map((name) => `@aatgs/${name}`)))].sort();
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function systemNode() {
  // The workspace's Node comes first in PATH; the next one is the system's.
  const own = realpathSync(process.execPath);
  const candidates = process.env.PATH.split(':').map((folder) => join(folder, 'node'));
  const found = candidates.find(
    (path) => existsSync(path) && realpathSync(path) !== own && !path.includes('node_modules'),
  );
  return found && realpathSync(found);
}

function npmCli() {
  const folders = process.env.PATH.split(':').filter((folder) => !folder.includes('node_modules'));
  const npm = folders.map((folder) => join(folder, 'npm')).find((path) => existsSync(path));
  if (!npm) throw new Error('npm is not in the path');
  const real = realpathSync(npm);
  if (real.endsWith('.js')) return real;
  return createRequire(join(dirname(real), 'x.js')).resolve('npm/bin/npm-cli.js');
}
