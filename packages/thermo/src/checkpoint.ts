import { type GpuExecutionContext, readCheckpoint, writeCheckpoint } from '@aatgs/core';
import { invalidArgument } from './errors.ts';
import type { ThermoConfig, ThermoTelemetry } from './generated/layout.ts';
import type { Search } from './search.ts';

/** Where to keep a long run, and whether to take it up again. */
export interface CheckpointOptions {
  /** The file; it is replaced as a whole, so a crash leaves the old one or the new one. */
  readonly path: string;
  /** Milliseconds between writes. Default 30,000. */
  readonly everyMs?: number;
  /** Take up the file's run, if there is one. It must be of the same model, options, goal and seed. Default false. */
  readonly resume?: boolean;
}

/** What a checkpoint's run is; a resumed one must be the same. */
export interface Job {
  readonly goal: { readonly config: string; readonly seed: string };
  readonly rounds: number;
}

type Context = GpuExecutionContext<ThermoConfig, ThermoTelemetry>;

/** Restores the state of a checkpoint, where one is to be resumed and exists. */
export async function resumeFrom(
  context: Context,
  goal: Job['goal'],
  options: CheckpointOptions | undefined,
): Promise<Job | null> {
  if (!options?.resume) return null;
  const checkpoint = await readCheckpoint<Job>(options.path);
  if (!checkpoint) return null;
  for (const key of ['config', 'seed'] as const) {
    const theirs = checkpoint.job.goal[key];
    if (theirs !== goal[key]) throw invalidArgument(key, goal[key], `${theirs}, as in the checkpoint ${options.path}`);
  }
  await context.restore(checkpoint.snapshot);
  return checkpoint.job;
}

/** A function that writes a checkpoint whenever one is due; to be called with nothing in flight. */
export function checkpointer(
  context: Context,
  goal: Job['goal'],
  search: Search,
  options: CheckpointOptions | undefined,
): (() => Promise<void>) | undefined {
  if (!options) return undefined;
  const { path, everyMs = 30_000 } = options;
  let written = performance.now();
  return async () => {
    if (performance.now() - written < everyMs && !search.over) return;
    const job: Job = { goal, rounds: search.rounds };
    await writeCheckpoint(path, { job, snapshot: await context.snapshot() });
    written = performance.now();
  };
}
