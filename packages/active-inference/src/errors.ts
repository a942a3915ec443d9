import { AatgsError, type AatgsErrorOptions, argumentChecks } from '@aatgs/core';

export { shown } from '@aatgs/core';

/** Codes of the errors this package throws. Stable: match on these, not on messages. */
export const ACTIVE_INFERENCE_ERROR_CODES = [
  /** An argument has the wrong type, length or range. */
  'ERR_AI_INVALID_ARGUMENT',
  /** A tensor's shape does not fit the model. */
  'ERR_AI_SHAPE_MISMATCH',
  /** A tensor holds a number that cannot be: negative, not finite, or a column that does not sum to one. */
  'ERR_AI_INVALID_TENSOR',
  /** An observation is not one of its modality's outcomes. */
  'ERR_AI_UNKNOWN_OBSERVATION',
  /** Policies that do not fit the model: none at all, controls that do not exist, different lengths. */
  'ERR_AI_INVALID_POLICIES',
  /** More policies than can be listed. */
  'ERR_AI_TOO_MANY_POLICIES',
  /** A case file breaks its format, or the file system refused it. */
  'ERR_AI_CASE',
] as const;

/** One of {@link ACTIVE_INFERENCE_ERROR_CODES}. */
export type ActiveInferenceErrorCode = (typeof ACTIVE_INFERENCE_ERROR_CODES)[number];

/** What an error carries besides its message: `details` names the tensor, the index and the value at fault. */
export type ActiveInferenceErrorOptions = AatgsErrorOptions;

/** Every error @aatgs/active-inference throws on bad input, before anything runs. */
export class ActiveInferenceError extends AatgsError<ActiveInferenceErrorCode> {}

export const { invalidArgument, checkInteger } = argumentChecks(
  (message, options) => new ActiveInferenceError('ERR_AI_INVALID_ARGUMENT', message, options),
);

/** Returns `value`; throws unless it is a finite number from `min` to `max`. */
export function checkNumber(name: string, value: number, min: number, max: number = Number.POSITIVE_INFINITY): number {
  if (typeof value !== 'number' || !(value >= min && value <= max) || !Number.isFinite(value)) {
    throw invalidArgument(
      name,
      value,
      max === Number.POSITIVE_INFINITY ? `a number of at least ${min}` : `a number from ${min} to ${max}`,
    );
  }
  return value;
}
