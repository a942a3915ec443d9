import type TypeScript from 'typescript';
import { type Contexts, scopeOf } from '../contexts.ts';
import type { Report } from '../finding.ts';

const CLOSES = new Set(['shutdown', 'shutdownSync', '[Symbol.dispose]', '[Symbol.asyncDispose]']);

/** A context made here that nothing here closes, and that does not leave for somebody else to close it. */
export function neverClosed(node: TypeScript.Node, contexts: Contexts, report: Report): void {
  const { ts, checker } = contexts;
  if (!ts.isNewExpression(node) || !contexts.is(node)) return;
  const { parent } = node;
  if (ts.isExpressionStatement(parent)) {
    report('never-closed', node);
    return;
  }
  if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) {
    if (isUsing(ts, parent)) return;
    const symbol = checker.getSymbolAtLocation(parent.name);
    const scope = scopeOf(ts, node);
    if (symbol && !isClosedOrLeaves(scope, symbol, contexts)) report('never-closed', node);
    return;
  }
  const field = fieldOf(ts, node);
  if (field && !closesField(field.owner, field.name, ts)) report('never-closed', node);
}

function isUsing(ts: Contexts['ts'], declaration: TypeScript.VariableDeclaration): boolean {
  const flags = ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.BlockScoped;
  return flags === ts.NodeFlags.Using || flags === ts.NodeFlags.AwaitUsing;
}

/** Any use but a method call, a property or its own declaration hands the context on. */
function isClosedOrLeaves(scope: TypeScript.Node, symbol: TypeScript.Symbol, contexts: Contexts): boolean {
  const { ts, checker } = contexts;
  const visit = (at: TypeScript.Node): boolean => {
    if (ts.isIdentifier(at) && resolved(checker, ts, at) === symbol && at.parent !== symbol.valueDeclaration) {
      const { parent } = at;
      if (ts.isPropertyAccessExpression(parent) && parent.expression === at) return CLOSES.has(parent.name.text);
      if (ts.isElementAccessExpression(parent) && parent.expression === at) {
        return CLOSES.has(`[${parent.argumentExpression.getText()}]`);
      }
      return true;
    }
    return ts.forEachChild(at, (child) => visit(child) || undefined) ?? false;
  };
  const declaration = symbol.valueDeclaration as TypeScript.VariableDeclaration;
  const exported = ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Export;
  return exported !== 0 || visit(scope);
}

/** `{ context }` names the property and the variable at once. */
function resolved(checker: TypeScript.TypeChecker, ts: Contexts['ts'], node: TypeScript.Identifier) {
  if (ts.isShorthandPropertyAssignment(node.parent)) return checker.getShorthandAssignmentValueSymbol(node.parent);
  return checker.getSymbolAtLocation(node);
}

/** The class and the name of the field a context is put into: `this.x = new ...` or `x = new ...`. */
function fieldOf(ts: Contexts['ts'], node: TypeScript.NewExpression) {
  const { parent } = node;
  const owner = ts.findAncestor(node, ts.isClassLike);
  if (!owner) return undefined;
  if (ts.isPropertyDeclaration(parent)) return { owner, name: parent.name.getText() };
  if (!ts.isBinaryExpression(parent) || parent.right !== node) return undefined;
  const { left } = parent;
  const isOwn = ts.isPropertyAccessExpression(left) && left.expression.kind === ts.SyntaxKind.ThisKeyword;
  return isOwn ? { owner, name: left.name.getText() } : undefined;
}

function closesField(owner: TypeScript.ClassLikeDeclaration, name: string, ts: Contexts['ts']): boolean {
  const visit = (at: TypeScript.Node): boolean => {
    if (ts.isPropertyAccessExpression(at) && CLOSES.has(at.name.text)) {
      const text = at.expression.getText().replace(/[?!]$/, '');
      if (text === `this.${name}`) return true;
    }
    return ts.forEachChild(at, (child) => visit(child) || undefined) ?? false;
  };
  return visit(owner);
}
