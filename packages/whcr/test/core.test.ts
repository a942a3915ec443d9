import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Graph, gnp, greedyClique, grid, PhiloxStream, rmat, verifyColoring, Whcr } from '../src/index.ts';
import { sparse } from './regimes.ts';

/** A random graph on the first `core` vertices, and others that hang on three neighbours in a row before them. */
function hubs(n: number, core: number, p: number, seed: number): Graph {
  const random = new PhiloxStream(seed);
  const u: number[] = [];
  const v: number[] = [];
  gnp(core, p, seed).forEachEdge((a, b) => {
    u.push(a);
    v.push(b);
  });
  for (let w = core; w < n; w++) {
    const first = random.below(w - 2);
    u.push(first, first + 1, first + 2);
    v.push(w, w, w);
  }
  return Graph.fromEdges(n, u, v);
}

describe('a core', () => {
  test('R-MAT comes a tenth below one-shot greedy', async () => {
    await using whcr = sparse(rmat(14, 16, 1));
    const once = await whcr.color({ maxIterations: 0 });
    const target = Math.floor(0.9 * once.finalColors);
    const fewer = await whcr.minimize({ target, maxIterations: 6400 });
    expect(fewer).toMatchObject({ success: true, finalConflicts: 0, ended: 'goal' });
    expect(fewer.finalColors).toBeLessThanOrEqual(target);
  });
  test('a given number of colours below what greedy takes', async () => {
    const graph = rmat(13, 16, 2);
    await using whcr = sparse(graph);
    const colors = (await whcr.color({ maxIterations: 0 })).finalColors - 2;
    const found = await whcr.color({ colors, maxIterations: 6400 });
    expect(found).toMatchObject({ success: true, finalConflicts: 0 });
    expect(Math.max(...found.coloring)).toBeLessThan(colors);
  });
  test('a clique in a large tree-like graph is found to be what counts', async () => {
    await using whcr = sparse(hubs(3000, 15, 1, 1));
    expect(await whcr.minimize({ target: 15, maxIterations: 640 })).toMatchObject({ success: true, finalColors: 15 });
  });
  test('a grid peels away to three colours', async () => {
    await using whcr = sparse(grid(80));
    expect((await whcr.minimize({ target: 3, maxIterations: 64 })).success).toBe(true);
  });
  test('always proper, with no more colours than at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4, max: 60 }),
        fc.integer({ min: 0, max: 400 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        async (core, around, p, seed) => {
          const graph = hubs(core + around, core, p, seed);
          await using whcr = sparse(graph, { movesPerSubstep: 4 });
          const once = await whcr.color({ maxIterations: 0, seed });
          const fewer = await whcr.minimize({ target: 1, maxIterations: 24, seed });
          expect(verifyColoring(graph, fewer.coloring).valid).toBe(true);
          expect(fewer.finalColors).toBeLessThanOrEqual(once.finalColors);
          expect(fewer.finalColors).toBeGreaterThanOrEqual(greedyClique(graph).length);
        },
      ),
      { numRuns: 40 },
    );
  });
  test('what is left of it is searched by a population afterwards', async () => {
    const graph = rmat(15, 8, 1);
    await using whcr = new Whcr(graph, { device: 'cpu' });
    await using alone = sparse(graph);
    const first = await alone.minimize({ target: 2, maxIterations: 64 });
    const both = await whcr.minimize({ maxIterations: 64 });
    expect(both.reduced?.vertices).toBeLessThan(graph.n / 4);
    expect(both.success).toBe(true);
    expect(both.finalColors).toBeLessThanOrEqual(first.finalColors);
    expect(verifyColoring(graph, both.coloring).valid).toBe(true);
  });
  test('priors leave it', async () => {
    const graph = rmat(12, 16, 1);
    await using whcr = sparse(graph);
    await whcr.setPriors({ stress: new Uint8Array(graph.n).fill(1) });
    expect((await whcr.minimize({ target: 1, maxIterations: 640 })).finalConflicts).toBe(0);
  });
});
