import { open, readFile, rename } from 'node:fs/promises';
import { AatgsError } from './errors.ts';

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
