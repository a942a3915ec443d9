import { ActiveInferenceError, shown } from '../errors.ts';

/** Numbers in nested arrays, e.g. `A[outcome][state]`. */
export type NestedNumbers = readonly number[] | readonly NestedNumbers[];

/** A dense tensor, the last axis running fastest. */
export interface Tensor {
  /** Length of every axis. */
  readonly shape: readonly number[];
  /** The numbers, as many as the product of the shape. */
  readonly data: ArrayLike<number>;
}

/** A tensor as callers may give it. */
export type TensorLike = Tensor | NestedNumbers;

/** A tensor of its own, in float64. Throws ERR_AI_SHAPE_MISMATCH where rows differ in length or data does not fit. */
export function toTensor(name: string, value: TensorLike): { shape: number[]; data: Float64Array } {
  if (!Array.isArray(value)) {
    const { shape, data } = (value ?? {}) as Tensor;
    if (!Array.isArray(shape) || typeof data?.length !== 'number')
      throw mismatch(name, shown(value), 'nested arrays of numbers, or { shape, data }');
    const size = sizeOf(shape);
    if (data.length !== size)
      throw mismatch(name, `${data.length} numbers`, `${size}, as its shape ${show(shape)} says`);
    return { shape: [...shape], data: Float64Array.from(data) };
  }
  const shape: number[] = [];
  for (let level: unknown = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  const data = new Float64Array(sizeOf(shape));
  let at = 0;
  const walk = (level: unknown, axis: number, index: readonly number[]): void => {
    if (axis === shape.length) {
      if (typeof level !== 'number') throw mismatch(`${name}${show(index)}`, shown(level), 'a number');
      data[at++] = level;
      return;
    }
    if (!Array.isArray(level) || level.length !== shape[axis]) {
      const length = Array.isArray(level) ? `${level.length} entries` : shown(level);
      throw mismatch(`${name}${show(index)}`, length, `${shape[axis]} entries, as its first sibling has`);
    }
    for (const [i, entry] of level.entries()) walk(entry, axis + 1, [...index, i]);
  };
  walk(value, 0, []);
  return { shape, data };
}

/** The product of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

/** The index of a flat position, for messages. */
export function indexOf(shape: readonly number[], at: number): number[] {
  const index: number[] = [];
  let rest = at;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis] as number;
    index.unshift(rest % n);
    rest = Math.floor(rest / n);
  }
  return index;
}

const show = (index: readonly number[]): string => (index.length ? `[${index.join(', ')}]` : '');

const mismatch = (name: string, value: string, expected: string) =>
  new ActiveInferenceError('ERR_AI_SHAPE_MISMATCH', `${name} is ${value}; expected ${expected}`, {
    details: { tensor: name, value, expected },
  });

/** Throws ERR_AI_SHAPE_MISMATCH unless the tensor has this shape. */
export function checkShape(name: string, tensor: Tensor, shape: readonly number[], why: string): void {
  if (tensor.shape.length === shape.length && shape.every((n, axis) => n === tensor.shape[axis])) return;
  throw mismatch(name, `of shape ${show(tensor.shape)}`, `${show(shape)}: ${why}`);
}

const invalid = (name: string, index: readonly number[], value: number, expected: string) =>
  new ActiveInferenceError('ERR_AI_INVALID_TENSOR', `${name}${show(index)} is ${value}; expected ${expected}`, {
    details: { tensor: name, index, value, expected },
  });

/** Throws ERR_AI_INVALID_TENSOR for the first entry that is not finite, or below `least`. */
export function checkEntries(name: string, tensor: Tensor, least: number): void {
  for (let i = 0; i < tensor.data.length; i++) {
    const value = tensor.data[i] as number;
    if (Number.isFinite(value) && value >= least) continue;
    const expected = least === Number.NEGATIVE_INFINITY ? 'a finite number' : `a finite number of at least ${least}`;
    throw invalid(name, indexOf(tensor.shape, i), value, expected);
  }
}

/** How far from one a column may sum. */
const SUM_TOLERANCE = 1e-5;

/** Throws ERR_AI_INVALID_TENSOR unless every column over axis `axis` is a probability distribution. */
export function checkDistributions(name: string, tensor: Tensor, axis: number): void {
  checkEntries(name, tensor, 0);
  const n = tensor.shape[axis] as number;
  const inner = sizeOf(tensor.shape.slice(axis + 1));
  const outer = sizeOf(tensor.shape.slice(0, axis));
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += tensor.data[(i * n + k) * inner + j] as number;
      if (Math.abs(sum - 1) <= SUM_TOLERANCE) continue;
      const index = [...indexOf(tensor.shape.slice(0, axis), i), ':', ...indexOf(tensor.shape.slice(axis + 1), j)];
      throw new ActiveInferenceError(
        'ERR_AI_INVALID_TENSOR',
        `${name}[${index.join(', ')}] sums to ${sum}; expected a probability distribution, which sums to 1`,
        { details: { tensor: name, index, value: sum, expected: 1 } },
      );
    }
  }
}
