import { availableParallelism } from 'node:os';
import { checkInteger } from '../errors.ts';
import type { ReadOptions, Structure } from '../structure/structure.ts';
import { FileReaders } from './file-readers.ts';

/** What became of one file: its structure, or why there is none. */
export type ReadResult =
  | { readonly path: string; readonly structure: Structure; readonly error?: undefined }
  | { readonly path: string; readonly structure?: undefined; readonly error: Error };

/** Options of `readStructures`. */
export interface ReadStructuresOptions extends ReadOptions {
  /** Worker threads, 0 to 256; 0: the calling thread reads. Default: one less than there are cores, at most 16. */
  readonly readers?: number;
  /** Ends the reading; the iterator throws its reason. */
  readonly signal?: AbortSignal;
}

/** Threads that read when nobody says how many. */
export const defaultReaders = (): number => Math.min(16, Math.max(1, availableParallelism() - 1));

/** The option, checked. */
export const checkReaders = (readers: number | undefined): number =>
  checkInteger('readers', readers ?? defaultReaders(), 0, 256);

/**
 * Reads many files in worker threads, a few ahead of whoever takes them; results come in the order of the paths. What is
 * wrong with one file is its own result, with what `readStructure` would throw.
 */
export async function* readStructures(
  paths: Iterable<string | URL> | AsyncIterable<string | URL>,
  options: ReadStructuresOptions = {},
): AsyncGenerator<ReadResult, void, undefined> {
  const { readers, signal, ...reading } = options;
  const files = new FileReaders(checkReaders(readers));
  const asked: Promise<ReadResult>[] = [];
  const ask = async (source: string | URL): Promise<ReadResult> => {
    const path = String(source);
    try {
      return { path, structure: (await files.read(path, source, reading)).structure };
    } catch (error) {
      return { path, error: error as Error };
    }
  };
  try {
    for await (const path of paths) {
      signal?.throwIfAborted();
      asked.push(ask(path));
      if (asked.length > files.ahead) yield (await asked.shift()) as ReadResult;
    }
    for (const result of asked) {
      signal?.throwIfAborted();
      yield await result;
    }
  } finally {
    await files.close();
  }
}
