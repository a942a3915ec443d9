import type TypeScript from 'typescript';
import type { Contexts } from '../contexts.ts';
import type { Report } from '../finding.ts';

const PROMISES = new Set(['flush', 'submit', 'executeBatch', 'snapshot', 'restore', 'read', 'shutdown']);

/** A statement that is nothing but a call that returns a promise. */
export function notAwaited(node: TypeScript.Node, contexts: Contexts, report: Report): void {
  const { ts } = contexts;
  if (!ts.isExpressionStatement(node)) return;
  const method = contexts.methodOf(node.expression);
  if (method !== undefined && PROMISES.has(method)) report('not-awaited', node.expression);
}
