// Runs a project command on a machine that may have nothing but Node and a compiler: checks the tools, installs the
// workspace, then builds and runs. Plain Node 20 only, because it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const stamp = join(root, 'node_modules', '.installed-from');

const turbo = (...args) => ['turbo', 'run', ...args, '--output-logs=new-only'];
const prepare = () => {
  env.AATGS_BUILT_FOR = builtFor();
  run(turbo('build', 'build:native', '--concurrency=2'));
};
const commands = {
  build: prepare,
  test() {
    prepare();
    // One package after the other: the tests measure and saturate cores.
    run(turbo('test', 'test:docs', '--concurrency=1', '--log-prefix=none'));
  },
  demo(...args) {
    prepare();
    run(['node', 'examples/demo.mjs', ...args]);
  },
  bench(...args) {
    prepare();
    run(['node', 'packages/aatgs-core/bin/aatgs.js', 'bench', ...args]);
  },
  'check-types': () => run(turbo('check-types')),
  lint() {
    run(['biome', 'check', '--error-on-warnings', '.']);
    run(['node', 'scripts/clang-format.mjs']);
    run(['node', 'scripts/check-docs.mjs']);
    run(['node', 'scripts/figures.mjs']);
  },
  'check-packages'() {
    prepare();
    for (const check of ['platform-packages', 'check-binaries', 'check-packages', 'api-reports']) {
      run(['node', `scripts/${check}.mjs`]);
    }
    run(['knip', '--no-config-hints']);
  },
  'test-install'(...args) {
    prepare();
    run(['vitest', 'run', '--config', 'test-install/vitest.config.mjs', ...args]);
  },
  'test-emulated'() {
    prepare();
    run(['node', 'scripts/test-emulated.mjs']);
  },
  docs(...args) {
    run(turbo('build'));
    run(['node', 'scripts/docs-site.mjs', ...args]);
  },
  api(...args) {
    run(turbo('build'));
    run(['node', 'scripts/api-reports.mjs', ...args]);
  },
  check() {
    commands['check-types']();
    commands.lint();
  },
};

const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  DO_NOT_TRACK: '1',
  // The workspace's own tools, Node 24 among them, come first.
  PATH: bin + delimiter + process.env.PATH,
};
// A user's `nodedir` would compile the addon against that Node's headers instead of the pinned ones.
delete env.npm_config_nodedir;
delete env.NPM_CONFIG_NODEDIR;

const [name, ...args] = process.argv.slice(2);
if (!Object.hasOwn(commands, name ?? '')) fail([`Usage: node scripts/dev.mjs ${Object.keys(commands).join('|')}`]);
checkTools();
install();
commands[name](...args);

function checkTools() {
  const problems = [];
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    problems.push(
      `Node ${process.versions.node} is too old: 20.19 or newer is needed (on Debian 13: sudo apt-get install nodejs npm).`,
    );
  }
  const tools = { [env.CXX || 'g++']: 'g++', cmake: 'cmake', make: 'make', npx: 'npm' };
  for (const [tool, debianPackage] of Object.entries(tools)) {
    if (spawnSync(tool, ['--version'], { env, stdio: 'ignore' }).error) {
      problems.push(`${tool} is missing (on Debian or Ubuntu: sudo apt-get install ${debianPackage}).`);
    }
  }
  if (problems.length > 0) fail(problems);
}

function install() {
  const wanted = dependencyHash();
  if (existsSync(join(bin, 'turbo')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  console.log('Installing the development tools (once, about half a minute) ...');
  // With a full store and npm cache this needs no network.
  const npx = ['npx', '--yes', '--prefer-offline', 'pnpm@12'];
  run([...npx, 'install', '--frozen-lockfile', '--prefer-offline'], { CI: 'true' });
  writeFileSync(stamp, wanted);
}

/** What native builds depend on besides files and variables: turbo builds again when it changes. */
function builtFor() {
  const cuda = { ...env, PATH: `${env.PATH}${delimiter}/usr/local/cuda/bin` };
  const outputs = [
    [env.CXX || 'g++', '--version'],
    ['nvcc', '--version'],
    ['nvidia-smi', '--query-gpu=compute_cap', '--format=csv,noheader'],
  ].map(([tool, ...options]) => spawnSync(tool, options, { env: cuda, encoding: 'utf8' }));
  return outputs.map(({ status, stdout }) => (status === 0 ? stdout : '')).join('');
}

/** Everything that decides what node_modules holds. */
function dependencyHash() {
  const hash = createHash('sha256');
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json'];
  for (const folder of readdirSync(join(root, 'packages'))) files.push(`packages/${folder}/package.json`);
  for (const file of files.filter((path) => existsSync(join(root, path)))) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function run([command, ...rest], extraEnv = {}) {
  const { status, signal, error } = spawnSync(command, rest, {
    cwd: root,
    env: { ...env, ...extraEnv },
    stdio: 'inherit',
  });
  if (error) fail([`Could not run ${command}: ${error.message}`]);
  if (status !== 0) process.exit(signal ? 1 : status);
}

function fail(lines) {
  for (const line of lines) console.error(line);
  process.exit(1);
}
