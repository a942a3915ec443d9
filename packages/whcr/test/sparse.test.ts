import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countColors,
  Graph,
  geometric,
  gnm,
  gnp,
  greedy,
  grid,
  PhiloxStream,
  rmat,
  verifyColoring,
  Whcr,
  type WhcrOptions,
} from '../src/index.ts';
import { sparse } from './regimes.ts';

/** The same graph with its vertices numbered otherwise. */
function relabelled(graph: Graph, seed: number): Graph {
  const name = new PhiloxStream(seed).permutation(graph.n);
  const u: number[] = [];
  const v: number[] = [];
  graph.forEachEdge((a, b) => {
    u.push(name[a]!);
    v.push(name[b]!);
  });
  return Graph.fromEdges(graph.n, u, v);
}

describe('the regime', () => {
  test('follows the size, can be forced, and is named in the result', async () => {
    await using small = new Whcr(grid(20), { device: 'cpu' });
    await using large = new Whcr(grid(200), { device: 'cpu' });
    await using forced = new Whcr(grid(20), { device: 'cpu', regime: 'sparse' });
    expect([small.regime, large.regime, forced.regime]).toEqual(['dense', 'sparse', 'sparse']);
    expect((await large.color()).regime).toBe('sparse');
    expect((await small.color()).regime).toBe('dense');
  });
  test('options of the other regime are refused where it is forced', () => {
    const code = expect.objectContaining({ code: 'ERR_WHCR_INVALID_ARGUMENT' });
    expect(() => sparse(grid(9), { population: 2 })).toThrow(code);
    expect(() => sparse(grid(9), { dynamic: 'table' })).toThrow(code);
    expect(() => sparse(grid(9), { hierarchy: 13 })).toThrow(code);
    expect(() => new Whcr(grid(9), { regime: 'dense', hierarchy: 2 })).toThrow(code);
    expect(() => new Whcr(grid(9), { regime: 'huge' as 'dense' })).toThrow(code);
  });
});

describe('one-shot colouring', () => {
  const families = {
    'G(n, m)': gnm(30_000, 240_000, 1),
    'R-MAT': rmat(14, 16, 1),
    geometric: geometric(20_000, 0.02, 1),
  };
  for (const [name, graph] of Object.entries(families)) {
    test(`${name}: proper, and no worse than largest degree first`, async () => {
      await using whcr = sparse(graph);
      const result = await whcr.color();
      expect(result.success).toBe(true);
      expect(verifyColoring(graph, result.coloring).conflicts).toBe(0);
      expect(result.finalColors).toBeLessThanOrEqual(countColors(greedy(graph, 'largest-first')));
    });
  }
  test('the same for any number of threads, sync or async', async () => {
    const graph = families['R-MAT'];
    const colored = async (options: WhcrOptions) => {
      await using whcr = sparse(graph, options);
      return (await whcr.minimize({ maxIterations: 192, seed: 5, target: 1 })).coloring;
    };
    const reference = await colored({ threads: 1 });
    for (const options of [{ threads: 2 }, { threads: 3, async: true }, { async: true, configSlots: 1 }]) {
      expect(await colored(options)).toEqual(reference);
    }
  });
});

describe('fewer colours', () => {
  test('minimize comes below one-shot greedy by a tenth', async () => {
    const graph = gnm(30_000, 240_000, 1);
    await using whcr = sparse(graph);
    const once = await whcr.color();
    const fewer = await whcr.minimize({ maxIterations: 20_000, target: Math.floor(once.finalColors * 0.9) });
    expect(fewer.success).toBe(true);
    expect(fewer.finalColors).toBeLessThanOrEqual(0.9 * once.finalColors);
    expect(verifyColoring(graph, fewer.coloring).valid).toBe(true);
  });
  test('with the hierarchy too', async () => {
    const graph = gnm(20_000, 160_000, 2);
    await using whcr = sparse(graph, { hierarchy: 5 });
    expect((await whcr.color({ colors: 8, maxIterations: 20_000 })).success).toBe(true);
  });
  test('permuting the labels keeps success', async () => {
    const graph = gnm(5000, 40_000, 3);
    for (const g of [graph, relabelled(graph, 7)]) {
      await using whcr = sparse(g);
      expect((await whcr.color({ colors: 8, maxIterations: 20_000 })).success).toBe(true);
    }
  });
  test('as many colours as greedy needs always succeed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 80 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        async (n, p, seed) => {
          const graph = gnp(n, p, seed);
          // A greedy colouring never needs more than the largest degree and one, in whatever order.
          await using whcr = sparse(graph);
          const result = await whcr.color({ colors: graph.maxDegree + 1, maxIterations: 64 });
          expect(result.success).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('repair', () => {
  test('never returns more conflicts than it was given', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        async (n, k, seed) => {
          const graph = gnp(n, 0.3, seed);
          await using whcr = sparse(graph, { maxColors: 6, hierarchy: seed % 4 });
          const start = Uint32Array.from({ length: n }, (_, v) => (v * 7 + seed) % k);
          const given = verifyColoring(graph, start, { colors: k }).conflicts;
          const result = await whcr.repair(start, { colors: k, maxIterations: 128, seed });
          expect(result.finalConflicts).toBeLessThanOrEqual(given);
          expect(Math.max(...result.coloring)).toBeLessThan(k);
        },
      ),
      { numRuns: 40 },
    );
  });
  test('mends a large spoiled colouring', async () => {
    const graph = gnm(20_000, 100_000, 4);
    await using whcr = sparse(graph);
    const { coloring, finalColors } = await whcr.color();
    const spoiled = coloring.map((color, v) => (v % 3 === 0 ? (color + 1) % finalColors : color));
    const mended = await whcr.repair(spoiled, { colors: finalColors, maxIterations: 10_000 });
    expect(mended).toMatchObject({ success: true, finalConflicts: 0 });
  });
});
