import fc from 'fast-check';
import { expect, test } from 'vitest';
import { balanceColoring, dsatur, Graph, gnp, greedy, rmat, verifyColoring, Whcr } from '../src/index.ts';

const sizes = (graph: Graph, coloring: ArrayLike<number>) => {
  const { valid, colorsUsed, classSizes } = verifyColoring(graph, coloring);
  expect(valid).toBe(true);
  return { colorsUsed, smallest: Math.min(...classSizes), largest: Math.max(...classSizes) };
};

test('classes of equal size, in no more colours, whatever the graph', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 0, max: 2 ** 31 }),
      (n, p, seed) => {
        const graph = gnp(n, p, seed);
        const before = sizes(graph, dsatur(graph));
        const after = sizes(graph, balanceColoring(graph, dsatur(graph)));
        expect(after.colorsUsed).toBe(before.colorsUsed);
        expect(after.largest - after.smallest).toBeLessThanOrEqual(before.largest - before.smallest);
      },
    ),
    { numRuns: 100 },
  );
});

test('where there is room, sizes differ by one at most', () => {
  const free = Graph.fromEdges(103, [0, 1], [1, 2]);
  expect(sizes(free, balanceColoring(free, greedy(free)))).toEqual({ colorsUsed: 2, smallest: 51, largest: 52 });
  const graph = gnp(500, 0.1, 1);
  const { smallest, largest } = sizes(graph, balanceColoring(graph, dsatur(graph)));
  expect(largest - smallest).toBeLessThanOrEqual(1);
  const web = rmat(12, 8, 1);
  const before = sizes(web, greedy(web));
  const after = sizes(web, balanceColoring(web, greedy(web)));
  expect(after.colorsUsed).toBe(before.colorsUsed);
  expect(after.largest).toBeLessThan(before.largest / 4);
});

test('an option of every search', async () => {
  const graph = gnp(200, 0.1, 2);
  await using whcr = new Whcr(graph, { device: 'cpu', maxColors: 14 });
  const plain = await whcr.color({ colors: 14, seed: 1, maxIterations: 200_000 });
  const balanced = await whcr.color({ colors: 14, seed: 1, maxIterations: 200_000, balanced: true });
  expect(plain.success && balanced.success).toBe(true);
  const { smallest, largest } = sizes(graph, balanced.coloring);
  expect(largest - smallest).toBeLessThanOrEqual(1);
  expect(sizes(graph, plain.coloring).largest).toBeGreaterThan(largest);
  const fewest = await whcr.minimize({ seed: 1, maxIterations: 50_000, balanced: true });
  expect(sizes(graph, fewest.coloring).colorsUsed).toBe(fewest.finalColors);
  const failed = await whcr.color({ colors: 3, maxIterations: 1000, balanced: true });
  expect(failed.success).toBe(false);
});

test('conflicts are refused by name', () => {
  const graph = Graph.fromEdges(3, [0, 1], [1, 2]);
  expect(() => balanceColoring(graph, [0, 0, 1])).toThrow(
    expect.objectContaining({ code: 'ERR_WHCR_INVALID_ARGUMENT' }),
  );
});
