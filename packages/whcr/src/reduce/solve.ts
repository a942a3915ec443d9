import { countColors, type Graph, smallestLastOrder, verifyColoring } from '../graph/index.ts';
import type { WhcrOptions } from '../options.ts';
import type { Regime } from '../regime.ts';
import type { ColoringResult, ColorOptions, MinimizeOptions, SearchOptions } from '../requests.ts';
import type { Whcr } from '../whcr.ts';
import { type Reduction, reduceGraph } from './reduce.ts';

/** Who asks for the parts to be solved. */
export interface Whole {
  readonly options: WhcrOptions;
  readonly regime: Regime;
  /** Makes the solver of a part. */
  readonly make: (graph: Graph, options: WhcrOptions) => Whcr;
  /** When the call began, as by `performance.now()`. */
  readonly started: number;
}

/** Below this share of vertices removed a reduced graph is not worth a context of its own. */
const WORTHWHILE = 0.01;

/** Colours the reduced graph with k colours and the rest after it; null where there is nothing to gain. */
export async function colorReduced(
  graph: Graph,
  request: ColorOptions & { readonly colors: number },
  whole: Whole,
): Promise<ColoringResult | null> {
  const reduction = reduceGraph(graph, request.colors);
  if (!isWorthwhile(graph, reduction)) return null;
  const parts: ColoringResult[] = [];
  for (const kernel of reduction.kernels) {
    const { colors } = request;
    await using whcr = whole.make(kernel.graph, partOptions(whole.options, colors));
    parts.push(await whcr.color({ ...remaining(request, whole.started), colors }));
  }
  return combine(graph, reduction, parts, request.colors, whole);
}

/**
 * Brings down the colours of the reduced graph; `bound` is what every proper colouring needs. `before`: what a search of the
 * whole graph came to, whose colouring is where this one starts.
 */
export async function minimizeReduced(
  graph: Graph,
  request: MinimizeOptions & { readonly target: number },
  bound: number,
  before: ColoringResult | undefined,
  whole: Whole,
): Promise<ColoringResult | null> {
  const reduction = reduceGraph(graph, Math.max(1, bound));
  if (!isWorthwhile(graph, reduction)) return null;
  const goal = Math.max(request.target, bound);
  const after = (result: ColoringResult | undefined): MinimizeOptions =>
    result ? { ...request, from: result.coloring } : request;
  if ((reduction.kernels[0]?.graph.n ?? 0) <= CORE_VERTICES)
    return both(before, await minimizeParts(graph, reduction, after(before), goal, whole), goal, whole);
  const core = smallCore(graph, bound);
  const first = both(
    before,
    await minimizeParts(graph, reduceGraph(graph, core), after(before), Math.max(goal, core), whole),
    goal,
    whole,
  );
  if (first.finalConflicts > 0 || first.finalColors <= goal || isOver(request, whole)) return first;
  return both(first, await minimizeParts(graph, reduction, after(first), goal, whole), goal, whole);
}

/** Two searches one after the other: the better colouring, and what both took. */
function both(first: ColoringResult | undefined, then: ColoringResult, goal: number, whole: Whole): ColoringResult {
  if (!first) return then;
  const better = then.finalConflicts === 0 && then.finalColors <= first.finalColors ? then : first;
  return {
    ...better,
    success: better.finalConflicts === 0 && better.finalColors <= goal,
    ended: then.ended,
    iterations: first.iterations + then.iterations,
    kernelMs: first.kernelMs + then.kernelMs,
    transferMs: first.transferMs + then.transferMs,
    elapsedMs: performance.now() - whole.started,
    history: [...first.history, ...then.history],
    reduced: then.reduced,
  };
}

/** Kernels up to here are searched at once; of larger ones first a core of that size, for as few colours as matter there. */
const CORE_VERTICES = 8192;

/** The smallest k, at least `bound`, whose k-core has at most so many vertices. */
function smallCore(graph: Graph, bound: number): number {
  const { coreness, degeneracy } = smallestLastOrder(graph);
  const sizes = new Uint32Array(degeneracy + 2);
  for (const k of coreness) sizes[k]!++;
  let inside = 0;
  let k = degeneracy + 1;
  for (; k > bound && inside + sizes[k - 1]! <= CORE_VERTICES; k--) inside += sizes[k - 1]!;
  return k;
}

const isOver = ({ timeLimit }: MinimizeOptions, { started }: Whole): boolean =>
  timeLimit !== undefined && performance.now() - started >= timeLimit * 1000;

/** Brings down the colours of each part, to `goal` at best. */
async function minimizeParts(
  graph: Graph,
  reduction: Reduction,
  request: MinimizeOptions,
  goal: number,
  whole: Whole,
): Promise<ColoringResult> {
  const { from, ...rest } = request;
  const parts: ColoringResult[] = [];
  // Parts after the first only matter as far as they need more colours than those before.
  let target = goal;
  for (const kernel of reduction.kernels) {
    const start = from && Uint32Array.from(kernel.vertices, (v) => from[v] as number);
    await using whcr = whole.make(kernel.graph, partOptions(whole.options, start && countColors(start)));
    const part = await whcr.minimize({
      ...remaining(rest, whole.started),
      ...(start && { from: start }),
      target: Math.min(target, whcr.maxColors),
    });
    target = Math.max(target, part.finalColors);
    parts.push(part);
  }
  return combine(graph, reduction, parts, goal, whole);
}

function isWorthwhile(graph: Graph, { kernels, peeled, dominated, bipartite }: Reduction): boolean {
  return kernels.length !== 1 || peeled + dominated + bipartite >= Math.max(1, graph.n * WORTHWHILE);
}

function partOptions(options: WhcrOptions, colors?: number): WhcrOptions {
  const { priorities: _, maxColors: _m, ...rest } = options;
  return {
    ...rest,
    reduction: false,
    ...(colors !== undefined && { maxColors: colors }),
  };
}

/** The request with what is left of its time; the whole graph's colouring is what is balanced. */
function remaining<R extends SearchOptions>(request: R, started: number): R {
  const part = { ...request, balanced: false };
  if (request.timeLimit === undefined) return part;
  return { ...part, timeLimit: Math.max(0, request.timeLimit - (performance.now() - started) / 1000) };
}

function combine(
  graph: Graph,
  reduction: Reduction,
  parts: readonly ColoringResult[],
  goal: number,
  whole: Whole,
): ColoringResult {
  const { kernels, peeled, dominated, bipartite } = reduction;
  const coloring = reduction.extend(parts.map((part) => part.coloring));
  const { conflicts, colorsUsed } = verifyColoring(graph, coloring);
  const total = (value: (part: ColoringResult) => number) => parts.reduce((sum, part) => sum + value(part), 0);
  const unfinished = parts.find((part) => part.ended !== 'goal');
  return {
    success: conflicts === 0 && colorsUsed <= goal,
    coloring,
    finalColors: colorsUsed,
    finalConflicts: conflicts,
    iterations: total((part) => part.iterations),
    elapsedMs: performance.now() - whole.started,
    kernelMs: total((part) => part.kernelMs),
    transferMs: total((part) => part.transferMs),
    ended: unfinished?.ended ?? 'goal',
    regime: parts[0]?.regime ?? whole.regime,
    dynamic: parts[0]?.dynamic ?? null,
    population: parts[0]?.population ?? 1,
    reduced: {
      parts: kernels.length,
      peeled,
      dominated,
      bipartite,
      vertices: kernels.reduce((sum, kernel) => sum + kernel.graph.n, 0),
      edges: kernels.reduce((sum, kernel) => sum + kernel.graph.m, 0),
    },
    history: parts.flatMap((part) => part.history),
    levels: parts.flatMap((part) => part.levels),
  };
}
