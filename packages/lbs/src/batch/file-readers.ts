import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { LbsError } from '../errors.ts';
import { packStructure } from '../pack.ts';
import { readStructure } from '../readers/index.ts';
import type { BatchMember } from '../result.ts';
import type { ReadOptions } from '../structure/structure.ts';
import type { ReadOutcome, ReadTask } from './read-worker.ts';
import { fromSent } from './transfer.ts';

/** Files a thread is given at a time: it goes on while nobody looks after it, and reads one while it parses another. */
const FILES_EACH = 4;
/** A thread without work ends after this time, milliseconds: two batches in a row use the same ones. */
const IDLE_MS = 5000;

/** Reads structure files in worker threads, so that parsing keeps up with the device; threads start when they are needed. */
export class FileReaders {
  readonly #threads: number;
  #pool: Piscina<ReadTask, ReadOutcome> | undefined;

  /** @param threads worker threads at most; 0: files are read by the calling thread. */
  constructor(threads: number) {
    this.#threads = threads;
  }

  /** Files worth asking for ahead: every thread has its next ones waiting. */
  get ahead(): number {
    return (FILES_EACH + 1) * this.#threads + 2;
  }

  /** Reads and packs a file; throws what `readStructure` throws. */
  async read(id: string, path: string | URL, options: ReadOptions): Promise<BatchMember> {
    if (this.#threads === 0) {
      const structure = await readStructure(path, options);
      return { id, structure, packed: packStructure(structure) };
    }
    this.#pool ??= new Piscina<ReadTask, ReadOutcome>({
      filename: join(dirname(createRequire(import.meta.url).resolve('@aatgs/lbs/package.json')), 'dist/read-worker.js'),
      minThreads: 0,
      maxThreads: this.#threads,
      concurrentTasksPerWorker: FILES_EACH,
      idleTimeout: IDLE_MS,
    });
    const task = { path: path instanceof URL ? fileURLToPath(path) : path, options: plain(options) };
    const outcome = await this.#pool.run(task).catch((cause: Error) => {
      throw readerFailed(task.path, cause);
    });
    if ('error' in outcome) {
      const { code, message, details } = outcome.error;
      throw new LbsError(code, message, { details, ...(outcome.cause && { cause: outcome.cause }) });
    }
    return { id, structure: fromSent(outcome.structure), packed: outcome.structure.packed };
  }

  /** Ends the threads. What they are reading rejects. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    // What a thread answers while it is ended is for nobody: its task has been rejected. The pool calls that an error.
    pool?.on('error', () => {});
    await pool?.destroy();
  }
}

/** What can be sent to a thread: a signal cannot. */
function plain({ chains, model, minPlddt, predicted, name, maxBytes }: ReadOptions): ReadOptions {
  return {
    ...(chains !== undefined && { chains: [...chains] }),
    ...(model !== undefined && { model }),
    ...(minPlddt !== undefined && { minPlddt }),
    ...(predicted !== undefined && { predicted }),
    ...(name !== undefined && { name }),
    ...(maxBytes !== undefined && { maxBytes }),
  };
}

/** A thread that ended is the fault of the file it read: the others go on. */
function readerFailed(path: string, cause: Error & { code?: string }): Error {
  if (cause.code !== 'ERR_WORKER_OUT_OF_MEMORY') return cause;
  const message = `${path}: reading it takes more memory than a thread has; raise it (node --max-old-space-size), or read fewer chains`;
  return new LbsError('ERR_LBS_TOO_LARGE', message, { details: { source: path, value: path }, cause });
}
