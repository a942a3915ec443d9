import * as files from '@aatgs/core/files';
import { fileErrors } from '../errors.ts';

/** See `decompress` of `@aatgs/core/files`. */
export const decompress = (bytes: Uint8Array, source: string, maxBytes: number): Uint8Array =>
  files.decompress(bytes, source, maxBytes, fileErrors);

/** See `readBytes` of `@aatgs/core/files`. */
export const readBytes = (path: string | URL, maxBytes: number): Promise<Uint8Array> =>
  files.readBytes(path, maxBytes, fileErrors);
