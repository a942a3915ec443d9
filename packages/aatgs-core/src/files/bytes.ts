import { constants } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { AatgsError } from '../errors.ts';
import type { FileErrors } from './file-errors.ts';

/** Largest single read: the system call's own limit is 2 GiB. */
const SLICE = 1 << 28;

function tooLarge<Code extends string>(
  source: string,
  value: number,
  maxBytes: number,
  errors: FileErrors<Code, AatgsError>,
): AatgsError {
  const message = `${source}: more than maxBytes, ${maxBytes} bytes; raise maxBytes if that is meant`;
  return errors.make(errors.codes.TOO_LARGE, message, { details: { source, value } });
}

/**
 * Decompresses gzip, told by its first bytes; anything else passes unchanged.
 *
 * @param maxBytes limit on the result, so that a small file cannot fill the memory
 * @throws the package's `TOO_LARGE` error over the limit, `TRUNCATED` for a cut file, `PARSE` for a broken one.
 */
export function decompress<Code extends string>(
  bytes: Uint8Array,
  source: string,
  maxBytes: number,
  errors: FileErrors<Code, AatgsError>,
): Uint8Array {
  if (bytes.length > maxBytes) throw tooLarge(source, bytes.length, maxBytes, errors);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: Math.min(maxBytes, constants.MAX_LENGTH) });
  } catch (cause) {
    const { code } = cause as { code?: string };
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(source, bytes.length, maxBytes, errors);
    const cut = code === 'Z_BUF_ERROR';
    const message = `${source}: the gzip data ${cut ? 'ends too early' : `is broken (${(cause as Error).message})`}; fetch it again`;
    const details = { source, value: bytes.length };
    throw errors.make(cut ? errors.codes.TRUNCATED : errors.codes.PARSE, message, { details, cause });
  }
}

/**
 * Reads a file or a pipe of any size up to `maxBytes`; `fs.readFile` refuses files over 2 GiB.
 *
 * @throws the package's `IO` error with the system's error as `cause`, `TOO_LARGE` over the limit.
 */
export async function readBytes<Code extends string>(
  path: string | URL,
  maxBytes: number,
  errors: FileErrors<Code, AatgsError>,
): Promise<Uint8Array> {
  const source = String(path);
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    if (size > maxBytes) throw tooLarge(source, size, maxBytes, errors);
    let bytes = new Uint8Array(size > 0 ? size + 1 : 1 << 16);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, Math.min(SLICE, bytes.length - length));
      if (bytesRead === 0) return bytes.subarray(0, length);
      length += bytesRead;
      if (length > maxBytes) throw tooLarge(source, length, maxBytes, errors);
      if (length === bytes.length) {
        const grown = new Uint8Array(2 * length);
        grown.set(bytes);
        bytes = grown;
      }
    }
  } catch (cause) {
    if (cause instanceof AatgsError) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    const message = `cannot read ${source}: ${reason}; check the path and its permissions`;
    throw errors.make(errors.codes.IO, message, { details: { source, value: source, reason }, cause });
  } finally {
    await file?.close();
  }
}
