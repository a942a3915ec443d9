import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const run = async (...args: string[]) => {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [main, ...args])) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
};
const folder = () => mkdtemp(join(tmpdir(), 'aatgs-active-inference-'));

describe('run', () => {
  test('plots the beliefs of the first agent', async () => {
    const { stdout } = await run('run', 'tmaze', '--agents', '20', '--steps', '3', '--device', 'cpu');
    expect(stdout).toContain('beliefs of the first agent: location');
    expect(stdout).toMatch(/cue \| @ \|/);
  });

  test('prints JSON and writes a page; on the host it is the same world', async () => {
    const page = join(await folder(), 'page.html');
    const { stdout } = await run(
      'run',
      'bandit',
      '--steps',
      '4',
      '--host',
      '--device',
      'cpu',
      '--json',
      '--report',
      page,
    );
    const result = JSON.parse(stdout);
    expect(result.freeEnergy).toHaveLength(4);
    expect(result.beliefs[1][0]).toHaveLength(3);
    expect(await readFile(page, 'utf8')).toContain('Mean variational free energy');
  });

  test('an unknown world is bad input', async () => {
    const { code, stderr } = await run('run', 'mars');
    expect(code).toBe(2);
    expect(stderr).toContain('tmaze');
  });
});

test('verify: exit code and JSON say which case failed', async () => {
  const directory = await folder();
  const inputs = {
    A: [
      [
        [0.9, 0.2],
        [0.1, 0.8],
      ],
    ],
    A_dependencies: [[0]],
    obs: [0],
    prior: [[0.5, 0.5]],
  };
  const at = (id: string, qs: number[]) =>
    writeFile(
      join(directory, `${id}.json`),
      JSON.stringify({ id, kind: 'fpi', inputs, expected: { legacy: { values: { qs: [qs] } } } }),
    );
  await at('right', [9 / 11, 2 / 11]);
  expect((await run('verify', directory, '--device', 'cpu')).stdout).toContain('1 of 1 cases passed in f64');
  await at('wrong', [0.5, 0.5]);
  const { code, stdout } = await run('verify', directory, '--device', 'cpu', '--precision', 'f32', '--json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ passed: 1, failed: 1, precision: 'f32' });
  // What is no case fails by itself.
  await writeFile(join(directory, 'broken.json'), '{');
  await mkdir(join(directory, 'folder.json'));
  const all = JSON.parse((await run('verify', directory, '--device', 'cpu', '--json')).stdout);
  expect(all).toMatchObject({ passed: 1, failed: 3 });
  expect(all.cases[0]).toMatchObject({ id: 'broken.json', failure: expect.stringContaining('is not JSON') });
  const none = await run('verify', join(directory, 'nowhere'));
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('ERR_AI_CASE');
});
