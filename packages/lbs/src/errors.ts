import { AatgsError, type AatgsErrorOptions, argumentChecks } from '@aatgs/core';
import { fileErrorsOf } from '@aatgs/core/files';

/** Codes of the errors this package throws. Stable: match on these, not on messages. */
export const LBS_ERROR_CODES = [
  /** An argument has the wrong type, length or range. */
  'ERR_LBS_INVALID_ARGUMENT',
  /** A structure has nothing to predict on: no protein atoms in the chosen model and chains. */
  'ERR_LBS_NO_PROTEIN',
  /** A structure has more atoms than a context was made for. */
  'ERR_LBS_TOO_LARGE',
  /** A file breaks its format, or holds numbers that are none. */
  'ERR_LBS_PARSE',
  /** A file ends before what it promised. */
  'ERR_LBS_TRUNCATED',
  /** The file system or the network refused; `cause` carries its error. */
  'ERR_LBS_IO',
  /** A model file is not one this version can read. */
  'ERR_LBS_MODEL',
] as const;

/** One of {@link LBS_ERROR_CODES}. */
export type LbsErrorCode = (typeof LBS_ERROR_CODES)[number];

/** What an error carries besides its message: `details` with `source`, `line` and `value` where a file is at fault. */
export type LbsErrorOptions = AatgsErrorOptions;

/** Every error @aatgs/lbs throws on bad input. The message names what is wrong, the value, and what to do. */
export class LbsError extends AatgsError<LbsErrorCode> {}

export const { invalidArgument, checkInteger } = argumentChecks(
  (message, options) => new LbsError('ERR_LBS_INVALID_ARGUMENT', message, options),
);

/** How this package's readers report what is wrong with a file. */
export const fileErrors = fileErrorsOf('LBS', LbsError);
