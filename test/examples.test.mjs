// Every script of examples/ ends by itself with exit code 0. The demo is long, and has its own command;
// the helices are a part of another.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../examples', import.meta.url));
const others = ['demo.mjs', 'ring-of-helices.mjs'];
const scripts = readdirSync(folder).filter((file) => file.endsWith('.mjs') && !others.includes(file));
// What a script writes, it writes there.
const out = mkdtempSync(join(tmpdir(), 'aatgs-examples-'));
afterAll(() => rmSync(out, { recursive: true }));

test.each(scripts)('%s', { timeout: 60_000 }, (script) => {
  const run = spawnSync(process.execPath, [join(folder, script)], { cwd: out, encoding: 'utf8', timeout: 55_000 });
  expect(run.status, run.stderr).toBe(0);
  expect(run.stdout.length).toBeGreaterThan(0);
});

test('the quickstart draws a page', () => {
  expect(readdirSync(out)).toContain('quickstart.html');
});
