import { AatgsError, type AatgsErrorOptions, argumentChecks } from '@aatgs/core';
import { fileErrorsOf } from '@aatgs/core/files';

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
  /** Instances that share replicas lost touch: one waited ten seconds for another in its step. */
  'ERR_THERMO_PARTED',
  /** The file system refused; `cause` carries its error. */
  'ERR_THERMO_IO',
] as const;

/** One of {@link THERMO_ERROR_CODES}. */
export type ThermoErrorCode = (typeof THERMO_ERROR_CODES)[number];

/** What an error carries besides its message: `details` with `line` and `value` where a file is at fault. */
export type ThermoErrorOptions = AatgsErrorOptions;

/** Every error @aatgs/thermo throws on bad input. The message names what is wrong, the value, and what to do. */
export class ThermoError extends AatgsError<ThermoErrorCode> {}

export const { invalidArgument, checkInteger } = argumentChecks(
  (message, options) => new ThermoError('ERR_THERMO_INVALID_ARGUMENT', message, options),
);

/** How this package's readers report what is wrong with a file. */
export const fileErrors = fileErrorsOf('THERMO', ThermoError);
