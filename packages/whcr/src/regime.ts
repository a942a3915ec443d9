import { invalidArgument } from './errors.ts';
import { WhcrDynamic } from './generated/layout.ts';
import type { Graph } from './graph/index.ts';

/**
 * How a graph is coloured. `'dense'`: a population of colourings, each searched by tabu search or min-conflicts, for
 * graphs of up to some thousand vertices. `'sparse'`: the whole machine on one colouring, for millions of edges.
 */
export type Regime = 'dense' | 'sparse';

/** How the colourings of the dense regime move. */
export type Dynamic = 'auto' | 'table' | 'repair' | 'mixed' | 'weighted' | 'annealed';

const DYNAMICS: Readonly<Record<Dynamic, number>> = {
  auto: WhcrDynamic.AUTO,
  table: WhcrDynamic.TABLE,
  repair: WhcrDynamic.REPAIR,
  mixed: WhcrDynamic.MIXED,
  weighted: WhcrDynamic.WEIGHTED,
  annealed: WhcrDynamic.ANNEALED,
};

/** Up to here a table of neighbour counts fits into a block's working memory, and a move may look at all conflicts. */
export const TABLE_VERTICES = 20_000;
/** And up to so many neighbours: the counts have 13 bits. */
const TABLE_DEGREE = 8191;

/** The regime for a graph, unless one is forced: dense where tables of neighbour counts may be. */
export function chooseRegime(graph: Graph, asked: Regime | 'auto', dynamic: Dynamic): Regime {
  if (!['auto', 'dense', 'sparse'].includes(asked))
    throw invalidArgument('regime', asked, "'auto', 'dense' or 'sparse'");
  if (!(dynamic in DYNAMICS))
    throw invalidArgument('dynamic', dynamic, "'auto', 'table', 'repair', 'mixed', 'weighted' or 'annealed'");
  if (asked === 'sparse' && dynamic !== 'auto')
    throw invalidArgument('dynamic', dynamic, "'auto': the sparse regime has one dynamic of its own");
  if (asked !== 'auto') return asked;
  const fits = graph.n <= TABLE_VERTICES && graph.maxDegree <= TABLE_DEGREE;
  return fits || dynamic !== 'auto' ? 'dense' : 'sparse';
}

/** The kernel's dynamic for a regime. */
export const dynamicOf = (regime: Regime, dynamic: Dynamic): number =>
  regime === 'sparse' ? WhcrDynamic.SPARSE : DYNAMICS[dynamic];

/** The name of the dynamic a record reports; null in the sparse regime. */
export const dynamicName = (kernel: number): Exclude<Dynamic, 'auto'> | null =>
  ((Object.keys(DYNAMICS) as Dynamic[]).find((name) => name !== 'auto' && DYNAMICS[name] === kernel) as
    | Exclude<Dynamic, 'auto'>
    | undefined) ?? null;
