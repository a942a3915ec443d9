import { invalidArgument } from '../errors.ts';
import type { Graph } from './graph.ts';
import { colorClasses, countColors } from './greedy.ts';
import { verifyColoring } from './verify.ts';

/** Arcs that balancing looks at before it leaves the rest as it is: some seconds. */
const MOST_ARCS = 5e8;

/**
 * The same number of colours in classes of as equal size as exchanges between two classes can make them: for schedules
 * whose steps should all keep a machine busy. Two classes' vertices and the edges between them fall into components, each
 * of which may swap its two colours (Kempe chains); of a large and a small class the component is swapped that brings both
 * closest, until no pair of classes has one. Deterministic.
 *
 * @param coloring a proper colouring
 * @throws {WhcrError} `ERR_WHCR_INVALID_ARGUMENT` when it is not; what {@link verifyColoring} throws.
 */
export function balanceColoring(graph: Graph, coloring: ArrayLike<number>): Uint32Array {
  const { conflicts, conflictEdges } = verifyColoring(graph, coloring, { colors: Math.max(1, countColors(coloring)) });
  if (conflicts > 0) {
    throw invalidArgument(
      'coloring',
      `a colouring with ${conflicts} conflicts, e.g. ${conflictEdges[0]}`,
      'a proper colouring; use repair() first',
    );
  }
  return new Balance(graph, coloring).run();
}

class Balance {
  readonly #graph: Graph;
  readonly #coloring: Uint32Array;
  readonly #classes: Set<number>[];
  /** The search that saw a vertex last. */
  readonly #seen: Uint32Array;
  #searches = 0;
  #arcs = 0;

  constructor(graph: Graph, coloring: ArrayLike<number>) {
    this.#graph = graph;
    this.#coloring = Uint32Array.from(coloring);
    this.#classes = colorClasses(coloring).map((members) => new Set(members));
    this.#seen = new Uint32Array(graph.n);
  }

  run(): Uint32Array {
    for (let changed = true; changed; ) {
      changed = false;
      const order = this.#classes.map((_, color) => color).sort((a, b) => this.#size(b) - this.#size(a) || a - b);
      for (const large of order) {
        for (const small of order.toReversed()) {
          if (this.#arcs > MOST_ARCS) return this.#coloring;
          while (this.#size(large) - this.#size(small) > 1 && this.#exchange(large, small)) changed = true;
        }
      }
    }
    return this.#coloring;
  }

  #size(color: number): number {
    return (this.#classes[color] as Set<number>).size;
  }

  /** Swaps the component that moves the number of vertices nearest to half the difference; whether there is one. */
  #exchange(large: number, small: number): boolean {
    const difference = this.#size(large) - this.#size(small);
    const search = ++this.#searches;
    let best: number[] | undefined;
    let bestMiss = difference / 2; // what swapping nothing misses by
    for (const start of this.#classes[large] as Set<number>) {
      if (this.#seen[start] === search) continue;
      const component = this.#component(start, small, search);
      const moved = component.reduce((sum, v) => sum + (this.#coloring[v] === large ? 1 : -1), 0);
      const miss = Math.abs(difference / 2 - moved);
      if (miss >= bestMiss) continue;
      best = component;
      bestMiss = miss;
      if (miss < 1) break;
    }
    if (!best) return false;
    for (const v of best) {
      const [from, to] = this.#coloring[v] === large ? [large, small] : [small, large];
      this.#classes[from]?.delete(v);
      this.#classes[to]?.add(v);
      this.#coloring[v] = to;
    }
    return true;
  }

  /** The vertices reached from one over edges between its class and another. */
  #component(start: number, other: number, search: number): number[] {
    const { offsets, neighbors } = this.#graph;
    const first = this.#coloring[start];
    const found = [start];
    this.#seen[start] = search;
    for (const v of found) {
      const wanted = this.#coloring[v] === first ? other : first;
      const end = offsets[v + 1] as number;
      for (let a = offsets[v] as number; a < end; a++) {
        const u = neighbors[a] as number;
        if (this.#coloring[u] !== wanted || this.#seen[u] === search) continue;
        this.#seen[u] = search;
        found.push(u);
      }
      this.#arcs += end - (offsets[v] as number);
    }
    return found;
  }
}
