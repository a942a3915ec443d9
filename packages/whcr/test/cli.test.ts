import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { queen, readColoring, verifyColoring, writeGraph } from '../src/index.ts';

const cli = fileURLToPath(new URL('../bin/aatgs-whcr.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aatgs-whcr-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const run = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', timeout: 30_000 });

describe('aatgs-whcr', () => {
  test('generate, color, verify: files gzipped or not', async () => {
    for (const file of ['queen7.col', 'queen7.col.gz']) {
      expect(run('generate', 'queen', '7', '--out', at(file)).status).toBe(0);
      const colored = run(
        'color',
        at(file),
        '-k',
        '8',
        '--iterations',
        '3000000',
        '--seed',
        '4',
        '--out',
        at('solution'),
        '--json',
      );
      expect(colored.status, colored.stderr).toBe(0);
      expect(JSON.parse(colored.stdout)).toMatchObject({
        success: true,
        conflicts: 0,
        graph: { vertices: 49, edges: 476 },
      });
      const coloring = await readColoring(at('solution'), { vertices: 49, colors: 8 });
      expect(verifyColoring(queen(7), coloring).valid).toBe(true);
      expect(readFileSync(at('solution'), 'utf8').trim().split('\n')).toHaveLength(49);
      expect(run('verify', at(file), at('solution'), '-k', '8')).toMatchObject({ status: 0 });
    }
  });
  test('sync and async write the same file', async () => {
    await writeGraph(at('q9.col'), queen(9));
    const args = ['color', at('q9.col'), '-k', '11', '--iterations', '1000000', '--seed', '18446744073709551615'];
    run(...args, '--out', at('a'));
    run(...args, '--sync', '--threads', '2', '--out', at('b'));
    expect(readFileSync(at('a'), 'utf8')).toBe(readFileSync(at('b'), 'utf8'));
  });
  test('1 when the goal was not reached, with the best colouring written all the same', async () => {
    await writeGraph(at('q6.col'), queen(6));
    const { status, stdout } = run('color', at('q6.col'), '-k', '5', '--iterations', '10000', '--out', at('poor'));
    expect(status).toBe(1);
    expect(stdout).toMatch(/conflicts left/);
    expect(run('verify', at('q6.col'), at('poor')).status).toBe(1);
    const repaired = run('repair', at('q6.col'), at('poor'), '-k', '8', '--iterations', '1000000', '--json');
    expect(JSON.parse(repaired.stdout)).toMatchObject({ success: true, colors: expect.any(Number) });
  });
  test('k above what a construction needs, and minimising without k', async () => {
    await writeGraph(at('q5.col'), queen(5));
    expect(run('color', at('q5.col'), '-k', '60', '--iterations', '1000').status).toBe(0);
    const fewest = run('color', at('q5.col'), '--iterations', '100000', '--json');
    expect(JSON.parse(fewest.stdout)).toMatchObject({ success: true, colors: 5, ended: 'goal' });
    expect(run('info', at('q5.col'), '--json').stdout).toContain('"clique": 5');
  });
  test('--report writes one page; the regime can be forced', async () => {
    await writeGraph(at('q6.col'), queen(6));
    const args = ['color', at('q6.col'), '-k', '8', '--regime', 'sparse', '--hierarchy', '3', '--no-reduction'];
    const colored = run(...args, '--iterations', '20000', '--report', at('report.html'), '--json');
    expect(colored.status, colored.stderr).toBe(0);
    expect(JSON.parse(colored.stdout)).toMatchObject({ success: true, regime: 'sparse', reduced: null });
    const page = readFileSync(at('report.html'), 'utf8');
    for (const part of ['uPlot', 'Convergence', 'Ring utilisation', '<circle', '36 vertices, 290 edges']) {
      expect(page).toContain(part);
    }
    expect(run('color', at('q6.col'), '--regime', 'huge').status).toBe(2);
  });
  test('2 on bad input, with the code and the place', () => {
    writeFileSync(at('bad.col'), 'p edge 3 1\ne 1 4\n');
    const bad = run('color', at('bad.col'));
    expect(bad.status).toBe(2);
    expect(bad.stderr).toMatch(/ERR_WHCR_VERTEX_OUT_OF_RANGE.*bad\.col:2.*4/);
    for (const args of [
      ['color', at('missing.col')],
      ['color'],
      ['color', at('q5.col'), '-k', 'many'],
      ['color', at('q5.col'), '--seed', '-1'],
      ['color', at('q5.col'), '--time', 'soon'],
      ['color', at('q5.col'), '--device', '99', '--iterations', '1'],
      ['generate', 'cube', '3', '--out', at('x')],
      ['generate', 'gnp', '--out', at('x')],
      ['no-such-command'],
    ]) {
      expect(run(...args).status, args.join(' ')).toBe(2);
    }
  });
});

test('kill -9 in the middle and --resume end like an uninterrupted run', async () => {
  await writeGraph(at('q16.col'), queen(16));
  const args = ['color', at('q16.col'), '-k', '16', '--seed', '7', '--iterations', '1200000'];
  const whole = run(...args, '--out', at('whole'));
  expect([0, 1]).toContain(whole.status);

  const file = at('checkpoint');
  const withCheckpoint = [...args, '--checkpoint', file, '--checkpoint-every', '0.05'];
  const child = spawn(process.execPath, [cli, ...withCheckpoint], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode, 'the run was over before it could be killed').toBe('SIGKILL');

  const resumed = run(...withCheckpoint, '--resume', '--out', at('resumed'));
  expect(resumed.status, resumed.stderr).toBe(whole.status);
  expect(readFileSync(at('resumed'), 'utf8')).toBe(readFileSync(at('whole'), 'utf8'));

  const other = run('color', at('q16.col'), '-k', '17', '--iterations', '10', '--checkpoint', file, '--resume');
  expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining('as in the checkpoint') });
}, 60_000);
