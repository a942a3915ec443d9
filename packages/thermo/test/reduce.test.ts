import { describe, expect, test } from 'vitest';
import { edwardsAnderson, isingModel, type Model, reduceModel } from '../src/index.ts';

/** A small generator of numbers, the same everywhere. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Lowest energy over all states. */
function lowest(model: Model): number {
  let best = Number.POSITIVE_INFINITY;
  for (let code = 0; code < 2 ** model.n; code++)
    best = Math.min(best, model.energy(Array.from({ length: model.n }, (_, i) => ((code >> i) & 1 ? 1 : -1))));
  return best;
}

describe('sites with few neighbours taken out', () => {
  test('the lowest energy stays, and states come back with their energy', () => {
    let taken = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const next = numbers(seed);
      const n = 2 + next(9);
      const count = next(2 * n);
      const u: number[] = [];
      const v: number[] = [];
      const w: number[] = [];
      for (let i = 0; i < count; i++) {
        const a = next(n);
        const b = next(n);
        if (a === b) continue;
        u.push(a);
        v.push(b);
        w.push(next(7) - 3);
      }
      const fields = Array.from({ length: n }, () => (seed % 2 ? 0 : next(5) - 2));
      const model = isingModel(n, { u, v, w }, fields);
      const { model: core, expand } = reduceModel(model);
      taken += n - core.n;
      expect(lowest(core)).toBe(lowest(model));
      for (let code = 0; code < Math.min(2 ** core.n, 16); code++) {
        const state = Array.from({ length: core.n }, (_, i) => ((code >> i) & 1 ? 1 : -1));
        expect(model.energy(expand(state))).toBe(core.energy(state));
      }
    }
    expect(taken).toBeGreaterThan(150);
  });

  test('a tree goes down to one site, a cubic lattice and real couplings stay', () => {
    const n = 1000;
    const next = numbers(5);
    const v = Array.from({ length: n - 1 }, (_, i) => i + 1);
    const tree = isingModel(n, { u: v.map((i) => next(i)), v, w: v.map(() => next(9) - 4 || 1) });
    const { model, expand } = reduceModel(tree);
    expect(model.n).toBe(1);
    expect(tree.energy(expand([-1]))).toBe(model.energy([-1]));
    const glass = edwardsAnderson([4, 4, 4], 1);
    expect(reduceModel(glass).model).toBe(glass);
    const real = isingModel(2, { u: [0], v: [1], w: [0.5] });
    expect(reduceModel(real).model).toBe(real);
    expect(() => expand([1, 1])).toThrow(expect.objectContaining({ code: 'ERR_THERMO_INVALID_ARGUMENT' }));
  });
});
