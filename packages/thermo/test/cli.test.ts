import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { cutWeight, readRudy } from '../src/index.ts';

const cli = fileURLToPath(new URL('../bin/aatgs-thermo.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aatgs-thermo-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const run = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', timeout: 60_000 });

/** A ring with chords: some hundred vertices, weights of both signs. */
const lines = Array.from({ length: 300 }, (_, i) => [
  `${i + 1} ${((i + 1) % 300) + 1} 1`,
  `${i + 1} ${((i * 7 + 31) % 300) + 1} ${i % 3 ? 1 : -1}`,
])
  .flat()
  .filter((line) => line.split(' ')[0] !== line.split(' ')[1]);
const graph = `300 ${lines.length}\n${lines.join('\n')}\n`;
writeFileSync(at('graph.txt'), graph);
writeFileSync(at('graph.txt.gz'), gzipSync(graph));

describe('aatgs-thermo', () => {
  test('maxcut: files gzipped or not, a partition of -1 and 1 a line', async () => {
    const cuts = await Promise.all(
      ['graph.txt', 'graph.txt.gz'].map(async (name) => {
        const done = run('maxcut', at(name), '--sweeps', '400', '--seed', '3', '--out', at('partition'), '--json');
        expect(done.status, done.stderr).toBe(0);
        const partition = readFileSync(at('partition'), 'utf8').trim().split('\n').map(Number);
        expect(partition).toHaveLength(300);
        expect(partition.every((side) => side === 1 || side === -1)).toBe(true);
        const { cut, success } = JSON.parse(done.stdout);
        expect(cutWeight(await readRudy(at(name)), partition)).toBe(cut);
        expect(success).toBe(true);
        return cut;
      }),
    );
    expect(cuts[0]).toBe(cuts[1]);
  });
  test('sync and async write the same file', () => {
    const args = ['spinglass', '--size', '6', '--sweeps', '200', '--seed', '18446744073709551615'];
    run(...args, '--out', at('a'));
    run(...args, '--sync', '--threads', '2', '--out', at('b'));
    expect(readFileSync(at('a'), 'utf8')).toBe(readFileSync(at('b'), 'utf8'));
  });
  test('1 when the target was not reached, with the best state written all the same', () => {
    const poor = run('maxcut', at('graph.txt'), '--sweeps', '50', '--target', '100000', '--out', at('poor'));
    expect(poor.status, poor.stderr).toBe(1);
    expect(readFileSync(at('poor'), 'utf8').trim().split('\n')).toHaveLength(300);
  });
  test('qubo: value and variables', () => {
    writeFileSync(at('q.qubo'), 'p qubo 0 3 3 2\n0 0 -1\n1 1 -1\n2 2 -1\n0 1 2\n1 2 2\n');
    const done = run('qubo', at('q.qubo'), '--sweeps', '100', '--out', at('x'), '--json');
    expect(JSON.parse(done.stdout)).toMatchObject({ value: -2, success: true });
    expect(readFileSync(at('x'), 'utf8')).toBe('1\n0\n1\n');
  });
  test('ising2d: a table with plots, and JSON', () => {
    const args = ['ising2d', '--size', '16', '--replicas', '4', '--samples', '50', '--t-min', '2', '--t-max', '3'];
    const table = run(...args);
    expect(table.status, table.stderr).toBe(0);
    expect(table.stdout).toMatch(/E\(T\)[\s\S]*C\(T\)[\s\S]*round trips/);
    const json = JSON.parse(run(...args, '--json', '--report', at('page.html')).stdout);
    expect(readFileSync(at('page.html'), 'utf8').match(/<svg/g)).toHaveLength(6);
    expect(json).toMatchObject({ success: true, size: 16 });
    expect(json.observables).toHaveLength(4);
  });
  test('2 on bad input, with the code and the place', () => {
    writeFileSync(at('bad.txt'), '3 1\n1 4 1\n');
    const bad = run('maxcut', at('bad.txt'));
    expect(bad.status).toBe(2);
    expect(bad.stderr).toMatch(/ERR_THERMO_SITE_OUT_OF_RANGE.*bad\.txt:2.*4/);
    for (const args of [
      ['maxcut', at('missing.txt')],
      ['maxcut'],
      ['maxcut', at('graph.txt'), '--seed', '-1'],
      ['maxcut', at('graph.txt'), '--time', 'soon'],
      ['maxcut', at('graph.txt'), '--t-min', '0'],
      ['maxcut', at('graph.txt'), '--device', '99', '--sweeps', '1'],
      ['spinglass', '--sweeps', '1'],
      ['ising2d'],
      ['no-such-command'],
    ]) {
      expect(run(...args).status, args.join(' ')).toBe(2);
    }
  }, 60_000);
});

test('kill -9 in the middle and --resume end like an uninterrupted run', async () => {
  const args = [
    'spinglass',
    '--size',
    '8',
    '--ladders',
    '2',
    '--cluster-every',
    '4',
    '--seed',
    '7',
    '--sweeps',
    '12000',
  ];
  const whole = run(...args, '--out', at('whole'), '--json');
  expect(whole.status, whole.stderr).toBe(0);

  const checkpoint = at('checkpoint');
  const withCheckpoint = [...args, '--checkpoint', checkpoint, '--checkpoint-every', '0.05'];
  const child = spawn(process.execPath, [cli, ...withCheckpoint], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  while (!existsSync(checkpoint)) await new Promise((resolve) => setTimeout(resolve, 10));
  child.kill('SIGKILL');
  await ended;
  expect(child.signalCode, 'the run was over before it could be killed').toBe('SIGKILL');

  const resumed = run(...withCheckpoint, '--resume', '--out', at('resumed'), '--json');
  expect(resumed.status, resumed.stderr).toBe(0);
  expect(readFileSync(at('resumed'), 'utf8')).toBe(readFileSync(at('whole'), 'utf8'));
  const figures = (text: string) => {
    const { energy, sweeps, roundTrips, barrier } = JSON.parse(text);
    return { energy, sweeps, roundTrips, barrier };
  };
  expect(figures(resumed.stdout)).toEqual(figures(whole.stdout));

  const other = run(...withCheckpoint, '--resume', '--anneal', '7');
  expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining('as in the checkpoint') });
}, 60_000);
