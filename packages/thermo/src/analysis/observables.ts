import { autocorrelationTime, autocorrelationTimes } from './autocorrelation.ts';
import { blockBounds, type Estimate, jackknife } from './errors.ts';
import type { Series } from './series.ts';

/** What is known at one temperature; all values but tau and Binder's are for each site. */
export interface Observables {
  /** Temperature, in the model's energy. */
  readonly temperature: number;
  /** <E> / n. */
  readonly energy: Estimate;
  /** (<E^2> - <E>^2) / (T^2 n). */
  readonly specificHeat: Estimate;
  /** <|M|> / n. */
  readonly magnetization: Estimate;
  /** (<M^2> - <|M|>^2) / (T n). */
  readonly susceptibility: Estimate;
  /** Binder's cumulant 1 - <M^4> / (3 <M^2>^2): 2/3 in the ordered phase, 0 in the disordered one. */
  readonly binder: Estimate;
  /** The same of the overlap of two ladders, 1/2 (3 - <q^4> / <q^2>^2), with the mean square q^2; without pairs, undefined. */
  readonly overlap?: { readonly square: Estimate; readonly binder: Estimate };
  /** Integrated autocorrelation time of the energy, in samples; 1/2: independent. */
  readonly tau: number;
}

/** Most jackknife blocks of one ladder. */
const BLOCKS = 40;

/**
 * Estimates at one temperature of a series, over all ladders, with jackknife errors. Of one system the blocks are stretches
 * of several tau; of many systems each is one block, since what differs most are the couplings: errors of averages over
 * disorder.
 */
export function observe(series: Series, rung: number): Observables {
  const n = series.sites;
  const t = series.temperatures[rung] as number;
  const ladders = Array.from({ length: series.ladders }, (_, l) => ({
    energy: series.energy(rung, l),
    moment: series.moment(rung, l),
  }));
  const taus = ladders.map(({ energy, moment }) => autocorrelationTimes(energy, moment.map(Math.abs)));
  const tau = taus.reduce((sum, [ofEnergy]) => sum + ofEnergy, 0) / taus.length;
  const longest = taus.reduce((most, both) => Math.max(most, ...both), 0.5);
  const bounds = series.systems > 1 ? [0, series.samples] : blockBounds(series.samples, 10 * longest, BLOCKS);
  // Energies relative to their mean: differences of large squares would lose digits.
  const origin = (ladders[0]?.energy[0] ?? 0) as number;
  const blocks: Float64Array[] = [];
  for (const { energy, moment } of ladders) {
    for (let b = 0; b + 1 < bounds.length; b++) {
      const sums = new Float64Array(6);
      for (let i = bounds[b] as number; i < (bounds[b + 1] as number); i++) {
        const e = (energy[i] as number) - origin;
        const m = Math.abs(moment[i] as number) / n;
        sums[0]! += e;
        sums[1]! += e * e;
        sums[2]! += m;
        sums[3]! += m * m;
        sums[4]! += m ** 4;
        sums[5]!++;
      }
      blocks.push(sums);
    }
  }
  const parts = series.systems > 1 ? systemAverages(blocks, series.systems) : blocks.map(withVariances);
  // Variances are within a system: the last two columns of many systems; of one, from its averages.
  const [energy, specificHeat, magnetization, susceptibility, binder] = jackknife(
    parts,
    ([e = 0, e2 = 0, m = 0, m2 = 0, m4 = 0, ee = 0, mm = 0]) => [
      (e + origin) / n,
      (series.systems > 1 ? ee : e2 - e * e) / (t * t * n),
      m,
      ((series.systems > 1 ? mm : m2 - m * m) * n) / t,
      m2 > 0 ? 1 - m4 / (3 * m2 * m2) : 0,
    ],
  ) as [Estimate, Estimate, Estimate, Estimate, Estimate];
  const overlap = observeOverlap(series, rung);
  return {
    temperature: t,
    energy,
    specificHeat,
    magnetization,
    susceptibility,
    binder,
    ...(overlap && { overlap }),
    tau,
  };
}

/** Room for the two variances, which are not sums, of one system's blocks. */
function withVariances(sums: Float64Array): Float64Array {
  return Float64Array.of(...sums.subarray(0, 5), 0, 0, sums[5] as number);
}

/** Of each system, its ladders together: averages, and variances of energy and magnetisation around its own averages. */
function systemAverages(ladders: readonly Float64Array[], systems: number): Float64Array[] {
  const copies = ladders.length / systems;
  return Array.from({ length: systems }, (_, s) => {
    const sums = new Float64Array(6);
    for (const ladder of ladders.slice(s * copies, (s + 1) * copies))
      for (const k of sums.keys()) sums[k]! += ladder[k] as number;
    const [e = 0, e2 = 0, m = 0, m2 = 0, m4 = 0] = sums.subarray(0, 5).map((sum) => sum / (sums[5] as number));
    return Float64Array.of(e, e2, m, m2, m4, e2 - e * e, m2 - m * m, 1);
  });
}

function observeOverlap(series: Series, rung: number): Observables['overlap'] | undefined {
  const blocks: Float64Array[] = [];
  const { pairs } = series;
  const perSystem = series.systems > 1 ? pairs / series.systems : 0;
  for (let pair = 0; pair < pairs; pair++) {
    const q = series.overlap(rung, pair).map((x) => x / series.sites);
    const bounds =
      perSystem > 0
        ? [0, q.length]
        : blockBounds(series.samples, 10 * autocorrelationTime(q.map((x) => x * x)), BLOCKS);
    for (let b = 0; b + 1 < bounds.length; b++) {
      const part = q.subarray(bounds[b], bounds[b + 1]);
      const sums = Float64Array.of(
        part.reduce((s, x) => s + x ** 2, 0),
        part.reduce((s, x) => s + x ** 4, 0),
        part.length,
      );
      // Pairs of one system are one block.
      const joined = perSystem > 1 && pair % perSystem > 0 ? blocks.pop() : undefined;
      blocks.push(joined ? sums.map((sum, k) => sum + (joined[k] as number)) : sums);
    }
  }
  if (blocks.length === 0 || (series.systems > 1 && series.ladders === series.systems)) return undefined;
  const [square, binder] = jackknife(blocks, ([q2 = 0, q4 = 0]) => [q2, q2 > 0 ? (3 - q4 / (q2 * q2)) / 2 : 0]);
  return { square: square as Estimate, binder: binder as Estimate };
}
