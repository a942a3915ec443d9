import type { ModelSpec } from '../src/index.ts';

/** A small generator for test models. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  below(n: number): number {
    return Math.floor(this.next() * n);
  }
  distribution(n: number): number[] {
    const values = Array.from({ length: n }, () => this.next() + 0.05);
    const sum = values.reduce((a, b) => a + b);
    return values.map((value) => value / sum);
  }
  /** `[entry][column]` with columns that sum to one. */
  columns(n: number, columns: number): { shape: number[]; data: number[] } {
    const all = Array.from({ length: columns }, () => this.distribution(n));
    return {
      shape: [n, columns],
      data: Array.from({ length: n * columns }, (_, i) => all[i % columns]?.[Math.floor(i / columns)] as number),
    };
  }
  model(
    states: number[],
    outcomes: number[],
    controls: number[],
    deps?: { a?: number[][]; b?: number[][] },
  ): ModelSpec {
    const all = states.map((_, f) => f);
    const sizes = (list: number[]) => list.map((f) => states[f] as number);
    const shaped = (shape: number[]) => {
      const [n = 1, ...rest] = shape;
      return {
        shape,
        data: this.columns(
          n,
          rest.reduce((a, b) => a * b, 1),
        ).data,
      };
    };
    return {
      A: outcomes.map((n, m) => shaped([n, ...sizes(deps?.a?.[m] ?? all)])),
      B: states.map((n, f) => shaped([n, ...sizes(deps?.b?.[f] ?? [f]), controls[f] as number])),
      C: outcomes.map((n) => Array.from({ length: n }, () => 2 * this.next() - 1)),
      D: states.map((n) => this.distribution(n)),
      ...(deps?.a && { aDependencies: deps.a }),
      ...(deps?.b && { bDependencies: deps.b }),
    };
  }
}

/** The largest difference of two lists. */
export const difference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let worst = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs((a[i] as number) - (b[i] as number)));
  return worst;
};
