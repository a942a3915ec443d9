import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invalidArgument } from '../../errors.ts';
import type { Graph } from '../graph.ts';
import { decompress, readBytes } from './bytes.ts';
import { detectFormat } from './detect.ts';
import { parseDimacsBinary } from './dimacs-binary.ts';
import { parseDimacsCol } from './dimacs-col.ts';
import { parseEdgeList } from './edge-list.ts';
import { parseMatrixMarket } from './matrix-market.ts';
import {
  byteLimit,
  type GraphFormat,
  type ReadOptions,
  type ResolvedReadOptions,
  resolveReadOptions,
} from './options.ts';

export type { GraphFormat, ReadOptions } from './options.ts';

const PARSERS: Readonly<Record<GraphFormat, (bytes: Uint8Array, options: ResolvedReadOptions) => Graph>> = {
  col: parseDimacsCol,
  'col.b': parseDimacsBinary,
  mtx: parseMatrixMarket,
  edges: parseEdgeList,
};

/**
 * Parses a graph from the content of a file: text, or bytes, which may be gzipped.
 *
 * @param source what messages call the input; default `graph`
 * @throws {WhcrError} `ERR_WHCR_PARSE`, `ERR_WHCR_TRUNCATED`, `ERR_WHCR_UNKNOWN_FORMAT`, `ERR_WHCR_VERTEX_OUT_OF_RANGE`,
 * `ERR_WHCR_SELF_LOOP`, `ERR_WHCR_DUPLICATE_EDGE`, `ERR_WHCR_TOO_LARGE`; nothing is allocated on a header's word alone.
 */
export function parseGraph(content: Uint8Array | string, options: ReadOptions = {}, source: string = 'graph'): Graph {
  const resolved = resolveReadOptions(options, source);
  const raw = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  if (!(raw instanceof Uint8Array)) throw invalidArgument('content', content, 'a string or a Uint8Array');
  const bytes = decompress(raw, source, byteLimit(options.maxBytes));
  const format = options.format ?? 'auto';
  const parser = PARSERS[format === 'auto' ? detectFormat(bytes, source) : format];
  if (parser === undefined) throw invalidArgument('format', format, "'auto', 'col', 'col.b', 'mtx' or 'edges'");
  return parser(bytes, resolved);
}

/**
 * Reads a graph from a file, a pipe, or bytes; gzip is told by content, and so is the format unless `format` names it.
 *
 * @param input a path, a `file:` URL, or the bytes of a file
 * @throws {WhcrError} `ERR_WHCR_IO` where the file cannot be read; else as {@link parseGraph}.
 */
export async function readGraph(input: string | URL | Uint8Array, options: ReadOptions = {}): Promise<Graph> {
  if (input instanceof Uint8Array) return parseGraph(input, options);
  const source = basename(input instanceof URL ? fileURLToPath(input) : input);
  const bytes = await readBytes(input, byteLimit(options.maxBytes));
  return parseGraph(bytes, { ...options, name: options.name ?? graphName(source) }, source);
}

/** The file's name without `.gz` and the format's ending. */
function graphName(file: string): string {
  return file.replace(/\.gz$/i, '').replace(/\.(col\.b|clq\.b|col|clq|mtx|edges|edgelist|el|txt|tsv|csv)$/i, '');
}
