import { expect, test } from 'vitest';
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

test.each([0, 0.5, 0.9, 0.98])('the time of an autoregressive series, a = %f', (a) => {
  const tau = (0.5 * (1 + a)) / (1 - a);
  const n = 60_000;
  // Its error by Sokal: tau sqrt(2 (2 W + 1) / n) with a window of 6 tau.
  const error = tau * Math.sqrt((2 * (12 * tau + 1)) / n);
  expect(Math.abs(autocorrelationTime(autoregressive(n, a, 7)) - tau)).toBeLessThan(4 * error);
});
