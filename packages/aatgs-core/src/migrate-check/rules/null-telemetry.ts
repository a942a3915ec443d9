import type TypeScript from 'typescript';
import type { Contexts } from '../contexts.ts';
import type { Report } from '../finding.ts';

/** Telemetry of `execute` taken for granted: used, asserted or taken apart without a look whether it is null. */
export function nullTelemetry(node: TypeScript.Node, contexts: Contexts, report: Report): void {
  const { ts, checker } = contexts;
  if (ts.isCallExpression(node) && contexts.methodOf(node) === 'execute' && !contexts.isKnownSync(node)) {
    const use = outermost(ts, node);
    if (takesForGranted(ts, use)) report('null-telemetry', use.parent);
  }
  if (ts.isIdentifier(node) && takesForGranted(ts, node) && comesFromExecute(node, contexts)) {
    const type = checker.getTypeAtLocation(node); // narrowed by the checks before
    const isNullable = type.isUnion() && type.types.some((part) => part.flags & ts.TypeFlags.Null);
    if (isNullable) report('null-telemetry', node.parent);
  }
}

/** A call without the parentheses around it. */
function outermost(ts: Contexts['ts'], node: TypeScript.Node): TypeScript.Node {
  let at = node;
  while (ts.isParenthesizedExpression(at.parent)) at = at.parent;
  return at;
}

function takesForGranted(ts: Contexts['ts'], node: TypeScript.Node): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent) || ts.isElementAccessExpression(parent)) {
    return parent.expression === node && !parent.questionDotToken;
  }
  if (ts.isNonNullExpression(parent)) return true;
  if (ts.isVariableDeclaration(parent)) return parent.initializer === node && ts.isObjectBindingPattern(parent.name);
  if (ts.isAsExpression(parent)) return !/\bnull\b|\bany\b|\bunknown\b/.test(parent.type.getText());
  return false;
}

function comesFromExecute(node: TypeScript.Identifier, contexts: Contexts): boolean {
  const { ts, checker } = contexts;
  const declaration = checker.getSymbolAtLocation(node)?.valueDeclaration;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
  const call = declaration.initializer;
  return ts.isCallExpression(call) && contexts.methodOf(call) === 'execute' && !contexts.isKnownSync(call);
}
