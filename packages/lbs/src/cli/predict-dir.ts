import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { EXIT, integerOption } from '@aatgs/core/cli';
import type { Command } from 'commander';
import ora from 'ora';
import { LbsError } from '../errors.ts';
import { Lbs } from '../lbs.ts';
import { csvCell, SUMMARY_HEAD } from '../output/tables.ts';
import { isStructureFile, structureName } from '../readers/index.ts';
import { type CommonCliOptions, lbsCommand, lbsOptions, readOptions } from './options.ts';
import { makeFolder, predictionsFile, writePrediction, writeWhole } from './write.ts';

interface PredictDirCliOptions extends CommonCliOptions {
  readonly out: string;
  readonly recursive?: boolean;
  readonly again?: boolean;
}

/** Structures whose files are written at the same time. */
const WRITES = 16;

interface Job {
  readonly id: string;
  readonly path: string;
}

/** A structure that could not be predicted. */
interface Failure extends Job {
  readonly code: string;
  readonly message: string;
}

/** `aatgs-lbs predict-dir`: all structures of a folder. */
export function predictDirCommand(): Command {
  return lbsCommand('predict-dir')
    .description('Predict all structures of a folder; what is done already is not done again')
    .argument('<folder>', 'with .pdb, .ent, .cif, .mmcif or .pdbqt files, gzipped or not')
    .requiredOption('--out <folder>', 'where results go: files for each structure, predictions.csv and failures.csv')
    .option('--recursive', 'also the folders below')
    .option('--readers <n>', 'threads that read files (default: one less than there are cores)', integerOption(0))
    .option('--again', 'predict everything anew')
    .action(async (folder: string, options: PredictDirCliOptions) => {
      const { out, again = false } = options;
      const jobs = await listJobs(folder, options.recursive ?? false);
      await makeFolder(out);
      const left = again ? jobs : jobs.filter(({ id }) => !existsSync(predictionsFile(out, id)));
      const failures = await predictAll(left, jobs.length, options);
      await writeSummary(jobs, failures, out);
      report(jobs, left, failures, out);
    });
}

/** The files, in order, each with an id of its own. */
async function listJobs(folder: string, recursive: boolean): Promise<Job[]> {
  let names: string[];
  try {
    const entries = await readdir(folder, { withFileTypes: true, recursive });
    names = entries
      .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && isStructureFile(entry.name))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
      .sort();
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new LbsError('ERR_LBS_IO', `cannot read the folder ${folder}: ${reason}`, {
      details: { value: folder },
      cause,
    });
  }
  if (names.length === 0) {
    throw new LbsError('ERR_LBS_INVALID_ARGUMENT', `${folder} holds no .pdb, .ent, .cif, .mmcif or .pdbqt files`, {
      details: { value: folder },
    });
  }
  const uses = new Map<string, number>();
  for (const name of names) uses.set(structureName(name), (uses.get(structureName(name)) ?? 0) + 1);
  return names.map((name) => {
    // Two files of one name keep their extensions, and their folders.
    const id = uses.get(structureName(name)) === 1 ? structureName(name) : name.replaceAll(/[/\\]/g, '_');
    return { id, path: join(folder, name) };
  });
}

async function predictAll(left: readonly Job[], total: number, options: PredictDirCliOptions): Promise<Failure[]> {
  const failures: Failure[] = [];
  if (left.length === 0) return failures;
  const paths = new Map(left.map((job) => [job.id, job]));
  const started = performance.now();
  const spinner = ora({ text: `${total} structures`, isEnabled: process.stderr.isTTY }).start();
  const stop = new AbortController();
  const onInterrupt = () => stop.abort(new Error('interrupted'));
  process.once('SIGINT', onInterrupt);
  let done = 0;
  const writing = new Writing();
  try {
    await using lbs = new Lbs(lbsOptions(options));
    const items = left.map(({ id, path }) => ({ id, source: path }));
    for await (const { id, prediction, error } of lbs.predictBatch(items, {
      ...readOptions(options),
      signal: stop.signal,
    })) {
      const job = paths.get(id) as Job;
      if (prediction) {
        await writing.add(writePrediction(prediction, job.path, options.out, options.formats));
      } else {
        if (!(error instanceof LbsError)) throw error;
        failures.push({ ...job, code: error.code, message: error.message });
      }
      done++;
      const rate = (1000 * done) / (performance.now() - started);
      spinner.text = `${total - left.length + done} of ${total} structures, ${rate.toFixed(1)} a second, ${((left.length - done) / rate).toFixed(0)} s left${failures.length > 0 ? `, ${failures.length} failed` : ''}`;
      if (!process.stderr.isTTY && done % 100 === 0) process.stderr.write(`${spinner.text}\n`);
    }
    await writing.end();
  } catch (error) {
    await writing.end();
    if (!stop.signal.aborted) throw error;
    process.stderr.write(`interrupted after ${done} structures; the same command goes on from there\n`);
  } finally {
    spinner.stop();
    process.off('SIGINT', onInterrupt);
  }
  return failures;
}

/** Files on their way to the disk: some at a time, beside the prediction of the next. */
class Writing {
  readonly #pending = new Set<Promise<unknown>>();
  #failure: { readonly error: unknown } | undefined;

  /** Resolves when the next may be written; rejects where one could not be. */
  async add(write: Promise<unknown>): Promise<void> {
    const pending: Promise<unknown> = write
      .catch((error) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
    if (this.#pending.size >= WRITES) await Promise.race(this.#pending);
    if (this.#failure) throw this.#failure.error;
  }

  /** Resolves when all are written. */
  async end(): Promise<void> {
    await Promise.all(this.#pending);
    if (this.#failure) throw this.#failure.error;
  }
}

/** predictions.csv from the files of all structures, so that it is whole after any number of interruptions. */
async function writeSummary(jobs: readonly Job[], failures: readonly Failure[], out: string): Promise<void> {
  const lines = [SUMMARY_HEAD];
  for (const { id } of jobs) {
    const path = predictionsFile(out, id);
    if (!existsSync(path)) continue;
    const [, ...rows] = (await readFile(path, 'utf8')).trimEnd().split('\n');
    for (const row of rows) {
      const [, rank, score, probability, , , x, y, z] = row.split(',').map((cell) => cell.trim());
      lines.push([csvCell(id), rank, score, x, y, z, probability].join(','));
    }
  }
  await writeWhole(join(out, 'predictions.csv'), `${lines.join('\n')}\n`);
  const failed = failures.map(({ id, path, code, message }) => [id, path, code, message].map(csvCell).join(','));
  await writeWhole(join(out, 'failures.csv'), `${['id,file,code,message', ...failed].join('\n')}\n`);
}

function report(jobs: readonly Job[], left: readonly Job[], failures: readonly Failure[], out: string): void {
  const predicted = jobs.filter(({ id }) => existsSync(predictionsFile(out, id))).length;
  const before = jobs.length - left.length;
  process.stdout.write(
    `${predicted} of ${jobs.length} structures predicted${before > 0 ? ` (${before} before)` : ''}; ${join(out, 'predictions.csv')}\n`,
  );
  for (const { path, code, message } of failures.slice(0, 20)) {
    process.stdout.write(`failed: ${basename(path)}: ${code}: ${message}\n`);
  }
  if (failures.length > 20) process.stdout.write(`... and ${failures.length - 20} more in failures.csv\n`);
  if (predicted < jobs.length) process.exitCode = EXIT.goalNotReached;
}
