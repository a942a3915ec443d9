import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { fetchStructure, isStructureId, type Structure } from '../src/index.ts';
import { proteinPdb } from '../src/output/pdb.ts';
import type { Prediction } from '../src/result.ts';
import { syntheticProtein } from '../src/synthetic.ts';

const cli = fileURLToPath(new URL('../bin/aatgs-lbs.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aatgs-lbs-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);
const run = (...args: string[]) =>
  spawnSync(process.execPath, [cli, ...args, '--device', 'cpu'], { encoding: 'utf8', timeout: 100_000 });
const fileOf = (structure: Structure) =>
  proteinPdb({ structure, residueScores: new Float32Array(structure.residues.length) } as unknown as Prediction);

mkdirSync(at('in'));
for (let i = 0; i < 8; i++) writeFileSync(at('in', `p${i}.pdb`), fileOf(syntheticProtein(60 + i, i)));
writeFileSync(at('in', 'zipped.pdb.gz'), gzipSync(fileOf(syntheticProtein(80, 9))));
writeFileSync(at('in', 'empty.cif'), '');
writeFileSync(at('in', 'corrupt.pdb.gz'), gzipSync(fileOf(syntheticProtein(80, 9))).subarray(0, 500));
writeFileSync(at('in', 'garbage.pdb'), fileOf(syntheticProtein(20, 1)).replace(/ {3}\d\.\d{3}/, '   x.xxx'));
writeFileSync(at('in', 'dna.pdb'), 'ATOM      1  P    DA A   1       0.000   0.000   0.000  1.00 20.00           P\n');
writeFileSync(at('in', 'readme.txt'), 'no structure');

describe('predict', () => {
  test('a table on the terminal, files of every format in a folder', () => {
    const done = run('predict', at('in', 'p7.pdb'), '--out', at('one'), '--formats', 'all');
    expect(done.stderr).toBe('');
    expect(done.stdout).toContain('p7: 335 atoms, 67 residues, 1 chains');
    expect(readdirSync(at('one')).sort()).toEqual(
      ['.cxc', '.html', '.json', '.pml', '_predictions.csv', '_residues.csv', '_sites.pdb'].map(
        (suffix) => `p7${suffix}`,
      ),
    );
    const [head = '', ...rows] = readFileSync(at('one', 'p7_predictions.csv'), 'utf8').trimEnd().split('\n');
    expect(head.split(', ').slice(0, 9)).toEqual(
      'name rank score probability sas_points surf_atoms center_x center_y center_z'.split(' '),
    );
    expect(rows.length).toBeGreaterThan(0);
    const residues = readFileSync(at('one', 'p7_residues.csv'), 'utf8').trimEnd().split('\n');
    expect(residues).toHaveLength(68);
    const { sites } = JSON.parse(readFileSync(at('one', 'p7.json'), 'utf8'));
    const cells = (rows[0] as string).split(', ');
    for (const [k, value] of (sites[0].center as number[]).entries())
      expect(Number(cells[6 + k])).toBeCloseTo(value, 3);
    // Pseudo-atoms stand where the sites are.
    const first =
      readFileSync(at('one', 'p7_sites.pdb'), 'utf8')
        .split('\n')
        .find((line) => line.startsWith('HETATM')) ?? '';
    expect(Number(first.slice(30, 38))).toBeCloseTo(sites[0].center[0], 2);
    expect(readFileSync(at('one', 'p7.pml'), 'utf8')).toContain('pseudoatom center1');
    expect(readFileSync(at('one', 'p7.cxc'), 'utf8')).toContain('shape sphere center');
  });
  test('--json prints what the file holds; --sync changes nothing', () => {
    const [a, b] = [
      run('predict', at('in', 'p3.pdb'), '--json'),
      run('predict', at('in', 'p3.pdb'), '--json', '--sync'),
    ];
    expect(JSON.parse(a.stdout).id).toBe('p3');
    expect(b.stdout).toBe(a.stdout);
  });
  test('of several files the good ones are predicted, whatever is wrong with the others', () => {
    const done = run('predict', at('in', 'dna.pdb'), at('in', 'p3.pdb'), at('nowhere.pdb'));
    expect(done.status).toBe(1);
    expect(done.stdout).toContain('p3: ');
    expect(done.stderr).toContain('ERR_LBS_NO_PROTEIN');
    expect(done.stderr).toContain('ERR_LBS_IO');
  });
  test('bad input ends with code 2 and says what to do', () => {
    expect(run('predict', at('nowhere.pdb'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ERR_LBS_IO'),
    });
    expect(run('predict', at('in', 'dna.pdb'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('nucleotides'),
    });
    expect(run('predict', at('in', 'p3.pdb'), '--formats', 'docx').status).toBe(2);
    expect(run('predict', at('in', 'p3.pdb'), '--chains', 'Q')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('chains Q'),
    });
  });
});

describe('rescore', () => {
  test("another program's table, printed or written; what is not there is said", () => {
    const table = at('centers.csv');
    writeFileSync(table, 'id,rank,score,x,y,z\np7,1,9,500,0,0\np7,2,8,0,0,0\nother,1,9,0,0,0\n');
    const done = run('rescore', at('in', 'p7.pdb'), table);
    expect(done.status, done.stderr).toBe(0);
    const [head, first, ...rest] = done.stdout.trimEnd().split('\n');
    expect(head).toBe('id,rank,score,x,y,z,row,points,site,probability');
    expect(first).toMatch(/^p7,1,.*,0.000,0.000,0.000,2,/);
    expect(rest).toHaveLength(1);
    expect(run('rescore', at('in', 'p7.pdb'), table, '--out', at('rescored')).status).toBe(0);
    expect(readFileSync(at('rescored', 'p7_rescored.csv'), 'utf8')).toBe(done.stdout);
    expect(run('rescore', at('in', 'p3.pdb'), table).stderr).toContain('no centres of p3');
    expect(run('rescore', at('in', 'p3.pdb'), at('nowhere.csv')).status).toBe(2);
  });
});

describe('predict-dir', () => {
  test('finishes with what can be predicted, and says what cannot and why', () => {
    const done = run('predict-dir', at('in'), '--out', at('all'));
    expect(done.status, done.stderr).toBe(1);
    expect(done.stdout).toContain('9 of 13 structures predicted');
    const failures = readFileSync(at('all', 'failures.csv'), 'utf8').trimEnd().split('\n').slice(1);
    const codes = Object.fromEntries(failures.map((line) => [line.split(',')[0], line.split(',')[2]]));
    expect(codes).toEqual({
      corrupt: 'ERR_LBS_TRUNCATED',
      dna: 'ERR_LBS_NO_PROTEIN',
      empty: 'ERR_LBS_TRUNCATED',
      garbage: 'ERR_LBS_PARSE',
    });
    const lines = readFileSync(at('all', 'predictions.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('id,rank,score,x,y,z,probability');
    const first = lines.filter((line) => line.split(',')[1] === '1').map((line) => line.split(',')[0]);
    expect(first).toEqual([...new Set(first)]);
  }, 100_000);

  test('killed and started again: done work stays, the result is the same', async () => {
    for (let i = 0; i < 60; i++) {
      mkdirSync(at('many'), { recursive: true });
      writeFileSync(at('many', `m${i}.pdb`), fileOf(syntheticProtein(150 + i, i)));
    }
    const whole = run('predict-dir', at('many'), '--out', at('whole'));
    expect(whole.status, whole.stderr).toBe(0);
    const child = spawn(process.execPath, [cli, 'predict-dir', at('many'), '--out', at('killed'), '--device', 'cpu'], {
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const written = () =>
      existsSync(at('killed')) ? readdirSync(at('killed')).filter((name) => name.endsWith('_predictions.csv')) : [];
    while (written().length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await ended;
    expect(child.signalCode, 'the run was over before it could be killed').toBe('SIGKILL');
    const before = written().map((name) => [name, statSync(at('killed', name)).mtimeMs] as const);
    expect(before.length).toBeLessThan(60);
    const resumed = run('predict-dir', at('many'), '--out', at('killed'));
    expect(resumed.status, resumed.stderr).toBe(0);
    expect(resumed.stdout).toContain(`(${before.length} before)`);
    for (const [name, time] of before) expect(statSync(at('killed', name)).mtimeMs).toBe(time);
    expect(readFileSync(at('killed', 'predictions.csv'), 'utf8')).toBe(
      readFileSync(at('whole', 'predictions.csv'), 'utf8'),
    );
  }, 100_000);

  test('a folder without structures, and none at all', () => {
    mkdirSync(at('none'));
    expect(run('predict-dir', at('none'), '--out', at('x'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('holds no'),
    });
    expect(run('predict-dir', at('nowhere'), '--out', at('x')).status).toBe(2);
  });
});

test('ids are fetched; what the server says comes through', async () => {
  expect(['1abc', 'AF-P00533-F1', 'af-p00533'].every(isStructureId)).toBe(true);
  expect(['abc', '1abcd', './1abc.pdb'].some(isStructureId)).toBe(false);
  const server = createServer((request, response) => {
    if (request.url === '/1ABC.cif.gz') response.end(gzipSync(fileOf(syntheticProtein(10, 1))));
    else response.writeHead(404).end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const servers = { pdb: `${base}/{id}.cif.gz`, alphafold: `${base}/{id}.cif` };
  expect(await fetchStructure('1abc', {}, servers)).toMatchObject({ name: '1ABC' });
  await expect(fetchStructure('2abc', {}, servers)).rejects.toMatchObject({
    code: 'ERR_LBS_IO',
    message: expect.stringContaining('404'),
  });
  await expect(fetchStructure('x', {}, servers)).rejects.toMatchObject({ code: 'ERR_LBS_INVALID_ARGUMENT' });
  server.close();
  await expect(fetchStructure('3abc', {}, servers)).rejects.toMatchObject({ code: 'ERR_LBS_IO' });
});
