import { argumentChecks } from './argument-checks.ts';

/** Codes of the errors @aatgs/core throws; each is explained in docs/troubleshooting.md. */
export const ERROR_CODES = [
  'ERR_AATGS_INVALID_ARGUMENT',
  'ERR_AATGS_INVALID_SETUP',
  'ERR_AATGS_BUFFER_OVERFLOW',
  'ERR_AATGS_INPUT_TOO_LARGE',
  'ERR_AATGS_CLOSED',
  'ERR_AATGS_DEVICE_LOST',
  'ERR_AATGS_NO_GPU',
  'ERR_AATGS_CUDA',
  'ERR_AATGS_GRID_TOO_LARGE',
  'ERR_AATGS_OUT_OF_MEMORY',
  'ERR_AATGS_NO_BINARY',
  'ERR_AATGS_UNSUPPORTED_PLATFORM',
  'ERR_AATGS_BINARY_REJECTED',
  'ERR_AATGS_VERSION_MISMATCH',
  'ERR_AATGS_BUILD_FAILED',
  'ERR_AATGS_MODULE_NOT_FOUND',
  'ERR_AATGS_MODULE_INVALID',
  'ERR_AATGS_ABI_MISMATCH',
  'ERR_AATGS_LAYOUT_MISMATCH',
  'ERR_AATGS_SNAPSHOT_INVALID',
  'ERR_AATGS_SHUTDOWN_TIMEOUT',
  'ERR_AATGS_GRAPH_CYCLE',
  'ERR_AATGS_TASK_FAILED',
  'ERR_AATGS_TASK_CANCELLED',
  'ERR_AATGS_INTERNAL',
] as const;

/** One of {@link ERROR_CODES}. */
export type AatgsErrorCode = (typeof ERROR_CODES)[number];

/** What an error carries besides its message. */
export interface AatgsErrorOptions {
  /** The offending values, for programs. */
  readonly details?: Record<string, unknown>;
  /** The error underneath. */
  readonly cause?: unknown;
}

/**
 * Every error of this project: match on `code`, which is stable; the message is for people. A package's own errors are
 * `class MyError extends AatgsError<MyErrorCode> {}`.
 */
export class AatgsError<Code extends string = string> extends Error {
  /** One of {@link ERROR_CODES}, or a code of the package that extends this class. */
  readonly code: Code;
  /** The offending values, for programs; empty when there are none. */
  readonly details: Record<string, unknown>;

  /** @param message names what is wrong, the value, and what to do */
  constructor(code: Code, message: string, options: AatgsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.details = options.details ?? {};
  }
}

/** Gives an error from the addon its class; anything without our code passes unchanged. */
export function fromNative(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof AatgsError || typeof code !== 'string' || !code.startsWith('ERR_AATGS_')) return error;
  return new AatgsError(code, (error as Error).message, { cause: error });
}

/** Runs a call into the addon with its errors typed. */
export function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fromNative(error);
  }
}

export const { invalidArgument, checkInteger } = argumentChecks(
  (message, options) => new AatgsError('ERR_AATGS_INVALID_ARGUMENT', message, options),
);
