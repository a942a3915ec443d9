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
