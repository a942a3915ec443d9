/** A tensor from a function of its index; rows of the first axis are what columns sum over. */
export function tensor(
  shape: readonly number[],
  at: (...index: number[]) => number,
): { shape: number[]; data: Float64Array } {
  const size = shape.reduce((product, n) => product * n, 1);
  const index = new Array<number>(shape.length).fill(0);
  const data = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    data[i] = at(...index);
    for (let axis = shape.length - 1; axis >= 0 && ++(index[axis] as number) === shape[axis]; axis--) index[axis] = 0;
  }
  return { shape: [...shape], data };
}

/** One where two indices are the same. */
export const same = (a: number, b: number): number => (a === b ? 1 : 0);

/** A factor that stays as it is. */
export const constant = (n: number) => tensor([n, n, 1], (next, now) => same(next, now));
