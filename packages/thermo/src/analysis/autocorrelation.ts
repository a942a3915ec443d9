/** Lags that are looked at one by one; where more are needed, all at once by Fourier transforms. */
const FEW_LAGS = 64;

/**
 * Integrated autocorrelation time 1/2 + sum of rho(t), in samples, summed up to the first window of six times itself:
 * A. Sokal, "Monte Carlo methods in statistical mechanics" (1989). 1/2 for independent samples. Meaningful where the
 * series is some 50 times as long.
 */
export function autocorrelationTime(series: ArrayLike<number>): number {
  return autocorrelationTimes(series, series)[0];
}

/** Those of two series of the same length, for which transforms cost no more than for one. */
export function autocorrelationTimes(a: ArrayLike<number>, b: ArrayLike<number>): [number, number] {
  const x = centered(a);
  const y = centered(b);
  let all: [Float64Array, Float64Array] | undefined;
  const time = (own: Float64Array, which: 0 | 1) =>
    sokalTime(own.length, (lag) => {
      if (lag < FEW_LAGS) return laggedProduct(own, lag);
      all ??= laggedProducts(x, y);
      return all[which][lag] as number;
    });
  const first = time(x, 0);
  return [first, a === b ? first : time(y, 1)];
}

/** @param product sum of x[i] x[i + lag] over a centred series of n values */
function sokalTime(n: number, product: (lag: number) => number): number {
  if (n < 2) return 0.5;
  const variance = product(0) / n;
  if (!(variance > 0)) return 0.5;
  let tau = 0.5;
  for (let lag = 1; lag < n / 2; lag++) {
    tau += product(lag) / (n - lag) / variance;
    if (lag >= 6 * tau) break;
  }
  return Math.max(0.5, tau);
}

function centered(series: ArrayLike<number>): Float64Array {
  const out = new Float64Array(series.length);
  let mean = 0;
  for (let i = 0; i < out.length; i++) mean += series[i] as number;
  mean /= out.length;
  for (let i = 0; i < out.length; i++) out[i] = (series[i] as number) - mean;
  return out;
}

/** Sum of x[i] x[i + lag]. */
export function laggedProduct(x: Float64Array, lag: number): number {
  let sum = 0;
  for (let i = 0; i + lag < x.length; i++) sum += (x[i] as number) * (x[i + lag] as number);
  return sum;
}

/**
 * The same of two series at every lag (N. Wiener, A. Khinchin): transforms of their power spectra, with room so that no lag wraps
 * around. Both go through one complex transform, x as the real part and y as the imaginary one.
 */
export function laggedProducts(x: Float64Array, y: Float64Array): [Float64Array, Float64Array] {
  const size = 2 ** Math.ceil(Math.log2(2 * x.length));
  const [re, im] = [new Float64Array(size), new Float64Array(size)];
  re.set(x);
  im.set(y);
  transform(re, im);
  const [powerX, powerY] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k < size; k++) {
    const m = (size - k) % size;
    const [a, b, c, d] = [re[k] as number, im[k] as number, re[m] as number, im[m] as number];
    powerX[k] = ((a + c) ** 2 + (b - d) ** 2) / (4 * size);
    powerY[k] = ((b + d) ** 2 + (a - c) ** 2) / (4 * size);
  }
  transform(powerX, powerY); // of even functions: its own inverse, but for the size
  return [powerX, powerY];
}

/** Cosines and sines of the last size. */
let roots: { readonly cos: Float64Array; readonly sin: Float64Array } | undefined;

/** Discrete Fourier transform in place, of a power of two of values (J. W. Cooley, J. W. Tukey 1965). */
function transform(re: Float64Array, im: Float64Array): void {
  const size = re.length;
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      swap(re, i, j);
      swap(im, i, j);
    }
  }
  if (roots?.cos.length !== size / 2) {
    const angle = (k: number) => (-2 * Math.PI * k) / size;
    const half = { length: size / 2 };
    roots = {
      cos: Float64Array.from(half, (_, k) => Math.cos(angle(k))),
      sin: Float64Array.from(half, (_, k) => Math.sin(angle(k))),
    };
  }
  const { cos, sin } = roots;
  for (let half = 1; half < size; half *= 2) {
    const stride = size / (2 * half);
    for (let k = 0; k < half; k++) {
      const c = cos[k * stride] as number;
      const s = sin[k * stride] as number;
      for (let a = k; a < size; a += 2 * half) {
        const b = a + half;
        const x = (re[b] as number) * c - (im[b] as number) * s;
        const y = (re[b] as number) * s + (im[b] as number) * c;
        re[b] = (re[a] as number) - x;
        im[b] = (im[a] as number) - y;
        re[a]! += x;
        im[a]! += y;
      }
    }
  }
}

function swap(values: Float64Array, i: number, j: number): void {
  const kept = values[i] as number;
  values[i] = values[j] as number;
  values[j] = kept;
}
