import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CaseResult, verifyDirectory } from '../src/index.ts';
import { readCase, verifyCase } from '../src/verify/index.ts';
import { goldenCases } from './data.ts';

const directory = goldenCases();

describe.skipIf(directory === undefined)('golden cases of pymdp in both conventions', () => {
  for (const precision of ['f64', 'f32'] as const) {
    test(`all pass in ${precision} on the host engine`, { timeout: 120_000 }, async () => {
      const results = await verifyDirectory(directory as string, { precision, device: 'cpu', threads: 1 });
      expect(results.length).toBeGreaterThan(0);
      expect(results.filter((result) => !result.passed)).toEqual([]);
    });
  }
});

const bayes = {
  id: 'bayes',
  kind: 'fpi',
  inputs: {
    A: [
      [
        [0.9, 0.2],
        [0.1, 0.8],
      ],
    ],
    A_dependencies: [[0]],
    obs: [0],
    prior: [[0.5, 0.5]],
    num_iter: 1,
  },
};

test('a case with a wrong value fails, with the place of the largest difference', async () => {
  const right = [9 / 11, 2 / 11];
  const of = (qs: number[]) =>
    readCase(JSON.stringify({ ...bayes, expected: { legacy: { values: { qs: [qs] } } } }), 'x.json');
  expect(await verifyCase(of(right), { precision: 'f64', device: 'cpu' })).toMatchObject({ passed: true, checks: 1 });
  const wrong = await verifyCase(of([right[0] as number, 0.3]), { precision: 'f64', device: 'cpu' });
  expect(wrong).toMatchObject({ passed: false, worst: { what: 'legacy.qs', at: '[0][1]', expected: 0.3 } });
  expect(await verifyCase(of([1]), { precision: 'f64', device: 'cpu' })).toMatchObject({ passed: false });
});

test('a case without a prior begins with an even one over the states of its likelihoods', async () => {
  const { prior: _, ...inputs } = bayes.inputs;
  const expected = { legacy: { values: { qs: [[9 / 11, 2 / 11]] } } };
  const of = readCase(JSON.stringify({ ...bayes, inputs, expected }), 'x.json');
  expect(await verifyCase(of, { precision: 'f64', device: 'cpu' })).toMatchObject({ passed: true, checks: 1 });
});

test('a case with any part replaced by any JSON runs or fails with a typed error', async () => {
  const whole = {
    ...bayes,
    kind: 'efe',
    inputs: {
      ...bayes.inputs,
      qs: [[0.5, 0.5]],
      B: [
        [
          [[1], [0]],
          [[0], [1]],
        ],
      ],
      C: [[0, 1]],
      A_dependencies: [[0]],
      policies: [[[0]]],
      gamma: 1,
    },
    expected: { legacy: { values: { G: [0] } } },
  };
  const paths: (string | number)[][] = [];
  const collect = (value: unknown, path: (string | number)[]) => {
    if (path.length > 0) paths.push(path);
    if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) collect(inner, [...path, key]);
  };
  collect(whole, []);
  const replaced = (value: unknown, [key, ...rest]: readonly (string | number)[], by: unknown): unknown => {
    if (key === undefined) return by;
    const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
    return Object.assign(copy, { [key]: replaced((value as Record<string, unknown>)[key], rest, by) });
  };
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.jsonValue({ maxDepth: 3 }), async (path, by) => {
      let result: CaseResult;
      try {
        const of = readCase(JSON.stringify(replaced(whole, path, by)), 'x.json');
        result = await verifyCase(of, { precision: 'f64', device: 'cpu' });
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_AI_CASE' });
        return;
      }
      if (result.failure !== undefined) expect(result.code).toMatch(/^ERR_A/);
    }),
    { numRuns: 150 },
  );
});

test('a case that compares nothing, of no known kind, or that cannot run has not passed', async () => {
  const at = (extra: object) => readCase(JSON.stringify({ ...bayes, expected: {}, ...extra }), 'x.json');
  expect((await verifyCase(at({}))).passed).toBe(false);
  expect(await verifyCase(at({ kind: 'magic' }))).toMatchObject({
    passed: false,
    failure: expect.stringContaining('magic'),
  });
  const broken = at({
    inputs: {
      A: [
        [
          [2, 0.2],
          [0.1, 0.8],
        ],
      ],
    },
    expected: { legacy: { values: { qs: [[1, 0]] } } },
  });
  expect(await verifyCase(broken)).toMatchObject({ passed: false, failure: expect.any(String) });
  expect(() => readCase('{', 'x.json')).toThrow(expect.objectContaining({ code: 'ERR_AI_CASE' }));
  expect(() => readCase('{"kind":"fpi"}', 'x.json')).toThrow(/inputs/);
});
