import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  colorClasses,
  compactColors,
  countColors,
  dsatur,
  type Graph,
  Graph as GraphClass,
  gnp,
  greedy,
  grid,
  largestFirstOrder,
  mycielski,
  queen,
  randomOrder,
  rmat,
  smallestLastOrder,
  verifyColoring,
} from '../../src/graph/index.ts';
import { failure, graphOf } from './helpers.ts';

const triangle = graphOf(3, [0, 1], [1, 2], [0, 2]);

/** Brélaz's rule word for word, in O(n^2): the reference for the heap. */
function slowDsatur(graph: Graph): Uint32Array {
  const coloring = new Uint32Array(graph.n);
  const done = new Set<number>();
  const colorsAround = (v: number) =>
    new Set([...graph.neighborsOf(v)].filter((w) => done.has(w)).map((w) => coloring[w]!));
  while (done.size < graph.n) {
    let best = -1;
    let rank: [number, number] = [-1, -1];
    for (let v = 0; v < graph.n; v++) {
      if (done.has(v)) continue;
      const open = [...graph.neighborsOf(v)].filter((w) => !done.has(w)).length;
      const saturation = colorsAround(v).size;
      if (saturation > rank[0] || (saturation === rank[0] && open > rank[1])) {
        best = v;
        rank = [saturation, open];
      }
    }
    const used = colorsAround(best);
    while (used.has(coloring[best]!)) coloring[best]!++;
    done.add(best);
  }
  return coloring;
}

describe('verifyColoring', () => {
  test('counts conflicts, colours and classes', () => {
    expect(verifyColoring(triangle, [0, 1, 2])).toEqual({
      valid: true,
      conflicts: 0,
      conflictEdges: [],
      colorsUsed: 3,
      classSizes: Uint32Array.of(1, 1, 1),
    });
    expect(verifyColoring(triangle, [1, 1, 1], { colors: 4, maxConflictEdges: 2 })).toEqual({
      valid: false,
      conflicts: 3,
      conflictEdges: [
        [0, 1],
        [0, 2],
      ],
      colorsUsed: 1,
      classSizes: Uint32Array.of(0, 3, 0, 0),
    });
    expect(verifyColoring(graphOf(0), []).valid).toBe(true);
  });

  test.each([[3], [-1], [0.5], [Number.NaN], [2 ** 32]])('refuses colour %s', (color) => {
    const error = failure('ERR_WHCR_COLOR_OUT_OF_RANGE', () => verifyColoring(triangle, [0, 1, color], { colors: 3 }));
    expect(error.details).toEqual({ vertex: 2, value: color, colors: 3 });
  });

  test('refuses a wrong length and k < 1', () => {
    failure('ERR_WHCR_INVALID_ARGUMENT', () => verifyColoring(triangle, [0, 1]));
    failure('ERR_WHCR_INVALID_ARGUMENT', () => verifyColoring(triangle, [0, 1, 2], { colors: 0 }));
    failure('ERR_WHCR_COLOR_OUT_OF_RANGE', () => verifyColoring(triangle, Uint32Array.of(0, 1, 0xffffffff)));
  });
});

describe('greedy colouring', () => {
  const graphs = [
    triangle,
    queen(8),
    mycielski(5),
    gnp(300, 0.1, 1),
    rmat(10, 8, 1),
    grid(20, 30),
    graphOf(0),
    graphOf(4),
  ];

  test.each(graphs.map((graph) => [graph.name ?? `${graph.n} vertices`, graph] as const))(
    'is proper on %s',
    (_, graph) => {
      const { order, degeneracy } = smallestLastOrder(graph);
      for (const coloring of [
        dsatur(graph),
        greedy(graph),
        greedy(graph, 'natural'),
        greedy(graph, 'smallest-last'),
        greedy(graph, order),
        greedy(graph, randomOrder(graph, 1)),
      ]) {
        const report = verifyColoring(graph, coloring);
        expect(report.valid).toBe(true);
        expect(report.colorsUsed).toBe(countColors(coloring));
        expect(report.colorsUsed).toBeLessThanOrEqual(graph.maxDegree + 1);
      }
      expect(countColors(greedy(graph, order))).toBeLessThanOrEqual(degeneracy + 1);
    },
  );

  test('orders are what they say', () => {
    const star = graphOf(5, [3, 0], [3, 1], [3, 2], [3, 4], [0, 1]);
    expect([...largestFirstOrder(star)]).toEqual([3, 0, 1, 2, 4]);
    expect(smallestLastOrder(star).degeneracy).toBe(2);
    expect(smallestLastOrder(grid(9, 9)).degeneracy).toBe(2);
    expect(smallestLastOrder(queen(5)).degeneracy).toBe(12);
  });

  test('refuses what is no permutation', () => {
    for (const order of [
      [0, 1],
      [0, 1, 1],
      [0, 1, 3],
      [0, 1, -1],
      [0, 1, 0.5],
    ]) {
      failure('ERR_WHCR_INVALID_ARGUMENT', () => greedy(triangle, order));
    }
    failure('ERR_WHCR_INVALID_ARGUMENT', () => greedy(triangle, 'random' as 'natural'));
  });
});

describe('DSATUR', () => {
  test('follows the rule', () => {
    for (const graph of [queen(6), mycielski(4), gnp(120, 0.1, 2), gnp(80, 0.9, 3), rmat(7, 4, 1)]) {
      expect(dsatur(graph)).toEqual(slowDsatur(graph));
    }
  });

  test('is exact on bipartite graphs and cliques, beyond 32 colours too', () => {
    expect(countColors(dsatur(grid(13, 17)))).toBe(2);
    expect(countColors(dsatur(gnp(100, 1, 1)))).toBe(100);
    expect([3, 4, 5].map((k) => countColors(dsatur(mycielski(k))))).toEqual([4, 5, 6]);
  });

  test('is proper on random graphs', () => {
    const pair = fc.tuple(fc.nat(24), fc.nat(24));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 200 }), (pairs) => {
        const [u, v] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const graph = GraphClass.fromEdges(25, u, v, { selfLoops: 'drop' });
        expect(verifyColoring(graph, dsatur(graph)).valid).toBe(true);
        expect(dsatur(graph)).toEqual(slowDsatur(graph));
      }),
    );
  });
});

test('colours are renumbered and sorted into classes', () => {
  expect([...compactColors([7, 2, 7, 0])]).toEqual([0, 1, 0, 2]);
  expect(colorClasses([1, 0, 1]).map((members) => [...members])).toEqual([[1], [0, 2]]);
  expect(colorClasses([0, 0], 3).map((members) => members.length)).toEqual([2, 0, 0]);
  failure('ERR_WHCR_INVALID_ARGUMENT', () => colorClasses([0, 5], 3));
  failure('ERR_WHCR_COLOR_OUT_OF_RANGE', () => compactColors([0, -1]));
});
