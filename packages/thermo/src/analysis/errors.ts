/** A mean with its standard error. */
export interface Estimate {
  /** The estimate itself. */
  readonly mean: number;
  /** One standard error, with the autocorrelation of the series in it. */
  readonly error: number;
}

/**
 * Delete-one-block jackknife of any function of averages (B. Efron, 1982). `blocks[b]` holds the sums of block b of each
 * quantity, the last one being the number of samples; `f` maps averages to results. Blocks must be longer than the
 * autocorrelation time.
 */
export function jackknife(
  blocks: readonly Float64Array[],
  f: (averages: Float64Array) => readonly number[],
): Estimate[] {
  const width = (blocks[0]?.length ?? 1) - 1;
  const total = new Float64Array(width + 1);
  for (const block of blocks) for (let i = 0; i <= width; i++) total[i]! += block[i] as number;
  const averages = (sums: Float64Array) => sums.subarray(0, width).map((sum) => sum / (sums[width] as number));
  const whole = f(averages(total));
  const without = blocks.map((block) => f(averages(total.map((sum, i) => sum - (block[i] as number)))));
  const B = blocks.length;
  return whole.map((mean, k) => {
    const center = without.reduce((sum, values) => sum + (values[k] as number), 0) / B;
    const spread = without.reduce((sum, values) => sum + ((values[k] as number) - center) ** 2, 0);
    return { mean, error: Math.sqrt((spread * (B - 1)) / B) };
  });
}

/** Fewer blocks than this make an error bar of which nobody knows the error. */
const LEAST_BLOCKS = 10;

/**
 * Cuts [0, n) into at most `most` blocks of at least `length` samples; into ten shorter ones where n does not allow that
 * many, so that errors of series far too short are somewhat too small rather than random.
 */
export function blockBounds(n: number, length: number, most: number): number[] {
  const count = Math.max(Math.min(n, LEAST_BLOCKS), Math.min(most, Math.floor(n / Math.max(1, length))));
  return Array.from({ length: count + 1 }, (_, b) => Math.floor((b * n) / count));
}
