import { expect, test } from 'vitest';
import { beliefsForColoring } from '../src/index.ts';
import { difference } from './random.ts';

/** A ring of n vertices. */
const ring = (n: number) => ({
  n,
  offsets: Array.from({ length: n + 1 }, (_, v) => 2 * v),
  neighbors: Array.from({ length: n }, (_, v) => [(v + n - 1) % n, (v + 1) % n]).flat(),
});

test('neighbours of an even ring part into two colours', async () => {
  const n = 12;
  const beliefs = await beliefsForColoring(ring(n), { colors: 2, rounds: 200, coupling: 3, seed: 4, device: 'cpu' });
  expect(beliefs.length).toBe(2 * n);
  const colors = Array.from({ length: n }, (_, v) => ((beliefs[2 * v] as number) > 0.5 ? 0 : 1));
  const conflicts = colors.filter((color, v) => color === colors[(v + 1) % n]).length;
  expect(conflicts).toBeLessThanOrEqual(2);
});

test('one round is what the mean-field equation says', async () => {
  const graph = ring(5);
  const [colors, coupling] = [3, 0.7];
  const one = await beliefsForColoring(graph, { colors, rounds: 1, coupling: 0, device: 'cpu' });
  const next = await beliefsForColoring(graph, { colors, rounds: 1, coupling, device: 'cpu' });
  // Without coupling beliefs stay as they began, which gives the start.
  for (let v = 0; v < 5; v++) {
    const weights = Array.from({ length: colors }, (_, c) => {
      const heard = graph.neighbors
        .slice(2 * v, 2 * v + 2)
        .reduce((sum, u) => sum + (one[u * colors + c] as number), 0);
      return (one[v * colors + c] as number) * Math.exp(-coupling * heard);
    });
    const sum = weights.reduce((a, b) => a + b);
    const expected = weights.map((w) => w / sum);
    expect(difference(next.slice(v * colors, (v + 1) * colors), expected)).toBeLessThan(1e-6);
  }
});

test('bad options are refused', async () => {
  const graph = ring(4);
  await expect(beliefsForColoring(graph, { colors: 1 })).rejects.toMatchObject({ code: 'ERR_AI_INVALID_ARGUMENT' });
  await expect(beliefsForColoring({ ...graph, offsets: [0] }, { colors: 2 })).rejects.toThrow(/offsets/);
});
