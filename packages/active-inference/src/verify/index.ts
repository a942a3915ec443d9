import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ActiveInferenceError } from '../errors.ts';
import type { Placement } from './bench.ts';
import { type Check, compare, type Difference } from './compare.ts';
import { checkFpi, checkMmp } from './inference.ts';
import { type Case, readCase } from './inputs.ts';
import { checkDivergence, checkLearning, checkNovelty, checkReduction } from './learning.ts';
import { checkAction, checkEfe, checkInductiveMatrix, checkPolicies } from './planning.ts';
import { checkRollout } from './rollouts.ts';

/** Largest differences allowed: absolute below one, relative above. */
export const TOLERANCES = { f64: 1e-9, f32: 2e-4 } as const;

/** Where and how cases run. */
export interface VerifyOptions extends Placement {
  /** Default: 1e-9 in f64, 2e-4 in f32. */
  readonly tolerance?: number;
  /** Called after every case. */
  readonly onCase?: (result: CaseResult) => void;
  /** Ends the run between two cases; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The outcome of one case. */
export interface CaseResult {
  /** The case's own name. */
  readonly id: string;
  /** What it is about: fpi, efe, rollout, ... */
  readonly kind: string;
  /** Whether every value was within the tolerance. */
  readonly passed: boolean;
  /** Values compared. */
  readonly checks: number;
  /** The largest difference. */
  readonly worst: Difference;
  /** Why the case could not run. */
  readonly failure?: string;
  /** The code of that error, such as ERR_AI_CASE. */
  readonly code?: string;
}

const KINDS: Readonly<Record<string, (of: Case, placement: Placement) => Promise<Check[]>>> = {
  fpi: checkFpi,
  mmp: checkMmp,
  efe: checkEfe,
  action: checkAction,
  policies: checkPolicies,
  inductive_matrix: checkInductiveMatrix,
  learn_A: (of, placement) => checkLearning(of, placement, 'A'),
  learn_B: (of, placement) => checkLearning(of, placement, 'B'),
  learn_D: (of, placement) => checkLearning(of, placement, 'D'),
  wnorm: checkNovelty,
  bmr: checkReduction,
  dirichlet_kl: checkDivergence,
  rollout: checkRollout,
};

/** What is reported where nothing could be compared. */
const NONE: Difference = { what: '', error: Number.POSITIVE_INFINITY, at: '', got: Number.NaN, expected: Number.NaN };

/** Runs one case. */
export async function verifyCase(of: Case, options: VerifyOptions = {}): Promise<CaseResult> {
  const { tolerance = TOLERANCES[options.precision ?? 'f32'], onCase: _, signal: __, ...placement } = options;
  const result = { id: of.id, kind: of.kind };
  const run = KINDS[of.kind];
  if (!run) {
    const failure = `kind ${of.kind} is not known; known are ${Object.keys(KINDS).join(', ')}`;
    return { ...result, passed: false, checks: 0, worst: NONE, failure, code: 'ERR_AI_CASE' };
  }
  try {
    const checks = (await run(of, placement)).filter((check) => check.expected !== null);
    const differences = checks.map(compare);
    const worst = differences.reduce((a, b) => (b.error > a.error ? b : a), { ...NONE, error: 0 });
    // A case that compares nothing has not passed.
    return { ...result, passed: checks.length > 0 && worst.error <= tolerance, checks: checks.length, worst };
  } catch (error) {
    return { ...result, passed: false, checks: 0, worst: NONE, ...failed(error) };
  }
}

const failed = (error: unknown) => {
  const { message, code } = error as Error & { code?: string };
  return { failure: message, ...(code !== undefined && { code }) };
};

/**
 * Runs every case file (`*.json`) of a directory, in order of names. A file that is no case is a case that failed, and the
 * others run; rejects with ERR_AI_CASE where there is no file to read.
 */
export async function verifyDirectory(directory: string, options: VerifyOptions = {}): Promise<CaseResult[]> {
  const files = await readdir(directory).catch((cause) => {
    throw new ActiveInferenceError('ERR_AI_CASE', `${directory} cannot be read: ${cause.message}`, { cause });
  });
  const cases = files.filter((file) => file.endsWith('.json')).sort();
  if (cases.length === 0) throw new ActiveInferenceError('ERR_AI_CASE', `${directory} holds no case files (*.json)`);
  const results: CaseResult[] = [];
  for (const file of cases) {
    options.signal?.throwIfAborted();
    const result = await verifyFile(directory, file, options);
    results.push(result);
    options.onCase?.(result);
  }
  return results;
}

async function verifyFile(directory: string, file: string, options: VerifyOptions): Promise<CaseResult> {
  try {
    return await verifyCase(readCase(await readFile(join(directory, file), 'utf8'), file), options);
  } catch (error) {
    return { id: file, kind: 'unreadable', passed: false, checks: 0, worst: NONE, ...failed(error) };
  }
}

export { readCase };
