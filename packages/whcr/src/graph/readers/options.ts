import { checkInteger } from '../../errors.ts';
import { MAX_VERTICES } from '../csr.ts';

/**
 * A graph file format: DIMACS text (`col`), DIMACS binary (`col.b`), Matrix Market coordinate (`mtx`), one edge a line
 * (`edges`).
 */
export type GraphFormat = 'col' | 'col.b' | 'mtx' | 'edges';

/** How a graph file is read. */
export interface ReadOptions {
  /** The format. Default `'auto'`: told from the content, not from the file's name. */
  readonly format?: GraphFormat | 'auto';
  /**
   * Default false: accept what published files contain (edges listed twice or in both directions; DIMACS headers that count
   * listings, or count each edge twice). True: every edge once, every count exact.
   */
  readonly strict?: boolean;
  /** An edge listed again. Default `'merge'`; under `strict`, `'error'`. */
  readonly duplicates?: 'merge' | 'error';
  /** An edge from a vertex to itself. Default `'error'`, for Matrix Market `'drop'` (a diagonal is usual); under `strict`, `'error'`. */
  readonly selfLoops?: 'drop' | 'error';
  /** Compare the number of edges with the header's. Default true; false reads a file with a wrong header, or a cut one. */
  readonly checkCounts?: boolean;
  /** Most vertices accepted, whatever the header says. Default 2^28; a vertex costs at least 4 bytes. */
  readonly maxVertices?: number;
  /** Most bytes accepted, after decompression. Default 2^32 (4 GiB), what one buffer of Node 20 holds. */
  readonly maxBytes?: number;
  /**
   * Edge lists only: the number of the first vertex. Default `'auto'`: 0 if vertex 0 occurs anywhere in the file, else 1.
   */
  readonly base?: 0 | 1 | 'auto';
  /** Edge lists only: the number of vertices. Default: up to the largest number that occurs. */
  readonly vertices?: number;
  /** The graph's name. Default: the file's name without folder and endings. */
  readonly name?: string;
}

/** {@link ReadOptions} with every default filled in. */
export interface ResolvedReadOptions {
  readonly strict: boolean;
  readonly duplicates: 'merge' | 'error';
  /** Undefined: the format's own default. */
  readonly selfLoops: 'drop' | 'error' | undefined;
  readonly checkCounts: boolean;
  readonly maxVertices: number;
  readonly base: 0 | 1 | 'auto';
  readonly vertices: number | undefined;
  readonly name: string | undefined;
  /** What messages call the input. */
  readonly source: string;
}

/** {@link ReadOptions.maxBytes}, checked, or its default. */
export function byteLimit(maxBytes: number | undefined): number {
  return checkInteger('maxBytes', maxBytes ?? 2 ** 32, 1);
}

/** Fills in defaults and checks numbers. */
export function resolveReadOptions(options: ReadOptions, source: string): ResolvedReadOptions {
  const strict = options.strict ?? false;
  const maxVertices = checkInteger('maxVertices', options.maxVertices ?? 2 ** 28, 0, MAX_VERTICES);
  if (options.vertices !== undefined) checkInteger('vertices', options.vertices, 0, maxVertices);
  return {
    strict,
    duplicates: options.duplicates ?? (strict ? 'error' : 'merge'),
    selfLoops: options.selfLoops ?? (strict ? 'error' : undefined),
    checkCounts: options.checkCounts ?? true,
    maxVertices,
    base: options.base ?? 'auto',
    vertices: options.vertices,
    name: options.name,
    source,
  };
}
