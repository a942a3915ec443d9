import { AatgsError } from '@aatgs/core';

/** Codes of the errors this package throws. Stable: match on these, not on messages. */
export const THERMO_ERROR_CODES = [
  /** An argument has the wrong type, length or range. */
  'ERR_THERMO_INVALID_ARGUMENT',
  /** A model's couplings do not make sense: a site joined to itself, numbers that are not finite. */
  'ERR_THERMO_INVALID_MODEL',
  /** A site number lies outside the model. */
  'ERR_THERMO_SITE_OUT_OF_RANGE',
  /** A file breaks its format. */
  'ERR_THERMO_PARSE',
  /** A file ends before what it promised. */
  'ERR_THERMO_TRUNCATED',
  /** A size or a coupling is over a limit. */
  'ERR_THERMO_TOO_LARGE',
  /** The file system refused; `cause` carries its error. */
  'ERR_THERMO_IO',
] as const;

/** One of {@link THERMO_ERROR_CODES}. */
export type ThermoErrorCode = (typeof THERMO_ERROR_CODES)[number];

/** What an error carries besides its message. */
export interface ThermoErrorOptions {
  /** The offending values, for programs: `line` and `value` where a file is at fault. */
  readonly details?: Record<string, unknown>;
  /** The error underneath. */
  readonly cause?: unknown;
}

/** Every error @aatgs/thermo throws on bad input. The message names what is wrong, the value, and what to do. */
export class ThermoError extends AatgsError {
  declare readonly code: ThermoErrorCode;

  /** Made by this package's checks; `options.details` holds the offending value. */
  constructor(code: ThermoErrorCode, message: string, options: ThermoErrorOptions = {}) {
    super(code, message, options);
  }
}

/** Shows a value in an error message: strings quoted, everything cut to 80 characters. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** An `ERR_THERMO_INVALID_ARGUMENT` in the usual sentence. */
export function invalidArgument(name: string, value: unknown, expected: string): ThermoError {
  return new ThermoError('ERR_THERMO_INVALID_ARGUMENT', `${name} is ${shown(value)}; expected ${expected}`, {
    details: { name, value, expected },
  });
}

/**
 * Checks an integer argument.
 *
 * @throws {ThermoError} `ERR_THERMO_INVALID_ARGUMENT` unless `min <= value <= max` and `value` is an integer.
 */
export function checkInteger(name: string, value: number, min: number, max: number = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    const range =
      max === Number.MAX_SAFE_INTEGER ? `an integer of at least ${min}` : `an integer from ${min} to ${max}`;
    throw invalidArgument(name, value, range);
  }
  return value;
}
