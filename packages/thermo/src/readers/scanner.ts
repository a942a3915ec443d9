import { TextScanner } from '@aatgs/core/files';
import { fileErrors, type ThermoError, type ThermoErrorCode } from '../errors.ts';

/** A text file whose faults are this package's errors. */
export class Scanner extends TextScanner<ThermoErrorCode, ThermoError> {
  constructor(bytes: Uint8Array, source: string) {
    super(bytes, source, fileErrors);
  }
}
