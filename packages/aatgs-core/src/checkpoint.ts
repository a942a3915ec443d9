import { open, readFile, rename } from 'node:fs/promises';
import { AatgsError } from './errors.ts';

/** Where to keep a long run, and whether to take it up again. */
export interface CheckpointOptions {
  /** The file; it is replaced as a whole, so a crash leaves the old one or the new one. */
  readonly path: string;
  /** Milliseconds between writes. Default 30,000. */
  readonly everyMs?: number;
  /** Take up the file's run, if there is one. It must be of the same input, options, goal and seed. Default false. */
  readonly resume?: boolean;
}

/** What a checkpoint's job says at least: everything a resumed run must have in common with it. */
export interface GoalJob {
  /** By name; compared one by one. */
  readonly goal: Readonly<Record<string, string | number>>;
}

/** What takes snapshots: a context or an adapter. */
export interface Snapshots {
  /** The whole state. */
  snapshot(): Promise<Uint8Array>;
  /** Replaces it. */
  restore(snapshot: Uint8Array): Promise<void>;
}

const MAGIC = 'AATGSCKP1\n';

/** A job that can be taken up again: what it is, how far it came, and the module's state. */
export interface Checkpoint<Job> {
  /** Everything that decides the result, as JSON. */
  readonly job: Job;
  /** From `snapshot()`; carries its own checksum. */
  readonly snapshot: Uint8Array;
}

/** Writes a checkpoint so that a crash at any moment leaves either the old file or the new one, whole. */
export async function writeCheckpoint<Job>(path: string, checkpoint: Checkpoint<Job>): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(`${MAGIC}${JSON.stringify(checkpoint.job)}\n`);
    await file.writeFile(checkpoint.snapshot);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** Reads a checkpoint back; null when there is no such file. Throws ERR_AATGS_SNAPSHOT_INVALID when it is not one. */
export async function readCheckpoint<Job>(path: string): Promise<Checkpoint<Job> | null> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (bytes === null) return null;
  const end = bytes.indexOf('\n', MAGIC.length);
  if (bytes.subarray(0, MAGIC.length).toString('latin1') !== MAGIC || end < 0) {
    throw new AatgsError('ERR_AATGS_SNAPSHOT_INVALID', `${path} is not a checkpoint; delete it or name another file`, {
      details: { path },
    });
  }
  const job = JSON.parse(bytes.subarray(MAGIC.length, end).toString('utf8')) as Job;
  return { job, snapshot: new Uint8Array(bytes.subarray(end + 1)) };
}

/**
 * Restores the state of a checkpoint, where one is to be resumed and exists; its job, or null.
 *
 * @param invalidArgument makes the error for a checkpoint whose goal is another
 */
export async function resumeFromCheckpoint<Job extends GoalJob>(
  state: Snapshots,
  goal: Job['goal'],
  options: CheckpointOptions | undefined,
  invalidArgument: (name: string, value: unknown, expected: string) => AatgsError,
): Promise<Job | null> {
  if (!options?.resume) return null;
  const checkpoint = await readCheckpoint<Job>(options.path);
  if (!checkpoint) return null;
  for (const [key, ours] of Object.entries(goal)) {
    const theirs = checkpoint.job.goal[key];
    if (theirs !== ours) throw invalidArgument(key, ours, `${theirs}, as in the checkpoint ${options.path}`);
  }
  await state.restore(checkpoint.snapshot);
  return checkpoint.job;
}

/**
 * A function that writes a checkpoint whenever one is due; to be called with nothing in flight. Undefined where none is
 * asked for.
 *
 * @param job what the run is and how far it has come
 * @param over whether the run has ended: its last state is written whatever the time
 */
export function checkpointer<Job>(
  state: Snapshots,
  options: CheckpointOptions | undefined,
  job: () => Job,
  over: () => boolean,
): (() => Promise<void>) | undefined {
  if (!options) return undefined;
  const { path, everyMs = 30_000 } = options;
  let written = performance.now();
  return async () => {
    if (performance.now() - written < everyMs && !over()) return;
    await writeCheckpoint(path, { job: job(), snapshot: await state.snapshot() });
    written = performance.now();
  };
}
