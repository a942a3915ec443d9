import type TypeScript from 'typescript';
import type { Ts } from './typescript.ts';

const CONTEXT_CLASSES = new Set(['GpuExecutionContext', 'AlgorithmAdapter']);
const CORE = /[/\\](@aatgs[/\\]core|aatgs-core)[/\\]/;

/** Recognises contexts and adapters, and what is called on them, by type. */
export class Contexts {
  readonly ts: Ts;
  readonly checker: TypeScript.TypeChecker;

  constructor(ts: Ts, checker: TypeScript.TypeChecker) {
    this.ts = ts;
    this.checker = checker;
  }

  /** Whether an expression is a context of @aatgs/core, or of a class that extends one. */
  is(node: TypeScript.Node): boolean {
    return this.#isContextType(this.checker.getTypeAtLocation(node));
  }

  /** The method called on a context, e.g. `execute`; undefined for any other call. */
  methodOf(node: TypeScript.Node): string | undefined {
    const { ts } = this;
    if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
    return this.is(node.expression.expression) ? node.expression.name.text : undefined;
  }

  /** What a context is held in: one symbol for each variable or field. */
  holderOf(call: TypeScript.CallExpression): TypeScript.Symbol | undefined {
    const { expression } = call.expression as TypeScript.PropertyAccessExpression;
    return this.checker.getSymbolAtLocation(expression);
  }

  /** Whether the context behind a call was made, in sight, without `async: true`: then every call waits. */
  isKnownSync(call: TypeScript.CallExpression): boolean {
    const { ts } = this;
    const declaration = this.holderOf(call)?.valueDeclaration;
    if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return false;
    const made = declaration.initializer;
    if (!ts.isNewExpression(made)) return false;
    const options = made.arguments?.at(-1);
    if (!options || !ts.isObjectLiteralExpression(options)) return made.arguments?.length === 1;
    if (options.properties.some((property) => ts.isSpreadAssignment(property))) return false;
    const flag = options.properties.find((property) => property.name?.getText() === 'async');
    if (!flag) return true;
    return ts.isPropertyAssignment(flag) && flag.initializer.kind === ts.SyntaxKind.FalseKeyword;
  }

  #isContextType(type: TypeScript.Type): boolean {
    const symbol = type.getSymbol();
    const declared = symbol?.declarations?.some((node) => CORE.test(node.getSourceFile().fileName)) ?? false;
    if (symbol && declared && CONTEXT_CLASSES.has(symbol.name)) return true;
    const bases = type.isClassOrInterface() || symbol ? (type.getBaseTypes?.() ?? []) : [];
    const target = (type as TypeScript.TypeReference).target;
    const generic = target && target !== type ? (target.getBaseTypes?.() ?? []) : [];
    return [...bases, ...generic].some((base) => this.#isContextType(base));
  }
}

/** The innermost function, or the file, a node runs in. */
export function scopeOf(ts: Ts, node: TypeScript.Node): TypeScript.Node {
  return ts.findAncestor(node.parent, (at) => ts.isFunctionLike(at) || ts.isSourceFile(at)) as TypeScript.Node;
}

/** The innermost loop around a node within its function. */
export function loopOf(ts: Ts, node: TypeScript.Node): TypeScript.Node | undefined {
  const scope = scopeOf(ts, node);
  const loop = ts.findAncestor(node, (at) => at === scope || ts.isIterationStatement(at, false));
  return loop === scope ? undefined : loop;
}
