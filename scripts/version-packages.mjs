// node scripts/version-packages.mjs: turns the changesets into versions and changelogs, of packages and platform
// packages alike, and brings the lockfile up to date. What comes out is the content of the release pull request.
import { join } from 'node:path';
import { root, run } from './cmake.mjs';

// The tools of the workspace are in the path: this runs as a package script.
run('changeset', ['version'], { cwd: root });
run(process.execPath, [join(root, 'scripts', 'platform-packages.mjs'), '--write'], { cwd: root });
run('pnpm', ['install', '--lockfile-only', '--no-frozen-lockfile', '--prefer-offline'], { cwd: root });
