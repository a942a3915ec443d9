import { invalidArgument } from '../errors.ts';
import type { Graph } from './graph.ts';
import { colorClasses, countColors } from './greedy.ts';
import { verifyColoring } from './verify.ts';

/** Arcs that balancing looks at before it leaves the rest as it is: some seconds. */
const MOST_ARCS = 5e8;

/**
 * The same number of colours in classes of as equal size as exchanges between two classes can make them: for schedules
 * whose steps should all keep a machine busy. Two classes' vertices and the edges between them fall into components, each
 * of which may swap its two colours (Kempe chains); of a large and a small class those are swapped that
 * bring both closer, until no pair of classes has one. Deterministic.
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

  /** Swaps components until both classes are of one size, or nearest to it; whether there was any. */
  #exchange(large: number, small: number): boolean {
    const difference = this.#size(large) - this.#size(small);
    const search = ++this.#searches;
    let left = Math.floor(difference / 2);
    let over: { readonly component: number[]; readonly moved: number } | undefined;
    for (const start of [...(this.#classes[large] as Set<number>)]) {
      if (left === 0) break;
      if (this.#seen[start] === search) continue;
      const component = this.#component(start, small, search);
      const moved = component.reduce((sum, v) => sum + (this.#coloring[v] === large ? 1 : -1), 0);
      if (moved > 0 && moved <= left) {
        this.#swap(component, large, small);
        left -= moved;
      } else if (moved > left && moved < (over?.moved ?? difference)) {
        over = { component, moved };
      }
    }
    if (left < Math.floor(difference / 2)) return true;
    if (over) this.#swap(over.component, large, small);
    return over !== undefined;
  }

  #swap(component: readonly number[], large: number, small: number): void {
    for (const v of component) {
      const [from, to] = this.#coloring[v] === large ? [large, small] : [small, large];
      this.#classes[from]?.delete(v);
      this.#classes[to]?.add(v);
      this.#coloring[v] = to;
    }
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
