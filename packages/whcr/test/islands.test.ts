import { DeviceGroup } from '@aatgs/core';
import { describe, expect, test } from 'vitest';
import { colorOnIslands, flat, type Graph, gnp, verifyColoring, Whcr, type WhcrOptions } from '../src/index.ts';

const make = (graph: Graph, devices: number, options: WhcrOptions = {}) =>
  new DeviceGroup(({ device }) => new Whcr(graph, { device, async: true, threads: 1, population: 4, ...options }), {
    devices: new Array(devices).fill('cpu'),
  });

describe('islands', () => {
  test('the result does not depend on how many devices there are', async () => {
    const graph = gnp(100, 0.5, 2);
    let expected: object | undefined;
    for (const devices of [1, 2, 3]) {
      await using group = make(graph, devices, { maxColors: 20 });
      const result = await colorOnIslands(group, {
        colors: 14,
        islands: 3,
        movesPerEpoch: 2000,
        maxEpochs: 4,
        seed: 5,
      });
      const { elapsedMs: _, history, ...rest } = result;
      const seen = { ...rest, conflicts: history.map((entry) => entry.conflicts) };
      expect(seen.conflicts).toHaveLength(4);
      expect(verifyColoring(graph, result.coloring).conflicts).toBe(result.finalConflicts);
      expected ??= seen;
      expect(seen).toEqual(expected);
    }
  });

  test('finds a planted colouring, and no island gets worse on the way', async () => {
    const { graph } = flat(150, 12, 3);
    await using group = make(graph, 2, { maxColors: 20 });
    const result = await colorOnIslands(group, { colors: 12, movesPerEpoch: 20_000, maxEpochs: 200, seed: 1 });
    expect(result).toMatchObject({ success: true, finalConflicts: 0, ended: 'goal' });
    expect(verifyColoring(graph, result.coloring, { colors: 12 }).valid).toBe(true);
    const lowest = result.history.map(({ conflicts }) => Math.min(...conflicts));
    expect([...lowest].sort((a, b) => b - a)).toEqual(lowest);
  });

  test('limits, a signal, and arguments that make no sense', async () => {
    const graph = gnp(60, 0.5, 2);
    await using group = make(graph, 2, { maxColors: 20 });
    const late = await colorOnIslands(group, { colors: 5, movesPerEpoch: 2000, timeLimit: 0 });
    expect(late).toMatchObject({ success: false, ended: 'time' });
    expect(late.history).toHaveLength(1);
    const signal = AbortSignal.timeout(30);
    const endless = colorOnIslands(group, { colors: 5, movesPerEpoch: 2000, maxEpochs: 1e9, signal });
    await expect(endless).rejects.toMatchObject({ name: 'TimeoutError' });
    const invalid = { code: 'ERR_WHCR_INVALID_ARGUMENT' };
    for (const options of [{}, { islands: 1 }, { movesPerEpoch: 0 }, { timeLimit: -1 }, { seed: -1 }]) {
      const maxEpochs = 'islands' in options || 'seed' in options || 'movesPerEpoch' in options ? { maxEpochs: 1 } : {};
      await expect(colorOnIslands(group, { colors: 5, ...maxEpochs, ...options })).rejects.toMatchObject(invalid);
    }
    await expect(colorOnIslands(group, { colors: 99, maxEpochs: 1 })).rejects.toMatchObject(invalid);
    await using sparse = make(graph, 1, { regime: 'sparse', population: 1 });
    await expect(colorOnIslands(sparse, { colors: 9, maxEpochs: 1 })).rejects.toMatchObject(invalid);
    await expect(
      sparse.members[0]!.repair(new Uint32Array(60), { colors: 9, partner: new Uint32Array(60), maxIterations: 1 }),
    ).rejects.toMatchObject(invalid);
  });
});
