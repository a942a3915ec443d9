import { invalidArgument } from '../errors.ts';
import { checkShape, type TensorLike, toTensor } from '../model/tensor.ts';

/** ln Gamma(x), x > 0, to about 1e-15: recurrence up to 10, then Stirling's series. */
export function logGamma(x: number): number {
  let shift = 0;
  let y = x;
  for (; y < 10; y++) shift -= Math.log(y);
  const r = 1 / y;
  const q = r * r;
  const series = r * (1 / 12 - q * (1 / 360 - q * (1 / 1260 - q * (1 / 1680 - q * (1 / 1188 - q * (691 / 360360))))));
  return shift + (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + series;
}

/** The derivative of ln Gamma(x), x > 0. */
export function digamma(x: number): number {
  let below = 0;
  let y = x;
  for (; y < 10; y++) below -= 1 / y;
  const r = 1 / y;
  const q = r * r;
  const series = q * (1 / 12 - q * (1 / 120 - q * (1 / 252 - q * (1 / 240 - q * (1 / 132 - q * (691 / 32760))))));
  return below + Math.log(y) - r / 2 - series;
}

const LEAST = 2.220446049250313e-16;

/** Columns over the first axis of tensors of one shape. */
function columns(names: readonly string[], values: readonly TensorLike[]) {
  const tensors = values.map((value, i) => toTensor(names[i] as string, value));
  const [first] = tensors;
  if (!first || first.shape.length === 0) throw invalidArgument(names[0] as string, 'a number', 'a tensor of counts');
  for (const [i, tensor] of tensors.entries()) checkShape(names[i] as string, tensor, first.shape, 'all of one shape');
  const n = first.shape[0] as number;
  const count = first.data.length / n;
  return Array.from({ length: count }, (_, j) =>
    tensors.map(({ data }) => Float64Array.from({ length: n }, (_, i) => data[i * count + j] as number)),
  );
}

/**
 * The Kullback-Leibler divergence of Dirichlet distributions, summed over the columns of counts `[entry][column...]`; nats.
 * @param q counts of the one, @param p of the other
 */
export function dirichletDivergence(q: TensorLike, p: TensorLike): number {
  let divergence = 0;
  for (const pair of columns(['q', 'p'], [q, p])) {
    const [a, b] = pair.map((column) => column.map((value) => Math.max(value, LEAST))) as [Float64Array, Float64Array];
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
    divergence += logGamma(sum(a)) - logGamma(sum(b));
    const level = digamma(sum(a));
    for (const [i, value] of a.entries()) {
      const other = b[i] as number;
      divergence += logGamma(other) - logGamma(value) + (value - other) * (digamma(value) - level);
    }
  }
  return divergence;
}

/** What Bayesian model reduction says of another prior. */
export interface ModelReduction {
  /** Change of log evidence for every column, nats: positive where the full model is better. */
  readonly F: Float64Array;
  /** Posterior counts under the reduced prior, `[entry][column]`. */
  readonly counts: Float64Array[];
}

/**
 * Bayesian model reduction of Dirichlet counts (Friston, Parr and Zeidman 2018): the evidence of a reduced prior from the
 * posterior of the full one, without fitting again.
 * @param posterior counts `[entry][column...]`, @param prior of the full model, @param reduced prior counts
 */
export function reduceModel(posterior: TensorLike, prior: TensorLike, reduced: TensorLike): ModelReduction {
  const logBeta = (counts: Float64Array) =>
    counts.reduce((sum, value) => sum + logGamma(value), 0) - logGamma(counts.reduce((sum, value) => sum + value, 0));
  const all = columns(['posterior', 'prior', 'reduced'], [posterior, prior, reduced]);
  const after = all.map(([q = [], p = [], r = []]) =>
    Float64Array.from(q, (value, i) => value + (r[i] as number) - (p[i] as number)),
  );
  const F = all.map(([q, p, r], j) => {
    const full = logBeta(q as Float64Array) - logBeta(p as Float64Array);
    return full + logBeta(r as Float64Array) - logBeta(after[j] as Float64Array);
  });
  const entries = after[0]?.length ?? 0;
  return {
    F: Float64Array.from(F),
    counts: Array.from({ length: entries }, (_, i) => Float64Array.from(after, (column) => column[i] as number)),
  };
}
