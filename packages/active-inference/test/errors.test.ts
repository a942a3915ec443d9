import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ActiveInference,
  ActiveInferenceError,
  type ActiveInferenceOptions,
  type ModelSpec,
  tmaze,
} from '../src/index.ts';
import { constructPolicies } from '../src/model/policies.ts';

const good: ModelSpec = {
  A: [
    [
      [0.9, 0.2],
      [0.1, 0.8],
    ],
  ],
  B: [
    [
      [
        [1, 0],
        [0, 1],
      ],
      [
        [0, 1],
        [1, 0],
      ],
    ],
  ],
};
const refused = (change: Partial<ModelSpec>, options: ActiveInferenceOptions = {}) => {
  try {
    new ActiveInference({ ...good, ...change }, { device: 'cpu', ...options }).context.shutdownSync();
  } catch (error) {
    expect(error).toBeInstanceOf(ActiveInferenceError);
    return {
      code: (error as ActiveInferenceError).code,
      message: (error as Error).message,
      details: (error as ActiveInferenceError).details,
    };
  }
  throw new Error('it was not refused');
};

describe('bad models are refused before anything runs, with tensor, index and value', () => {
  test.each([
    [
      'a column that does not sum to one',
      {
        A: [
          [
            [0.9, 0.2],
            [0.2, 0.8],
          ],
        ],
      },
      'ERR_AI_INVALID_TENSOR',
      /A\[0\]\[:, 0\] sums to 1\.1/,
    ],
    [
      'a negative entry',
      {
        A: [
          [
            [1.1, 0.2],
            [-0.1, 0.8],
          ],
        ],
      },
      'ERR_AI_INVALID_TENSOR',
      /A\[0\]\[1, 0\] is -0\.1/,
    ],
    [
      'NaN',
      {
        B: [
          [
            [
              [1, 0],
              [Number.NaN, 1],
            ],
            [
              [0, 1],
              [1, 0],
            ],
          ],
        ],
      },
      'ERR_AI_INVALID_TENSOR',
      /B\[0\]\[0, 1, 0\] is NaN/,
    ],
    ['rows of different lengths', { A: [[[0.9, 0.2], [0.1]]] }, 'ERR_AI_SHAPE_MISMATCH', /A\[0\]\[1\] is 1 entries/],
    [
      'A of other states than B',
      {
        A: [
          [
            [1, 0, 0],
            [0, 1, 1],
          ],
        ],
      },
      'ERR_AI_SHAPE_MISMATCH',
      /A\[0\] is of shape \[2, 3\]/,
    ],
    ['preferences for other outcomes', { C: [[1, 2, 3]] }, 'ERR_AI_SHAPE_MISMATCH', /C\[0\]/],
    [
      'an infinite preference',
      { C: [[1, Number.POSITIVE_INFINITY]] },
      'ERR_AI_INVALID_TENSOR',
      /C\[0\]\[1\] is Infinity/,
    ],
    ['a prior that is none', { D: [[0.4, 0.4]] }, 'ERR_AI_INVALID_TENSOR', /D\[0\]\[:\] sums to 0\.8/],
    [
      'negative counts',
      {
        pA: [
          [
            [1, 1],
            [1, -2],
          ],
        ],
      },
      'ERR_AI_INVALID_TENSOR',
      /pA\[0\]\[1, 1\] is -2/,
    ],
    ['dependencies on no factor', { aDependencies: [[3]] }, 'ERR_AI_INVALID_ARGUMENT', /aDependencies\[0\] is 3/],
    ['dependencies that are no lists', { bDependencies: [0] }, 'ERR_AI_INVALID_ARGUMENT', /bDependencies\[0\] is 0/],
    ['a tensor that is missing', { A: [null] }, 'ERR_AI_SHAPE_MISMATCH', /A\[0\] is null/],
    ['tensors that are no list', { D: 3 }, 'ERR_AI_INVALID_ARGUMENT', /D is 3/],
    ['habits for other policies', { E: [1, 2, 3] }, 'ERR_AI_INVALID_ARGUMENT', /E is "3 numbers"/],
  ] as const)('%s', (_, change, code, message) => {
    const error = refused(change as unknown as Partial<ModelSpec>);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.details).toBeDefined();
  });

  test.each([
    ['no policies', { policies: { list: [] } }, 'ERR_AI_INVALID_POLICIES', /at least one policy/],
    [
      'a control that does not exist',
      { policies: { list: [[[2]]] } },
      'ERR_AI_INVALID_POLICIES',
      /list\[0\]\[0\]\[0\] is 2/,
    ],
    [
      'different lengths',
      { policies: { list: [[[0]], [[0], [1]]] } },
      'ERR_AI_INVALID_POLICIES',
      /list\[1\] has 2 steps/,
    ],
    [
      'too many policies',
      { policies: { length: 30, keep: 'posterior' } },
      'ERR_AI_TOO_MANY_POLICIES',
      /1073741824 policies/,
    ],
    ['policies that are no list', { policies: { list: 3, length: 1 } }, 'ERR_AI_INVALID_POLICIES', /list is 3/],
    ['a policy that is no list', { policies: { list: [[3]] } }, 'ERR_AI_INVALID_POLICIES', /list\[0\]\[0\] has no con/],
    ['unknown conventions', { conventions: 'spm12' }, 'ERR_AI_INVALID_ARGUMENT', /conventions is "spm12"/],
    ['learning without counts', { learning: { automatic: ['A'] } }, 'ERR_AI_INVALID_ARGUMENT', /pA/],
    ['a negative gamma', { gamma: -1 }, 'ERR_AI_INVALID_ARGUMENT', /gamma is -1/],
    [
      'a search over long policies',
      { search: {}, policies: { length: 2 } },
      'ERR_AI_INVALID_ARGUMENT',
      /policies.length/,
    ],
  ] as const)('%s', (_, options, code, message) => {
    const error = refused({}, options as unknown as ActiveInferenceOptions);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test('unknown observations, with agent and modality', async () => {
    await using ai = new ActiveInference(tmaze().model, { device: 'cpu', agents: 2 });
    await expect(ai.step([0, 0, 0, 0, 3, 0])).rejects.toMatchObject({
      code: 'ERR_AI_UNKNOWN_OBSERVATION',
      details: { agent: 1, modality: 1, value: 3 },
    });
    await expect(ai.step([0, 0, 0])).rejects.toThrow(/"3 outcomes"; expected 6/);
    expect((await ai.step([0, 0, 0, 1, 1, 1])).actions.length).toBe(4);
  });
});

test('enumeration: as many as there are, all different, in order', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 3 }), (controls, length) => {
      const policies = constructPolicies(controls, { controls, length });
      const digits = policies.map((policy) => policy.flat().join(' '));
      expect(policies.length).toBe(controls.reduce((a, b) => a * b) ** length);
      expect(new Set(digits).size).toBe(policies.length);
      expect([...digits].sort()).toEqual(digits);
    }),
  );
});
