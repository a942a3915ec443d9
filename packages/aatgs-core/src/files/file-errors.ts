import type { AatgsError, AatgsErrorOptions } from '../errors.ts';

/** What can be wrong with a file: it breaks its format, ends early, is over a limit, or cannot be read. */
export type FileFault = 'PARSE' | 'TRUNCATED' | 'TOO_LARGE' | 'IO';

/** How a package makes the errors about its files. */
export interface FileErrors<Code extends string, E extends AatgsError> {
  /** The package's code for each fault. */
  readonly codes: Readonly<Record<FileFault, Code>>;
  /** An error of the package's own class. */
  readonly make: (code: Code, message: string, options: AatgsErrorOptions) => E;
}

/**
 * The errors of a package whose codes are `ERR_<PREFIX>_PARSE`, `..._TRUNCATED`, `..._TOO_LARGE` and `..._IO`.
 *
 * @param prefix what the package's codes have in common
 * @param Type its class
 */
export function fileErrorsOf<P extends string, Code extends string, E extends AatgsError>(
  prefix: P,
  Type: new (code: Code | `ERR_${P}_${FileFault}`, message: string, options: AatgsErrorOptions) => E,
): FileErrors<Code | `ERR_${P}_${FileFault}`, E> {
  return {
    codes: {
      PARSE: `ERR_${prefix}_PARSE`,
      TRUNCATED: `ERR_${prefix}_TRUNCATED`,
      TOO_LARGE: `ERR_${prefix}_TOO_LARGE`,
      IO: `ERR_${prefix}_IO`,
    },
    make: (code, message, options) => new Type(code, message, options),
  };
}
