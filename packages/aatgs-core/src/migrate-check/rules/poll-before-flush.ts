import type TypeScript from 'typescript';
import { type Contexts, loopOf, scopeOf } from '../contexts.ts';
import type { Report } from '../finding.ts';

const QUEUES = new Set(['execute', 'submit']);
const WAITS = new Set(['flush', 'flushSync', 'executeBatch', 'executeBatchSync', 'executeSync']);

/** A function that queues, and then polls once without a wait between the two. A poll in a loop is a stream: fine. */
export function pollBeforeFlush(node: TypeScript.Node, contexts: Contexts, report: Report): void {
  const { ts } = contexts;
  if (!ts.isCallExpression(node) || contexts.methodOf(node) !== 'poll' || contexts.isKnownSync(node)) return;
  const loop = loopOf(ts, node);
  // `for (const record of context.poll())` is a loop over one poll.
  const overItself =
    loop && ts.isForOfStatement(loop) && loop.expression.pos <= node.pos && node.end <= loop.expression.end;
  if (loop && (!overItself || loopOf(ts, loop.parent))) return;
  const holder = contexts.holderOf(node);
  const scope = scopeOf(ts, node);
  let last: string | undefined;
  const visit = (at: TypeScript.Node): void => {
    if (at !== scope && ts.isFunctionLike(at)) return;
    if (at.pos < node.pos && ts.isCallExpression(at)) {
      const method = contexts.methodOf(at);
      if (method && contexts.holderOf(at) === holder && (QUEUES.has(method) || WAITS.has(method))) last = method;
    }
    ts.forEachChild(at, visit);
  };
  visit(scope);
  if (last !== undefined && QUEUES.has(last)) report('poll-before-flush', node);
}
