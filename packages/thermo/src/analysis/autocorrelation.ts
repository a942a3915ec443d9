import FFT from 'fft.js';

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
  if (transform?.size !== size) transform = new FFT(size);
  const values = interleaved(size, x, y);
  const spectrum = new Float64Array(2 * size);
  transform.transform(spectrum, values);
  for (let k = 0; k < size; k++) {
    const m = (size - k) % size;
    const [a, b] = [spectrum[2 * k] as number, spectrum[2 * k + 1] as number];
    const [c, d] = [spectrum[2 * m] as number, spectrum[2 * m + 1] as number];
    values[2 * k] = ((a + c) ** 2 + (b - d) ** 2) / (4 * size);
    values[2 * k + 1] = ((b + d) ** 2 + (a - c) ** 2) / (4 * size);
  }
  transform.transform(spectrum, values); // of even functions: its own inverse, but for the size
  const half = { length: size };
  return [
    Float64Array.from(half, (_, i) => spectrum[2 * i] as number),
    Float64Array.from(half, (_, i) => spectrum[2 * i + 1] as number),
  ];
}

/** The last one made: series of one run have one length. */
let transform: FFT | undefined;

function interleaved(size: number, re: Float64Array, im: Float64Array): Float64Array {
  const out = new Float64Array(2 * size);
  for (let i = 0; i < re.length; i++) {
    out[2 * i] = re[i] as number;
    out[2 * i + 1] = im[i] as number;
  }
  return out;
}
