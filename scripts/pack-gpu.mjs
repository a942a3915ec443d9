// Packs everything a GPU host without network or Node needs into one ignored folder: a Node binary, the packages
// installed flat from their tarballs, and a script that runs the checks there. docs/gpu-testing.md explains it.
//
//   node scripts/pack-gpu.mjs [folder]        default: .device-pack
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(root, process.argv[2] ?? '.device-pack');
const run = (command, args, cwd = root) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });

const tarballs = join(target, 'tarballs');
rmSync(target, { recursive: true, force: true });
mkdirSync(tarballs, { recursive: true });

console.log('packing the packages ...');
const packages = readdirSync(join(root, 'packages')).flatMap((name) => {
  const folder = join(root, 'packages', name);
  return [folder, join(folder, 'npm', 'linux-x64-gnu')].filter((path) => existsSync(join(path, 'package.json')));
});
for (const folder of packages) run('pnpm', ['pack', '--pack-destination', tarballs], folder);

console.log('installing them flat ...');
writeFileSync(join(target, 'package.json'), '{ "private": true, "type": "module" }\n');
const files = readdirSync(tarballs).map((file) => `./tarballs/${file}`);
run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', '--ignore-scripts', ...files], target);
rmSync(tarballs, { recursive: true });

console.log('compressing Node ...');
writeFileSync(
  join(target, 'node.xz'),
  execFileSync('xz', ['-T0', '-6', '-c', realpathSync(process.execPath)], { maxBuffer: 2 ** 28 }),
);
copyFileSync(join(root, 'scripts', 'gpu-run.sh'), join(target, 'run.sh'));
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
writeFileSync(join(target, 'commit'), `${commit}\n`);
run('du', ['-sh', target]);
