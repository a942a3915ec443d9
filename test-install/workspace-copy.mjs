// A copy of the workspace to release from: sources and builds, with a history of one commit.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { root } from '../scripts/cmake.mjs';

const COPIED = [
  'package.json',
  'pnpm-workspace.yaml',
  'pnpm-lock.yaml',
  'LICENSE',
  '.gitignore',
  // Not the changes that wait for the next release: the tests describe their own.
  '.changeset/config.json',
  'scripts',
  'kernels',
  'packages',
];
const LEFT_OUT = new Set(['node_modules', 'build', '.turbo', 'test', 'include']);

export class WorkspaceCopy {
  constructor(registry) {
    this.registry = registry;
    this.folder = mkdtempSync(join(tmpdir(), 'aatgs-release-'));
    const filter = (path) => !LEFT_OUT.has(basename(path));
    for (const name of COPIED) cpSync(join(root, name), join(this.folder, name), { recursive: true, filter });
    // Only what the scripts load; a package manager working in the copy must find nothing of the workspace to change.
    this.#link('.', '@changesets');
    for (const name of ['node-addon-api', 'node-api-headers']) this.#link(join('packages', 'aatgs-core'), name);
    this.git('init', '--quiet', '--initial-branch=main');
    this.commit('start');
  }

  #link(folder, name) {
    const modules = join(this.folder, folder, 'node_modules');
    mkdirSync(modules, { recursive: true });
    symlinkSync(realpathSync(join(root, folder, 'node_modules', name)), join(modules, name));
  }

  git(...args) {
    const identity = ['-c', 'user.name=test', '-c', 'user.email=test@localhost', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identity, ...args], { cwd: this.folder, encoding: 'utf8' });
  }

  commit(message) {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', message);
  }

  /** Describes a change as `changeset add` would. */
  changeset(name, bumps, summary) {
    const front = Object.entries(bumps).map(([id, bump]) => `'${id}': ${bump}`);
    writeFileSync(join(this.folder, '.changeset', `${name}.md`), `---\n${front.join('\n')}\n---\n\n${summary}\n`);
    this.commit(name);
  }

  /** Runs `pnpm <script>` of the copy; returns what it printed. */
  pnpm(...args) {
    const userconfig = join(this.folder, '.git', 'npmrc');
    const host = new URL(this.registry).host;
    writeFileSync(userconfig, `registry=${this.registry}\n//${host}/:_authToken=none\n`);
    const env = {
      ...process.env,
      PATH: join(root, 'node_modules', '.bin') + delimiter + process.env.PATH,
      npm_config_userconfig: userconfig,
      npm_config_registry: this.registry,
      npm_config_cache: join(this.folder, '.git', 'npm-cache'),
      npm_config_verify_deps_before_run: 'false',
      CI: 'true',
    };
    const { status, stdout, stderr } = spawnSync('pnpm', args, {
      cwd: this.folder,
      env,
      encoding: 'utf8',
      timeout: 110_000,
    });
    if (status !== 0) throw new Error(`pnpm ${args.join(' ')} failed:\n${stdout}${stderr}`);
    return stdout;
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
