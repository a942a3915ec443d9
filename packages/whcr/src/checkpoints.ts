import { type GpuExecutionContext, readCheckpoint, writeCheckpoint } from '@aatgs/core';
import { invalidArgument } from './errors.ts';
import type { WhcrConfig, WhcrTelemetry } from './generated/layout.ts';
import type { CheckpointOptions } from './requests.ts';
import type { Search } from './search.ts';

/** What a checkpoint's search is; a resumed one must be the same. */
export interface Job {
  readonly goal: { readonly colors: number; readonly target: number; readonly seed: string };
  readonly substeps: number;
}

type Context = GpuExecutionContext<WhcrConfig, WhcrTelemetry>;

/**
 * Takes up the checkpoint's search, if one was asked for and there is one.
 *
 * @throws {WhcrError} `ERR_WHCR_INVALID_ARGUMENT` when it is another search.
 */
export async function resumeSearch(
  context: Context,
  goal: Job['goal'],
  options: CheckpointOptions | undefined,
): Promise<Job | null> {
  if (!options?.resume) return null;
  const checkpoint = await readCheckpoint<Job>(options.path);
  if (!checkpoint) return null;
  for (const key of ['colors', 'target', 'seed'] as const) {
    const theirs = checkpoint.job.goal[key];
    if (theirs !== goal[key]) throw invalidArgument(key, goal[key], `${theirs}, as in the checkpoint ${options.path}`);
  }
  await context.restore(checkpoint.snapshot);
  return checkpoint.job;
}

/** What to call between segments to keep a search on disk; undefined where that was not asked for. */
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
    const job: Job = { goal, substeps: search.substeps };
    await writeCheckpoint(path, { job, snapshot: await context.snapshot() });
    written = performance.now();
  };
}
