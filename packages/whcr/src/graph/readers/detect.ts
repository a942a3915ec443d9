import { shown, WhcrError } from '../../errors.ts';
import type { GraphFormat } from './options.ts';

/** Bytes looked at. */
const WINDOW = 1 << 16;

/**
 * Tells a file's format from its first bytes: the Matrix Market banner; a preamble length followed by DIMACS text; a first
 * line of DIMACS text; else an edge list where the first line that is no comment starts with a digit.
 *
 * @throws {WhcrError} `ERR_WHCR_UNKNOWN_FORMAT` with the first line.
 */
export function detectFormat(bytes: Uint8Array, source: string): GraphFormat {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, WINDOW)).toString('latin1');
  const text = head.replace(/^\u00ef\u00bb\u00bf/, '');
  if (/^%%MatrixMarket/i.test(text)) return 'mtx';
  if (/^\s*\d+[ \t\r]*\n\s*([cp][ \t\r\n]|c\S)/.test(text)) return 'col.b';
  const lines = text.split('\n', 2000).map((line) => line.trim());
  const line = lines.find((candidate) => candidate !== '' && candidate[0] !== '#' && candidate[0] !== '%');
  if (line !== undefined) {
    if (/^[cpendvx](\s|$)|^c/.test(line)) return 'col';
    if (/^\d/.test(line)) return 'edges';
  } else if (lines.some((candidate) => candidate !== '')) {
    return 'edges';
  }
  const what = line === undefined ? 'the file is empty' : `the first line is ${shown(line)}`;
  const message = `${source}:1: cannot tell the format: ${what}; pass format: 'col', 'col.b', 'mtx' or 'edges'`;
  throw new WhcrError('ERR_WHCR_UNKNOWN_FORMAT', message, { details: { source, line: 1, value: line ?? '' } });
}
