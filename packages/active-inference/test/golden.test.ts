import { describe, expect, test } from 'vitest';
import { verifyDirectory } from '../src/index.ts';
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
