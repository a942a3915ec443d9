import { describe, expect, test } from 'vitest';
import {
  type Graph,
  geometric,
  gnm,
  gnp,
  latinSquare,
  leighton,
  rmat,
  verifyColoring,
  Whcr,
  type WhcrOptions,
} from '../src/index.ts';

async function fewest(graph: Graph, options: WhcrOptions, maxIterations = 60_000) {
  await using whcr = new Whcr(graph, { device: 'cpu', population: 2, reduction: false, ...options });
  const result = await whcr.minimize({ maxIterations, seed: 1 });
  expect(verifyColoring(graph, result.coloring)).toMatchObject({ valid: true, colorsUsed: result.finalColors });
  return result;
}

describe('dynamics', () => {
  test('learnt weights find fewer colours on geometric graphs than tabu search', async () => {
    for (const seed of [1, 2, 3]) {
      const graph = geometric(250, 0.5, seed);
      const plain = await fewest(graph, { dynamic: 'table' });
      const weighted = await fewest(graph, { dynamic: 'weighted' });
      const mixed = await fewest(graph, { dynamic: 'mixed' });
      expect(weighted.finalColors).toBeLessThan(plain.finalColors);
      expect(mixed.finalColors).toBeLessThanOrEqual(plain.finalColors);
      expect([plain.dynamic, weighted.dynamic, mixed.dynamic]).toEqual(['table', 'weighted', 'mixed']);
    }
  });
  test('annealing finds the planted colouring of a Leighton graph, from random ones', async () => {
    for (const seed of [2, 4, 6]) {
      const { graph } = leighton(450, 15, 16_680, seed);
      await using whcr = new Whcr(graph, { device: 'cpu', population: 2, dynamic: 'annealed' });
      const result = await whcr.color({ colors: 15, seed, maxIterations: 4_000_000, start: 'random' });
      expect(verifyColoring(graph, result.coloring)).toMatchObject({ valid: true, colorsUsed: 15 });
      expect(result.dynamic).toBe('annealed');
    }
  });
  test('the default looks at the degrees', async () => {
    expect((await fewest(geometric(250, 0.5, 1), {}, 100)).dynamic).toBe('mixed');
    expect((await fewest(gnp(250, 0.5, 1), {}, 100)).dynamic).toBe('table');
    expect((await fewest(rmat(10, 4, 1), { regime: 'sparse', population: 1 }, 100)).dynamic).toBeNull();
  });
  test('on a regular graph a small population anneals', async () => {
    const graph = latinSquare(9);
    const run = async (options: WhcrOptions) => {
      await using whcr = new Whcr(graph, { device: 'cpu', population: 2, ...options });
      return await whcr.color({ colors: 10, seed: 2, maxIterations: 40_000, start: 'random' });
    };
    const [usual, annealed] = [await run({}), await run({ dynamic: 'annealed' })];
    expect([usual.dynamic, annealed.dynamic]).toEqual(['mixed', 'annealed']);
    expect(usual.coloring).toEqual(annealed.coloring);
  });
  test.each(['mixed', 'weighted', 'annealed'] as const)('%s: sync, async and threads end alike', async (dynamic) => {
    const graph = geometric(120, 0.5, 7);
    const run = async (options: WhcrOptions) => {
      await using whcr = new Whcr(graph, {
        device: 'cpu',
        population: 8,
        movesPerGeneration: 4000,
        dynamic,
        ...options,
      });
      const { coloring, iterations } = await whcr.minimize({ maxIterations: 20_000, seed: 3, target: 1 });
      return { coloring, iterations };
    };
    const reference = await run({});
    for (const options of [{ async: true }, { async: true, threads: 3 }, { threads: 2, configSlots: 2 }]) {
      expect(await run(options)).toEqual(reference);
    }
  });
});

test('the population is said, and the same one gives the same result wherever it comes from', async () => {
  const graph = gnp(100, 0.5, 1);
  await using usual = new Whcr(graph, { device: 'cpu' });
  expect(usual.population % 2).toBe(0);
  expect(usual.population).toBeGreaterThanOrEqual(2);
  const result = await usual.color({ colors: 15, seed: 2, maxIterations: 20_000 });
  expect(result.population).toBe(usual.population);
  await using same = new Whcr(graph, { device: 'cpu', population: result.population });
  expect((await same.color({ colors: 15, seed: 2, maxIterations: 20_000 })).coloring).toEqual(result.coloring);
});

test('minimising a graph with a large core goes on from its smaller one', async () => {
  const graph = gnm(12_000, 60_000, 1);
  await using whcr = new Whcr(graph, { device: 'cpu' });
  const result = await whcr.minimize({ seed: 1, timeLimit: 2 });
  expect(verifyColoring(graph, result.coloring)).toMatchObject({ valid: true, colorsUsed: result.finalColors });
  expect(result.history.length).toBeGreaterThan(0);
});
