/** Numbers as they stand in a case file or come from the device. */
export type Nested = number | ArrayLike<number> | readonly Nested[] | null;

/** What one expected value was compared with. */
export interface Check {
  /** Which convention and value, e.g. `legacy.qs`. */
  readonly what: string;
  readonly got: Nested | undefined;
  readonly expected: Nested;
}

/** The largest difference of a check: absolute below one, relative above. */
export interface Difference {
  /** Which convention and value, e.g. `legacy.qs`. */
  readonly what: string;
  /** Absolute where the expected value is below one, else relative. */
  readonly error: number;
  /** Where it is. */
  readonly at: string;
  /** What came out. */
  readonly got: number;
  /** What the file says. */
  readonly expected: number;
}

/** Finds the largest difference; a shape that does not fit is infinitely far off. */
export function compare({ what, got, expected }: Check): Difference {
  let worst: Difference = { what, error: 0, at: '', got: 0, expected: 0 };
  const note = (error: number, at: string, a: number, b: number) => {
    if (error > worst.error || Number.isNaN(error))
      worst = { what, error: Number.isNaN(error) ? Number.POSITIVE_INFINITY : error, at, got: a, expected: b };
  };
  const walk = (a: unknown, b: unknown, at: string): void => {
    // What the file leaves open is not compared.
    if (b === null || b === undefined) return;
    if (typeof b === 'number' || typeof b === 'boolean') {
      const value = Number(b);
      const own = typeof a === 'number' ? a : Number.NaN;
      note(Math.abs(own - value) / Math.max(1, Math.abs(value)), at, own, value);
      return;
    }
    const [x, y] = [a as ArrayLike<unknown>, b as ArrayLike<unknown>];
    if (x === null || x === undefined || x.length !== y.length) {
      note(Number.POSITIVE_INFINITY, `${at}.length`, x?.length ?? Number.NaN, y.length);
      return;
    }
    for (let i = 0; i < y.length; i++) walk(x[i], y[i], `${at}[${i}]`);
  };
  walk(got, expected, '');
  return worst;
}
