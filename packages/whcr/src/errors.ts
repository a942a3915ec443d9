import { AatgsError, type AatgsErrorOptions, argumentChecks } from '@aatgs/core';
import { fileErrorsOf } from '@aatgs/core/files';

export { shown } from '@aatgs/core';

/** Codes of the errors this package throws. Stable: match on these, not on messages. */
export const WHCR_ERROR_CODES = [
  /** An argument has the wrong type, length or range. */
  'ERR_WHCR_INVALID_ARGUMENT',
  /** CSR arrays do not describe a simple undirected graph. */
  'ERR_WHCR_INVALID_GRAPH',
  /** A vertex number lies outside the graph. */
  'ERR_WHCR_VERTEX_OUT_OF_RANGE',
  /** A colour lies outside 0..k-1. */
  'ERR_WHCR_COLOR_OUT_OF_RANGE',
  /** An edge joins a vertex to itself, so no colouring exists. */
  'ERR_WHCR_SELF_LOOP',
  /** An edge is listed twice where that was asked to be an error. */
  'ERR_WHCR_DUPLICATE_EDGE',
  /** A file breaks its format. */
  'ERR_WHCR_PARSE',
  /** A file ends before what it promised. */
  'ERR_WHCR_TRUNCATED',
  /** The format of a file was not recognised, or is not supported. */
  'ERR_WHCR_UNKNOWN_FORMAT',
  /** A size is over a limit: of an option, of memory or of 32-bit indices. */
  'ERR_WHCR_TOO_LARGE',
  /** The file system refused; `cause` carries its error. */
  'ERR_WHCR_IO',
] as const;

/** One of {@link WHCR_ERROR_CODES}. */
export type WhcrErrorCode = (typeof WHCR_ERROR_CODES)[number];

/** What an error carries besides its message: `details` with `line` and `value` where a file is at fault. */
export type WhcrErrorOptions = AatgsErrorOptions;

/** Every error @aatgs/whcr throws on bad input. The message names what is wrong, the value, and what to do. */
export class WhcrError extends AatgsError<WhcrErrorCode> {}

export const { invalidArgument, checkInteger } = argumentChecks(
  (message, options) => new WhcrError('ERR_WHCR_INVALID_ARGUMENT', message, options),
);

/** How this package's readers report what is wrong with a file. */
export const fileErrors = fileErrorsOf('WHCR', WhcrError);
