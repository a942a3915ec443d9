import type { AatgsError, AatgsErrorOptions } from './errors.ts';

/** Shows a value in an error message: strings quoted, everything cut to 80 characters. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : textOf(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Objects from JSON may have a `toString` that is none, and those without a prototype have none. */
function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

/** Checks of arguments that throw a package's own error; see {@link argumentChecks}. */
export interface ArgumentChecks<E extends AatgsError> {
  /** The error for an argument, in the usual sentence. */
  readonly invalidArgument: (name: string, value: unknown, expected: string) => E;
  /** Returns `value`; throws unless it is an integer from `min` to `max` (default 2^53 - 1). */
  readonly checkInteger: (name: string, value: number, min: number, max?: number) => number;
}

/**
 * The checks of arguments that every package has, throwing that package's error.
 *
 * @param make an error of the package's own class, with its code for bad arguments
 */
export function argumentChecks<E extends AatgsError>(
  make: (message: string, options: AatgsErrorOptions) => E,
): ArgumentChecks<E> {
  const invalidArgument = (name: string, value: unknown, expected: string) =>
    make(`${name} is ${shown(value)}; expected ${expected}`, { details: { name, value, expected } });
  const checkInteger = (name: string, value: number, min: number, max: number = Number.MAX_SAFE_INTEGER) => {
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      const range =
        max === Number.MAX_SAFE_INTEGER ? `an integer of at least ${min}` : `an integer from ${min} to ${max}`;
      throw invalidArgument(name, value, range);
    }
    return value;
  };
  return { invalidArgument, checkInteger };
}
