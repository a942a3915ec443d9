import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countColors,
  dsatur,
  Graph,
  gnp,
  greedyClique,
  grid,
  mycielski,
  queen,
  reduceGraph,
  verifyColoring,
  Whcr,
} from '../src/index.ts';

describe('reduceGraph', () => {
  test('any proper colouring of what is left extends to all of it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        (n, p, k, seed) => {
          const graph = gnp(n, p, seed);
          const reduction = reduceGraph(graph, k);
          const colorings = reduction.kernels.map((kernel) => dsatur(kernel.graph));
          const coloring = reduction.extend(colorings);
          const most = Math.max(k, ...colorings.map(countColors));
          expect(verifyColoring(graph, coloring, { colors: most }).valid).toBe(true);
          const left = reduction.kernels.reduce((sum, kernel) => sum + kernel.vertices.length, 0);
          expect(left + reduction.peeled + reduction.dominated + reduction.bipartite).toBe(n);
          for (const kernel of reduction.kernels) {
            for (let v = 0; v < kernel.graph.n; v++) expect(kernel.graph.degree(v)).toBeGreaterThanOrEqual(k);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
  test('a path peels away, a grid is bipartite, a twin is dominated, a critical graph stays', () => {
    expect(reduceGraph(Graph.fromEdges(4, [0, 1, 2], [1, 2, 3]), 2).kernels).toEqual([]);
    const ends = Array.from({ length: 24 }, (_, i) => [i % 8, (i % 8) ^ (1 << (i >> 3))] as const);
    const cube = Graph.fromEdges(
      8,
      ends.map((e) => e[0]),
      ends.map((e) => e[1]),
    );
    expect(reduceGraph(cube, 2)).toMatchObject({ kernels: [], bipartite: 8 });
    expect(reduceGraph(grid(5), 2).kernels).toEqual([]);
    // Vertex 4 sees 1 and 2 only, as vertex 0 does.
    const twin = Graph.fromEdges(5, [0, 0, 1, 1, 2, 4, 4], [1, 2, 2, 3, 3, 1, 2]);
    expect(reduceGraph(twin, 2).dominated).toBeGreaterThan(0);
    const critical = mycielski(5);
    expect(reduceGraph(critical, 4).kernels[0]?.vertices).toHaveLength(critical.n);
  });
  test('two components are parts of their own', () => {
    const five = (from: number) => [0, 1, 2, 3, 4].map((i) => from + i);
    const next = (from: number) => [1, 2, 3, 4, 0].map((i) => from + i);
    const cycles = Graph.fromEdges(10, [...five(0), ...five(5)], [...next(0), ...next(5)]);
    expect(reduceGraph(cycles, 2).kernels.map((kernel) => [...kernel.vertices])).toEqual([five(0), five(5)]);
  });
});

describe('searches over a reduced graph', () => {
  test('say what was removed, and succeed as without', async () => {
    // Queens on a board, and a tail that can have no part in the difficulty.
    const board = queen(6);
    const u: number[] = [];
    const v: number[] = [];
    board.forEachEdge((a, b) => {
      u.push(a);
      v.push(b);
    });
    for (let i = 0; i < 30; i++) {
      u.push(35 + i);
      v.push(36 + i);
    }
    const graph = Graph.fromEdges(66, u, v);
    await using whcr = new Whcr(graph, { device: 'cpu' });
    const colored = await whcr.color({ colors: 7, maxIterations: 5_000_000 });
    expect(colored).toMatchObject({ success: true, reduced: { vertices: 36, parts: 1 } });
    const fewest = await whcr.minimize({ maxIterations: 500_000 });
    expect(fewest.success).toBe(true);
    expect(verifyColoring(graph, fewest.coloring).valid).toBe(true);
    await using whole = new Whcr(graph, { device: 'cpu', reduction: false });
    expect((await whole.color({ colors: 7, maxIterations: 5_000_000 })).reduced).toBeNull();
  });
});

test('a clique is one', () => {
  for (const graph of [queen(8), gnp(300, 0.5, 1), mycielski(6)]) {
    const clique = greedyClique(graph);
    clique.forEach((a, i) => {
      for (const b of clique.subarray(0, i)) expect(graph.hasEdge(a, b)).toBe(true);
    });
  }
  expect(greedyClique(queen(8)).length).toBe(8);
});
