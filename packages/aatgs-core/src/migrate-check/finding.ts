import type TypeScript from 'typescript';

/** The mistakes migrate-check knows. */
export const RULES = {
  'null-telemetry':
    'execute() returns null in async mode while no iteration has finished. Check for null, or use executeSync() or executeBatch()',
  'poll-before-flush':
    'poll() returns what has arrived, which need not be all that was queued. Put "await flush()" in front, or poll in a loop',
  'not-awaited':
    'the call returns a promise that nobody waits for: what follows runs too early, and errors are lost. Await it',
  'never-closed':
    'the context keeps its threads and memory until it is collected. Use "await using", or shutdown() in a finally block',
} as const;

/** Name of a rule. */
export type Rule = keyof typeof RULES;

/** One place where the code is probably wrong. */
export interface Finding {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly rule: Rule;
  /** The code in question, shortened. */
  readonly code: string;
  readonly message: string;
}

/** How rules report. */
export type Report = (rule: Rule, node: TypeScript.Node) => void;
