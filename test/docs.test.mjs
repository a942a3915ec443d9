// Runs every ```js run block of the documents with Node against the built packages. A block passes when it ends by
// itself with exit code 0 and no warning, and prints what the comments behind its console.log calls promise.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { writeExampleFiles } from './example-files.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const TIMEOUT_MS = 20_000;

const documents = execFileSync(
  'git',
  ['ls-files', '--', 'README.md', 'docs/*.md', 'packages/*/README.md', 'packages/*/MIGRATION.md'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\n')
  // Platform packages have a README without examples.
  .filter((path) => path !== '' && !path.includes('/npm/'));

// Below the root, so that the packages resolve as they do in a user's project.
const scratch = join(root, 'build', 'docs-test');
mkdirSync(scratch, { recursive: true });
const folder = mkdtempSync(join(scratch, 'run-'));
writeExampleFiles(folder);
afterAll(() => rmSync(folder, { recursive: true }));

const blocks = documents.flatMap((path) => blocksOf(path));

test('there are blocks to run', () => {
  expect(blocks.map((block) => block.path)).toEqual(expect.arrayContaining(['README.md', 'docs/tuning.md']));
});

describe('examples of the documents', () => {
  test.each(blocks)(
    '$path:$line',
    async ({ path, line, code }) => {
      const script = join(folder, `${path.replaceAll('/', '-')}-${line}.mjs`);
      writeFileSync(script, code);
      const { status, stdout, stderr } = await run(script);
      expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: '' });
      const printed = stdout.split('\n');
      for (const promised of promises(code)) {
        const at = printed.indexOf(promised);
        expect(at, `"${promised}" is not among the lines printed:\n${stdout}`).toBeGreaterThanOrEqual(0);
        printed.splice(0, at + 1); // in order
      }
    },
    TIMEOUT_MS + 5000,
  );
});

/** The runnable blocks of a document, each with the line its code starts at. */
function blocksOf(path) {
  const text = readFileSync(join(root, path), 'utf8');
  return [...text.matchAll(/^```js run\n([\s\S]*?)^```$/gm)].map((match) => ({
    path,
    line: text.slice(0, match.index).split('\n').length + 1,
    code: match[1],
  }));
}

/** Output lines that comments promise: `console.log(1 + 1); // 2`. */
function promises(code) {
  return [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.+)$/gm)].map((match) => match[1]);
}

async function run(script) {
  const child = spawn(process.execPath, [script], { cwd: folder, timeout: TIMEOUT_MS });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text;
    });
  }
  const status = await new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  return { status, ...output };
}
