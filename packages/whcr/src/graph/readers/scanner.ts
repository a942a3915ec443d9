import { TextScanner } from '@aatgs/core/files';
import { fileErrors, type WhcrError, type WhcrErrorCode } from '../../errors.ts';

/** A text file whose faults are this package's errors. */
export class Scanner extends TextScanner<WhcrErrorCode, WhcrError> {
  constructor(bytes: Uint8Array, source: string) {
    super(bytes, source, fileErrors);
  }
}
