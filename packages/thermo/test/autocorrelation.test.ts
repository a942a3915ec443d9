import fc from 'fast-check';
import { expect, test } from 'vitest';
import { autocorrelationTimes, laggedProduct, laggedProducts } from '../src/analysis/autocorrelation.ts';
import { autocorrelationTime } from '../src/index.ts';

/** x' = a x + noise, whose autocorrelation time is 1/2 (1 + a) / (1 - a). */
function autoregressive(n: number, a: number, seed: number): Float64Array {
  let [state, x] = [seed, 0];
  return Float64Array.from({ length: n }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    x = a * x + state / 2 ** 32 - 0.5;
    return x;
  });
}

test('products at all lags are those of each lag', () => {
  const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(numbers, (given) => {
      const pair = [Float64Array.from(given), Float64Array.from(given, (v, i) => (v * (i % 3)) / 7)] as const;
      const all = laggedProducts(...pair);
      for (const [which, x] of pair.entries()) {
        for (let lag = 0; lag < x.length; lag++) expect(all[which]![lag]).toBeCloseTo(laggedProduct(x, lag), 3);
      }
    }),
    { numRuns: 50 },
  );
});

test('two series have the times of each', () => {
  const [a, b] = [autoregressive(5000, 0.98, 3), autoregressive(5000, 0.5, 4)];
  const [timeA, timeB] = autocorrelationTimes(a, b);
  expect(timeA).toBeCloseTo(autocorrelationTime(a), 9);
  expect(timeB).toBeCloseTo(autocorrelationTime(b), 9);
  expect(autocorrelationTime([])).toBe(0.5);
  expect(autocorrelationTime([1, 1, 1])).toBe(0.5);
});

test.each([0, 0.5, 0.9, 0.98])('the time of an autoregressive series, a = %f', (a) => {
  const tau = (0.5 * (1 + a)) / (1 - a);
  const n = 60_000;
  // Its error by Sokal: tau sqrt(2 (2 W + 1) / n) with a window of 6 tau.
  const error = tau * Math.sqrt((2 * (12 * tau + 1)) / n);
  expect(Math.abs(autocorrelationTime(autoregressive(n, a, 7)) - tau)).toBeLessThan(4 * error);
});
