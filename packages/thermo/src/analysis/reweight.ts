import { invalidArgument } from '../errors.ts';
import { blockBounds, type Estimate } from './errors.ts';
import type { Series } from './series.ts';

/** Estimates at a temperature that need not have been simulated; energies and magnetisation for each site. */
export interface Reweighted {
  /** Temperature, in the model's energy. */
  readonly temperature: number;
  /** <E> / n. */
  readonly energy: Estimate;
  /** (<E^2> - <E>^2) / (T^2 n). */
  readonly specificHeat: Estimate;
  /** <|M|> / n. */
  readonly magnetization: Estimate;
}

const ITERATIONS = 2000;
const TOLERANCE = 1e-9;
const BLOCKS = 12;

/**
 * Multiple-histogram reweighting over all temperatures of a series (A. Ferrenberg, R. Swendsen, Phys. Rev. Lett. 63, 1989).
 * Energies are discrete, so nothing is binned, and the estimator equals MBAR (M. Shirts, J. Chodera, J. Chem. Phys. 129,
 * 2008). Errors are a jackknife over blocks in time, with the equations solved again for each.
 *
 * Temperatures must lie within the simulated range, where histograms overlap.
 */
export function reweight(series: Series, temperatures: ArrayLike<number>): Reweighted[] {
  const [high, low] = [series.temperatures[0] as number, series.temperatures.at(-1) as number];
  for (const t of Array.from(temperatures)) {
    if (!(t >= low && t <= high))
      throw invalidArgument('temperature', t, `within the simulated range, ${low} to ${high}`);
  }
  const bounds = blockBounds(series.samples, 1, BLOCKS);
  const whole = new Histogram(series, () => true);
  const start = whole.solve(new Float64Array(series.temperatures.length));
  const parts = bounds.slice(1).map((end, b) => {
    const histogram = new Histogram(series, (i) => i < (bounds[b] as number) || i >= end);
    return { histogram, free: histogram.solve(start) };
  });
  return Array.from(temperatures, (t) => {
    const values = whole.at(t, start);
    const without = parts.map(({ histogram, free }) => histogram.at(t, free));
    const estimate = (k: number): Estimate => {
      const center = without.reduce((sum, v) => sum + (v[k] as number), 0) / without.length;
      const spread = without.reduce((sum, v) => sum + ((v[k] as number) - center) ** 2, 0);
      return { mean: values[k] as number, error: Math.sqrt((spread * (without.length - 1)) / without.length) };
    };
    return { temperature: t, energy: estimate(0), specificHeat: estimate(1), magnetization: estimate(2) };
  });
}

/** How often each energy occurred over all temperatures, and with what magnetisation. */
class Histogram {
  readonly #sites: number;
  readonly #betas: Float64Array;
  /** Samples of one temperature. */
  readonly #each: number;
  readonly #energies: Float64Array;
  readonly #logCounts: Float64Array;
  readonly #moments: Float64Array;

  constructor(series: Series, keep: (sample: number) => boolean) {
    const bins = new Map<number, [count: number, moment: number]>();
    let kept = 0;
    for (let k = 0; k < series.temperatures.length; k++) {
      for (let l = 0; l < series.ladders; l++) {
        const energy = series.energy(k, l);
        const moment = series.moment(k, l);
        for (let i = 0; i < energy.length; i++) {
          if (!keep(i)) continue;
          if (k === 0) kept++;
          const e = energy[i] as number;
          const bin = bins.get(e);
          if (bin) {
            bin[0]++;
            bin[1] += Math.abs(moment[i] as number);
          } else bins.set(e, [1, Math.abs(moment[i] as number)]);
        }
      }
    }
    const sorted = [...bins].sort((a, b) => a[0] - b[0]);
    this.#sites = series.sites;
    this.#betas = series.temperatures.map((t) => 1 / t);
    this.#each = kept;
    this.#energies = Float64Array.from(sorted, ([e]) => e);
    this.#logCounts = Float64Array.from(sorted, ([, [count]]) => Math.log(count));
    this.#moments = Float64Array.from(sorted, ([, [count, moment]]) => moment / count);
  }

  /** Logarithms of the partition functions, up to a constant: fixed point of the multiple-histogram equations. */
  solve(start: Float64Array): Float64Array {
    let free = start.slice();
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      const density = this.#logDensity(free);
      const next = this.#betas.map((beta) => logSum(density, (d, i) => d - beta * (this.#energies[i] as number)));
      const shift = next[0] as number;
      let moved = 0;
      for (let k = 0; k < next.length; k++) {
        next[k]! -= shift;
        moved = Math.max(moved, Math.abs((next[k] as number) - (free[k] as number)));
      }
      free = next;
      if (moved < TOLERANCE) break;
    }
    return free;
  }

  /** Energy, specific heat and magnetisation at one temperature. */
  at(t: number, free: Float64Array): number[] {
    const density = this.#logDensity(free);
    const log = density.map((d, i) => d - (this.#energies[i] as number) / t);
    const total = logSum(log, (x) => x);
    let [e, m] = [0, 0];
    for (let i = 0; i < log.length; i++) {
      const p = Math.exp((log[i] as number) - total);
      e += p * (this.#energies[i] as number);
      m += p * (this.#moments[i] as number);
    }
    let variance = 0;
    for (let i = 0; i < log.length; i++)
      variance += Math.exp((log[i] as number) - total) * ((this.#energies[i] as number) - e) ** 2;
    return [e / this.#sites, variance / (t * t * this.#sites), m / this.#sites];
  }

  /** Logarithm of the density of states at each energy that occurred. */
  #logDensity(free: Float64Array): Float64Array {
    return this.#logCounts.map((count, i) => {
      const e = this.#energies[i] as number;
      return count - logSum(free, (f, k) => -(this.#betas[k] as number) * e - f) - Math.log(this.#each);
    });
  }
}

function logSum(values: Float64Array, term: (value: number, index: number) => number): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) most = Math.max(most, term(values[i] as number, i));
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(term(values[i] as number, i) - most);
  return most + Math.log(sum);
}
