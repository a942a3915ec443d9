import { basename } from 'node:path';
import { checkInteger } from '../../errors.ts';
import { decompress, readBytes } from './bytes.ts';
import { byteLimit } from './options.ts';
import { Scanner } from './scanner.ts';

/** What a colouring file must hold. */
export interface ReadColoringOptions {
  /** Number of vertices. Default: as many as the file has. */
  readonly vertices?: number;
  /** Number of colours: each must be 0 to colors-1. Default 2^32-1. */
  readonly colors?: number;
  /** Most bytes accepted, after decompression. Default 2^32. */
  readonly maxBytes?: number;
}

const [NEWLINE, HASH, LETTER_C] = [10, 35, 99];

/**
 * Parses a colouring file: one colour a line, from 0, in the order of the vertices. Blank lines and lines starting with `#`
 * or `c` are skipped.
 *
 * @param source what messages call the input; default `coloring`
 * @throws {WhcrError} `ERR_WHCR_PARSE`, `ERR_WHCR_COLOR_OUT_OF_RANGE`, `ERR_WHCR_TRUNCATED` for too few vertices, with line and value.
 */
export function parseColoring(
  content: Uint8Array | string,
  options: ReadColoringOptions = {},
  source: string = 'coloring',
): Uint32Array {
  const vertices = options.vertices === undefined ? undefined : checkInteger('vertices', options.vertices, 0);
  const limit = options.colors === undefined ? 0xffff_ffff : checkInteger('colors', options.colors, 1);
  const raw = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const scanner = new Scanner(decompress(raw, source, byteLimit(options.maxBytes)), source);
  // A colour takes two bytes, itself and its newline, but for the last.
  const coloring = new Uint32Array((scanner.bytes.length + 1) >>> 1);
  let count = 0;
  while (!scanner.done) {
    const byte = scanner.peek();
    if (byte === -1) break;
    if (byte === NEWLINE || byte === HASH || byte === LETTER_C) {
      scanner.skipLine();
      continue;
    }
    if (count === vertices) {
      throw scanner.error('ERR_WHCR_PARSE', `a colour follows the last of ${vertices} vertices`, scanner.rest());
    }
    const color = scanner.unsigned('a colour');
    if (color >= limit) {
      const message = `vertex ${count} has colour ${color}; colours are integers from 0 to ${limit - 1}`;
      throw scanner.error('ERR_WHCR_COLOR_OUT_OF_RANGE', message, color, { vertex: count });
    }
    coloring[count++] = color;
    scanner.endLine('the colour');
  }
  if (vertices !== undefined && count < vertices) {
    const message = `the file has ${count} colours, the graph ${vertices} vertices; it is cut, or of another graph`;
    throw scanner.error('ERR_WHCR_TRUNCATED', message, count);
  }
  return coloring.slice(0, count);
}

/**
 * Reads a colouring file, gzipped or not.
 *
 * @throws {WhcrError} `ERR_WHCR_IO` where the file cannot be read; else as {@link parseColoring}.
 */
export async function readColoring(path: string, options: ReadColoringOptions = {}): Promise<Uint32Array> {
  return parseColoring(await readBytes(path, byteLimit(options.maxBytes)), options, basename(path));
}
