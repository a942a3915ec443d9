import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import {
  coloringModel,
  cutWeight,
  edwardsAnderson,
  ising2d,
  isingModel,
  maxCutModel,
  quboModel,
  quboValue,
  readQubo,
  readRudy,
} from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'aatgs-thermo-'));
afterAll(() => rmSync(folder, { recursive: true }));
function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
const withCode = (code: string) => expect.objectContaining({ code });

describe('models', () => {
  test('Max-Cut: energy is uncut less cut weight', () => {
    const graph = { n: 4, u: [0, 1, 2, 3], v: [1, 2, 3, 0], w: [1, 2, -3, 4] };
    const partition = [1, -1, -1, 1];
    expect(cutWeight(graph, partition)).toBe(-2);
    expect(maxCutModel(graph).energy(partition)).toBe(4 - 2 * -2);
  });
  test('QUBO: energy is four times the value, for integer and real coefficients', () => {
    const entry = fc.record({
      i: fc.integer({ min: 0, max: 5 }),
      j: fc.integer({ min: 0, max: 5 }),
      q: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ min: -9, max: 9, noNaN: true })),
    });
    const bits = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 20 }), bits, (entries, x) => {
        const qubo = {
          n: 6,
          row: entries.map((e) => e.i),
          column: entries.map((e) => e.j),
          value: entries.map((e) => e.q),
        };
        const state = x.map((bit) => 2 * bit - 1);
        expect(quboModel(qubo).energy(state) / 4).toBeCloseTo(quboValue(qubo, x), 4);
      }),
    );
  });
  test('colouring: energy is the number of conflicts', () => {
    const triangle = coloringModel(3, 3, { u: [0, 1, 2], v: [1, 2, 0] });
    expect(triangle.energy([0, 0, 0])).toBe(3);
    expect(triangle.energy([0, 1, 2])).toBe(0);
  });
  test('lattices: bonds, ground states, one disorder for one seed', () => {
    const up = (n: number) => new Int8Array(n).fill(1);
    expect(ising2d(8).energy(up(64))).toBe(-128);
    expect(ising2d(64).energy(up(4096))).toBe(-8192);
    const glass = edwardsAnderson([4, 4, 4], 3);
    expect(glass.neighbors.length).toBe(64 * 6);
    expect(edwardsAnderson([4, 4, 4], 3).weights).toEqual(glass.weights);
    expect(edwardsAnderson([4, 4, 4], 4).weights).not.toEqual(glass.weights);
  });
  test('bad couplings are named', () => {
    expect(() => isingModel(2, { u: [0], v: [2], w: [1] })).toThrow(withCode('ERR_THERMO_SITE_OUT_OF_RANGE'));
    expect(() => isingModel(2, { u: [1], v: [1], w: [1] })).toThrow(withCode('ERR_THERMO_INVALID_MODEL'));
    expect(() => isingModel(2, { u: [0], v: [1], w: [Number.NaN] })).toThrow(withCode('ERR_THERMO_INVALID_MODEL'));
    expect(() => isingModel(0, { u: [], v: [], w: [] })).toThrow(withCode('ERR_THERMO_INVALID_ARGUMENT'));
    expect(() => isingModel(2, { u: [], v: [], w: [] }, [1])).toThrow(withCode('ERR_THERMO_INVALID_ARGUMENT'));
  });
});

describe('readers', () => {
  test('rudy: weights, default weights, comments, gzip', async () => {
    const text = '# a comment\n3 3\n1 2 5\n2 3\n1 3 -2\n';
    const expected = { n: 3, u: [0, 1, 0], v: [1, 2, 2], w: [5, 1, -2] };
    expect(await readRudy(file('a.txt', text))).toMatchObject({ ...expected, name: 'a' });
    expect(await readRudy(file('a.txt.gz', gzipSync(text)))).toMatchObject(expected);
  });
  test('qubo: both formats', async () => {
    const expected = { n: 3, row: [0, 2, 0], column: [0, 2, 1], value: [1.5, -2, 3] };
    expect(await readQubo(file('b.qubo', 'c x\np qubo 0 3 2 1\n0 0 1.5\n2 2 -2\n0 1 3\n'))).toEqual({
      ...expected,
      name: 'b',
    });
    expect(await readQubo(file('c.txt', '3 3\n1 1 1.5\n3 3 -2\n1 2 3\n'))).toMatchObject(expected);
  });
  test.each([
    ['3 2\n1 2 1\n', 'ERR_THERMO_TRUNCATED', /promises 2/],
    ['3 1\n1 4 1\n', 'ERR_THERMO_SITE_OUT_OF_RANGE', /:2: vertex 4/],
    ['3 1\n1 1 1\n', 'ERR_THERMO_INVALID_MODEL', /itself/],
    ['3 1\n1 2 x\n', 'ERR_THERMO_PARSE', /weight is "x"/],
    ['3 1\n1 2 1 7\n', 'ERR_THERMO_PARSE', /follows/],
    ['', 'ERR_THERMO_TRUNCATED', /empty/],
  ])('%j is refused', async (text, code, message) => {
    await expect(readRudy(file('bad.txt', text))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
  test('a missing file is ERR_THERMO_IO', async () => {
    await expect(readRudy(join(folder, 'none'))).rejects.toMatchObject({ code: 'ERR_THERMO_IO' });
  });
});
