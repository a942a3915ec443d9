import { describe, expect, test } from 'vitest';
import { flat, gnp, Whcr, type WhcrOptions } from '../src/index.ts';

const withCode = expect.objectContaining({ code: 'ERR_WHCR_INVALID_ARGUMENT' });
const solver = (graph: ConstructorParameters<typeof Whcr>[0], options: WhcrOptions = {}) =>
  new Whcr(graph, { device: 'cpu', reduction: false, ...options });

describe('beliefs', () => {
  const { graph, coloring } = flat(300, 20, 1);
  /** The planted colour of each vertex is believed in with this weight, noise in the others. */
  const belief = (right: number) => {
    const rows = new Float32Array(300 * 22);
    coloring.forEach((color, v) => {
      for (let c = 0; c < 20; c++) rows[v * 22 + c] = ((v * 31 + c * 17) % 10) / 40;
      if (v % 4 !== 0) rows[v * 22 + color] = right;
    });
    return rows;
  };
  for (const options of [
    { dynamic: 'table' },
    { dynamic: 'repair' },
    { regime: 'sparse' },
  ] as const satisfies WhcrOptions[]) {
    test(`point the way: ${JSON.stringify(options)}`, async () => {
      await using whcr = solver(graph, { ...options, maxColors: 22, beliefs: true });
      const request = { colors: 20, start: 'random', maxIterations: 20_000, seed: 2 } as const;
      const without = await whcr.color(request);
      await whcr.setPriors({ belief: belief(1) });
      const guided = await whcr.color(request);
      expect(guided.success).toBe(true);
      expect(guided.iterations).toBeLessThan(without.iterations / 10);
      // And they can be taken back.
      await whcr.setPriors({});
      expect(await whcr.color(request)).toMatchObject({ iterations: without.iterations, coloring: without.coloring });
    });
  }
});

describe('priors of vertices', () => {
  const graph = gnp(200, 0.3, 3);
  const stress = Float32Array.from({ length: 200 }, (_, v) => (v < 40 ? 1 : 0));
  const mean = (coloring: Uint32Array) => coloring.subarray(0, 40).reduce((sum, color) => sum + color, 0) / 40;

  test('go first in greedy colouring, so they get low colours', async () => {
    await using whcr = solver(graph, { regime: 'sparse' });
    const before = mean((await whcr.color({ maxIterations: 0 })).coloring);
    await whcr.setPriors({ stress });
    const after = mean((await whcr.color({ maxIterations: 0 })).coloring);
    expect(after).toBeLessThan(before - 1);
  });
  test('weights matter: at 0 nothing changes, a hotspot counts double', async () => {
    const run = async (...priors: Parameters<Whcr['setPriors']>) => {
      await using whcr = solver(graph, { maxColors: 30 });
      await whcr.setPriors(...priors);
      return (await whcr.color({ colors: 17, maxIterations: 8000 })).coloring;
    };
    const none = await run({});
    expect(await run({ stress }, { stressWeight: 0 })).toEqual(none);
    const stressed = await run({ stress });
    expect(stressed).not.toEqual(none);
    expect(await run({ persistence: stress })).toEqual(stressed);
    const graded = Float32Array.from({ length: 200 }, (_, v) => (v % 5) / 5);
    const hotspot = Uint8Array.from({ length: 200 }, (_, v) => (v % 7 === 0 ? 1 : 0));
    expect(await run({ stress: graded, hotspot })).not.toEqual(await run({ stress: graded }));
    expect(await run({ stress: graded, hotspot }, { hotspotMultiplier: 1 })).toEqual(await run({ stress: graded }));
  });
  test('bad ones are refused', async () => {
    await using whcr = solver(graph);
    await expect(whcr.setPriors({ stress: new Float32Array(3) })).rejects.toEqual(withCode);
    await expect(whcr.setPriors({ stress: new Float32Array(200).fill(2) })).rejects.toEqual(withCode);
    await expect(whcr.setPriors({ stress }, { stressWeight: -1 })).rejects.toEqual(withCode);
    await expect(whcr.setPriors({ belief: new Uint8Array(200 * whcr.maxColors) })).rejects.toEqual(withCode);
  });
});
