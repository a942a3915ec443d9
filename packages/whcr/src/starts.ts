import { countColors, dsatur, type Graph, greedy, PhiloxStream, type Seed } from './graph/index.ts';

/** Most bytes of starts handed to a population at once. */
const GIVEN_BYTES = 2 ** 24;
/** Every other couple of members starts from the DSATUR colouring. */
const COUPLES = 4;

/** Colourings that a start hands to a population of a graph with n vertices; members take them in turn. */
export const givenCount = (n: number, population: number): number =>
  Math.max(2, Math.min(population, Math.floor(GIVEN_BYTES / (4 * n))));

/** A colour that means: not coloured yet. */
const UNCOLORED = 0xffff_ffff;
/** Arcs that iterated greedy looks at over the DSATUR colouring: about half a second. */
const ARCS = 2e8;
/** Passes it makes at most. */
const PASSES = 1000;
/** And at most so many in a row that save no colour: on random graphs none does after the first few. */
const PATIENCE = 100;
/** Philox stream of the random starts. */
const STREAM = 0x57a7;

/**
 * Starts for k colours. Two in four: the k largest classes of an iterated DSATUR colouring, the rest left to the step,
 * which colours it with as few conflicts as it can. The others at random, so that the population does not start all alike.
 */
export function givenStarts(graph: Graph, colors: number, count: number, seed: Seed): Uint32Array[] {
  const random = new PhiloxStream(seed, STREAM);
  const made = largestClasses(iterated(graph, dsatur(graph), colors, random), colors);
  return Array.from({ length: count }, (_, i) =>
    i % COUPLES < 2 ? made : Uint32Array.from({ length: graph.n }, () => random.below(colors)),
  );
}

/** Iterated greedy (Culberson and Luo 1996): classes again in another order, which never needs more colours. */
function iterated(graph: Graph, coloring: Uint32Array, wanted: number, random: PhiloxStream): Uint32Array {
  let best = coloring;
  const passes = Math.min(PASSES, Math.ceil(ARCS / (2 * graph.m + graph.n)));
  let fewest = Number.POSITIVE_INFINITY;
  let idle = 0;
  for (let pass = 0; pass < passes && idle < PATIENCE; pass++) {
    const classes = sortedClasses(best);
    if (classes.length <= wanted) return best;
    idle = classes.length < fewest ? 0 : idle + 1;
    fewest = classes.length;
    const kind = random.below(8);
    if (kind < 4) classes.reverse();
    else if (kind === 7) shuffle(classes, random);
    best = greedy(graph, Uint32Array.from(classes.flat()));
  }
  return best;
}

/** The classes of a colouring, the largest first; of equal ones the lower colour. */
function sortedClasses(coloring: Uint32Array): number[][] {
  const classes: number[][] = Array.from({ length: countColors(coloring) }, () => []);
  coloring.forEach((color, v) => {
    classes[color]?.push(v);
  });
  return classes.sort((a, b) => b.length - a.length);
}

function shuffle(classes: number[][], random: PhiloxStream): void {
  const order = random.permutation(classes.length);
  const copy = classes.slice();
  order.forEach((from, to) => {
    classes[to] = copy[from] as number[];
  });
}

function largestClasses(coloring: Uint32Array, colors: number): Uint32Array {
  const kept = new Uint32Array(coloring.length).fill(UNCOLORED);
  for (const [color, members] of sortedClasses(coloring).slice(0, colors).entries()) {
    for (const v of members) kept[v] = color;
  }
  return kept;
}
