import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Graph } from '../../src/graph/index.ts';
import { failure, graphOf, pairsOf } from './helpers.ts';

const edgeLists = fc
  .integer({ min: 2, max: 30 })
  .chain((n) => fc.tuple(fc.constant(n), fc.array(fc.tuple(fc.nat(n - 1), fc.nat(n - 1)), { maxLength: 120 })));

describe('Graph.fromEdges', () => {
  test('sorts rows and counts', () => {
    const graph = graphOf(5, [3, 0], [1, 0], [4, 3]);
    expect([...graph.offsets]).toEqual([0, 2, 3, 3, 5, 6]);
    expect([...graph.neighbors]).toEqual([1, 3, 0, 0, 4, 3]);
    expect([graph.n, graph.m, graph.maxDegree, graph.degree(2)]).toEqual([5, 3, 2, 0]);
    expect([...graph.neighborsOf(3)]).toEqual([0, 4]);
    expect(graph.hasEdge(4, 3)).toBe(true);
    expect(graph.hasEdge(4, 0)).toBe(false);
  });

  test('accepts graphs without vertices or without edges', () => {
    expect([Graph.fromEdges(0, [], []).n, Graph.fromEdges(0, [], []).maxDegree]).toEqual([0, 0]);
    expect(Graph.fromEdges(7, [], []).m).toBe(0);
  });

  test('agrees with a set of pairs, and with its own CSR arrays', () => {
    fc.assert(
      fc.property(edgeLists, ([n, list]) => {
        const expected = new Set(list.filter(([u, v]) => u !== v).map(([u, v]) => Math.min(u, v) * n + Math.max(u, v)));
        const [u, v] = [list.map(([a]) => a), list.map(([, b]) => b)];
        const graph = Graph.fromEdges(n, u, v, { selfLoops: 'drop' });
        expect(pairsOf(graph).map(([a, b]) => a * n + b)).toEqual([...expected].sort((a, b) => a - b));
        const again = Graph.fromCsr(graph.offsets, graph.neighbors);
        expect(again.fingerprint()).toBe(graph.fingerprint());
        expect(Graph.fromEdges(n, v.reverse(), u.reverse(), { selfLoops: 'drop' }).fingerprint()).toBe(
          graph.fingerprint(),
        );
      }),
    );
  });

  test.each([[5], [-1], [1.5], [Number.NaN], [2 ** 32], [undefined as unknown as number]])(
    'refuses vertex %s',
    (vertex) => {
      const error = failure('ERR_WHCR_VERTEX_OUT_OF_RANGE', () => Graph.fromEdges(5, [0, 0], [1, vertex]));
      expect(error.details).toEqual({ index: 1, value: vertex });
      expect(error.message).toContain(`v[1] is ${vertex}`);
    },
  );

  test('refuses a loop, or drops it', () => {
    const loop = failure('ERR_WHCR_SELF_LOOP', () => graphOf(3, [0, 1], [2, 2]));
    expect(loop.details).toEqual({ index: 1, value: 2 });
    expect(Graph.fromEdges(3, [0, 2], [1, 2], { selfLoops: 'drop' }).m).toBe(1);
  });

  test('merges duplicates of either direction, or refuses them by index', () => {
    expect(graphOf(3, [0, 1], [1, 2], [1, 0], [0, 1]).m).toBe(2);
    const error = failure('ERR_WHCR_DUPLICATE_EDGE', () =>
      Graph.fromEdges(3, [1, 0, 1], [2, 1, 0], { duplicates: 'error' }),
    );
    expect(error.details).toEqual({ index: 2, value: [0, 1] });
  });

  test.each([[-1], [1.5], [2 ** 32]])('refuses %s vertices', (n) => {
    failure('ERR_WHCR_INVALID_ARGUMENT', () => Graph.fromEdges(n, [], []));
  });

  test('refuses columns of different lengths, and construction', () => {
    failure('ERR_WHCR_INVALID_ARGUMENT', () => Graph.fromEdges(3, [0], []));
    const Forbidden = Graph as unknown as new () => Graph;
    failure('ERR_WHCR_INVALID_ARGUMENT', () => new Forbidden());
  });

  test('a long list of edges crosses chunk borders unharmed', () => {
    const m = 600_001;
    const u = Uint32Array.from({ length: m }, (_, i) => i);
    const path = Graph.fromEdges(
      m + 1,
      u,
      u.map((i) => i + 1),
    );
    expect([path.m, path.maxDegree, path.hasEdge(m, m - 1)]).toEqual([m, 2, true]);
  });
});

describe('Graph.fromCsr', () => {
  test.each([
    ['ERR_WHCR_INVALID_GRAPH', [], []],
    ['ERR_WHCR_INVALID_GRAPH', [1, 2], [0]],
    ['ERR_WHCR_INVALID_GRAPH', [0, 2, 1], [1]],
    ['ERR_WHCR_INVALID_GRAPH', [0, 1, 2], [1]],
    ['ERR_WHCR_INVALID_GRAPH', [0, 1, 1], [1]],
    ['ERR_WHCR_INVALID_GRAPH', [0, 2, 3, 4], [2, 1, 0, 0]],
    ['ERR_WHCR_INVALID_GRAPH', [0, 1, 2, 3, 4], [1, 2, 3, 0]],
    ['ERR_WHCR_SELF_LOOP', [0, 1], [0]],
    ['ERR_WHCR_DUPLICATE_EDGE', [0, 2, 4], [1, 1, 0, 0]],
    ['ERR_WHCR_VERTEX_OUT_OF_RANGE', [0, 1, 2], [2, 0]],
    ['ERR_WHCR_INVALID_ARGUMENT', [0, 1, 2], [1, -1]],
  ] as const)('%s for offsets %j, neighbours %j', (code, offsets, neighbors) => {
    failure(code, () => Graph.fromCsr(offsets, neighbors));
  });

  test('never accepts a random array that is not a simple graph', () => {
    const small = fc.array(fc.nat(4), { maxLength: 8 });
    fc.assert(
      fc.property(small, small, (offsets, neighbors) => {
        let graph: Graph;
        try {
          graph = Graph.fromCsr(offsets, neighbors);
        } catch {
          return;
        }
        const pairs = pairsOf(graph);
        expect(pairs.length).toBe(graph.m);
        expect(graphOf(graph.n, ...pairs).fingerprint()).toBe(graph.fingerprint());
      }),
      { numRuns: 2000 },
    );
  });

  test('copies unless told not to', () => {
    const offsets = Uint32Array.of(0, 1, 2);
    const neighbors = Uint32Array.of(1, 0);
    expect(Graph.fromCsr(offsets, neighbors).neighbors).not.toBe(neighbors);
    expect(Graph.fromCsr(offsets, neighbors, { copy: false }).neighbors).toBe(neighbors);
  });
});

test('the fingerprint is stable, and tells graphs apart', () => {
  const path = graphOf(3, [0, 1], [1, 2]);
  expect(path.fingerprint()).toMatch(/^[0-9a-f]{16}$/);
  expect(path.fingerprint()).not.toBe(graphOf(3, [0, 1], [0, 2]).fingerprint());
  expect(path.fingerprint()).not.toBe(graphOf(4, [0, 1], [1, 2]).fingerprint());
});
