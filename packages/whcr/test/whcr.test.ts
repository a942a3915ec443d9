import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import {
  countColors,
  dsatur,
  flat,
  Graph,
  gnp,
  greedy,
  greedyClique,
  grid,
  queen,
  rmat,
  verifyColoring,
  Whcr,
  type WhcrOptions,
} from '../src/index.ts';

const open: Whcr[] = [];
function whcr(graph: Graph, options: WhcrOptions = {}): Whcr {
  const made = new Whcr(graph, { device: 'cpu', ...options });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.shutdown();
});
const withCode = (code: string) => expect.objectContaining({ code });
/** A proper colouring with some vertices recoloured at random. */
function spoiled(coloring: Uint32Array, colors: number, every = 5): Uint32Array {
  return coloring.map((color, v) => (v % every === 0 ? (color + 1 + (v % (colors - 1))) % colors : color));
}

describe('repair', () => {
  test('mends a spoiled colouring, and a proper one stays as it is', async () => {
    const { graph, coloring } = flat(120, 10, 3);
    const w = whcr(graph, { async: true });
    const bad = spoiled(coloring, 10);
    expect(w.verify(bad).conflicts).toBeGreaterThan(0);
    const mended = await w.repair(bad, { colors: 10, maxIterations: 2_000_000 });
    expect(mended).toMatchObject({ success: true, finalConflicts: 0, ended: 'goal' });
    expect(verifyColoring(graph, mended.coloring, { colors: 10 }).valid).toBe(true);
    const same = await w.repair(coloring, { colors: 10, maxIterations: 1000 });
    expect(same).toMatchObject({ success: true, iterations: 0 });
    expect(same.coloring).toEqual(coloring);
  });
  test('several, each with its own limits', async () => {
    const graph = queen(7);
    const w = whcr(graph, { async: true, maxColors: 12 });
    const starts = [0, 1, 2].map((shift) => Uint32Array.from({ length: 49 }, (_, v) => (v + shift) % 9));
    const results = await w.repairBatch(starts, { colors: 9, maxIterations: 500_000 });
    expect(results.map((r) => r.success)).toEqual([true, true, true]);
  });
  test('never returns more conflicts than it was given', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        async (n, k, seed) => {
          const graph = gnp(n, 0.4, seed);
          await using w = new Whcr(graph, { device: 'cpu', maxColors: 6, movesPerSubstep: 10 });
          const start = Uint32Array.from({ length: n }, (_, v) => (v * 7 + seed) % k);
          const result = await w.repair(start, { colors: k, maxIterations: 100, seed });
          expect(result.finalConflicts).toBeLessThanOrEqual(verifyColoring(graph, start, { colors: k }).conflicts);
          expect(Math.max(...result.coloring)).toBeLessThan(k);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('color', () => {
  test('one seed, one colouring: sync, async, threads and ring sizes', async () => {
    const graph = gnp(125, 0.5, 9);
    const run = async (options: WhcrOptions) => {
      const result = await whcr(graph, options).color({ colors: 17, seed: 5, maxIterations: 40_000 });
      return { coloring: result.coloring, iterations: result.iterations, conflicts: result.finalConflicts };
    };
    const reference = await run({ async: false });
    for (const options of [
      { async: true },
      { async: true, threads: 3 },
      { async: true, configSlots: 1 },
      { threads: 2 },
    ]) {
      expect(await run(options)).toEqual(reference);
    }
    const other = await whcr(graph, { async: true }).color({ colors: 17, seed: 6, maxIterations: 40_000 });
    expect(other.coloring).not.toEqual(reference.coloring);
  });
  test('as many colours as a greedy colouring uses always succeed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 0, max: 2 ** 31 }),
        async (n, p, seed) => {
          const graph = gnp(n, p, seed);
          const colors = countColors(greedy(graph, 'largest-first'));
          await using w = new Whcr(graph, { device: 'cpu', maxColors: colors });
          const result = await w.color({ colors, start: 'greedy', maxIterations: 200_000, seed });
          expect(result.success).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });
  test('permuting the labels keeps success', async () => {
    const graph = queen(8);
    const order = Array.from({ length: 64 }, (_, v) => (v * 37 + 11) % 64);
    const edges: [number, number][] = [];
    graph.forEachEdge((u, v) => edges.push([order[u] as number, order[v] as number]));
    const permuted = Graph.fromEdges(
      64,
      edges.map((e) => e[0]),
      edges.map((e) => e[1]),
    );
    for (const g of [graph, permuted]) {
      expect((await whcr(g, { async: true }).color({ colors: 9, maxIterations: 5_000_000 })).success).toBe(true);
    }
  });
  test('below a clique nothing is claimed', async () => {
    const result = await whcr(queen(6), { async: true }).color({ colors: 5, maxIterations: 50_000 });
    expect(result).toMatchObject({ success: false, ended: 'iterations' });
    expect(result.finalConflicts).toBe(verifyColoring(queen(6), result.coloring).conflicts);
    expect(result.finalConflicts).toBeGreaterThan(0);
  });
  test('maxIterations is kept to the substep; a time limit ends', async () => {
    const w = whcr(queen(6), { async: true, population: 1, movesPerSubstep: 100 });
    expect((await w.color({ colors: 5, maxIterations: 250 })).iterations).toBe(300);
    const timed = await w.color({ colors: 5, timeLimit: 0.2 });
    expect(timed.ended).toBe('time');
    expect(timed.elapsedMs).toBeGreaterThanOrEqual(200);
    expect(timed.elapsedMs).toBeLessThan(2000);
  });
  test('one vertex, and no edges', async () => {
    const lone = await whcr(Graph.fromEdges(1, [], [])).color({ colors: 1, maxIterations: 1 });
    expect(lone).toMatchObject({ success: true, finalColors: 1 });
    const empty = await whcr(Graph.fromEdges(9, [], [])).minimize({ maxIterations: 1000 });
    expect(empty).toMatchObject({ success: true, finalColors: 1 });
  });
  test('priorities decide between equally good moves only: the result stays proper', async () => {
    const graph = queen(7);
    const priorities = Uint8Array.from({ length: 49 }, (_, v) => v);
    const result = await whcr(graph, { priorities }).color({ colors: 8, maxIterations: 1_000_000 });
    expect(verifyColoring(graph, result.coloring).valid).toBe(true);
  });
});

describe('minimize', () => {
  test('reaches the chromatic number where a clique proves it', async () => {
    const result = await whcr(queen(7), { async: true }).minimize({ maxIterations: 5_000_000 });
    expect(result).toMatchObject({ success: true, finalColors: 7, ended: 'goal' });
    expect(greedyClique(queen(7)).length).toBe(7);
  });
  test('stops at the target, starts from a given colouring', async () => {
    const graph = gnp(100, 0.5, 4);
    const from = dsatur(graph);
    const target = countColors(from) - 1;
    const result = await whcr(graph, { async: true }).minimize({ from, target, maxIterations: 2_000_000 });
    expect(result.success).toBe(true);
    expect(result.finalColors).toBeLessThanOrEqual(target);
    expect(result.history.length).toBeGreaterThan(0);
  });
  test('large sparse graphs use the dynamic without tables', async () => {
    const board = grid(200, 200);
    const result = await whcr(board, { dynamic: 'repair', maxColors: 4 }).repair(
      spoiled(new Uint32Array(board.n), 4, 2),
      {
        colors: 4,
        maxIterations: 2_000_000,
      },
    );
    expect(result.success).toBe(true);
    const web = rmat(12, 8, 1);
    const bound = countColors(greedy(web, 'smallest-last'));
    const colored = await whcr(web, { dynamic: 'repair', maxColors: bound }).color({
      colors: bound,
      start: 'greedy',
      maxIterations: 100_000,
    });
    expect(colored.success).toBe(true);
  });
});

describe('calls on one instance', () => {
  test('run in order, also when started together', async () => {
    const w = whcr(queen(6), { async: true });
    const one = () => w.color({ colors: 9, seed: 1, maxIterations: 100_000 });
    const [a, b, c] = await Promise.all([one(), w.color({ colors: 8, seed: 2, maxIterations: 100_000 }), one()]);
    expect(a?.coloring).toEqual(c?.coloring);
    expect(b?.success).toBe(true);
  });
  test('abort rejects with the reason, and the instance lives on', async () => {
    const w = whcr(queen(6), { async: true });
    const stop = new AbortController();
    const endless = w.color({ colors: 5, timeLimit: 60, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 50);
    await expect(endless).rejects.toThrow('enough');
    expect((await w.color({ colors: 9, maxIterations: 100_000 })).success).toBe(true);
  });
  test('the contract underneath stays reachable', async () => {
    const w = whcr(queen(6), { async: true });
    expect(w.execute({ phase: 1, colors: 9 })).toBeNull();
    await w.flush();
    expect(w.poll()).toHaveLength(1);
    expect(w.isGpuIdle()).toBe(true);
    expect(w.stats.iterations.async).toBe(1);
    expect(w.info.module.name).toBe('whcr');
  });
});

describe('bad input is a typed error before anything runs', () => {
  const w = () => whcr(queen(5), { maxColors: 9 });
  test.each([
    ['no limit', () => w().color({ colors: 5 })],
    ['k of 0', () => w().color({ colors: 0, maxIterations: 1 })],
    ['k above maxColors', () => w().color({ colors: 10, maxIterations: 1 })],
    ['a negative time limit', () => w().color({ colors: 5, timeLimit: -1 })],
    ['a colouring of the wrong length', () => w().repair([0, 1], { colors: 5, maxIterations: 1 })],
    ['a start with conflicts', () => w().minimize({ from: new Uint32Array(25), maxIterations: 1 })],
  ] as [string, () => Promise<unknown>][])('%s', async (_, call) => {
    await expect(call()).rejects.toEqual(withCode('ERR_WHCR_INVALID_ARGUMENT'));
  });
  test('a colour out of range names the vertex', async () => {
    const start = new Uint32Array(25);
    start[7] = 5;
    await expect(w().repair(start, { colors: 5, maxIterations: 1 })).rejects.toEqual(
      expect.objectContaining({
        code: 'ERR_WHCR_COLOR_OUT_OF_RANGE',
        details: expect.objectContaining({ vertex: 7, value: 5 }),
      }),
    );
  });
  test.each([
    [{ population: 0 }],
    [{ maxColors: 70_000 }],
    [{ movesPerSubstep: 0.5 }],
    [{ dynamic: 'fast' as 'table' }],
    [{ priorities: new Uint8Array(3) }],
  ] as [WhcrOptions][])('%o', (options) => {
    expect(() => whcr(queen(5), options)).toThrow(withCode('ERR_WHCR_INVALID_ARGUMENT'));
  });
  test('a graph without vertices', () => {
    expect(() => whcr(Graph.fromEdges(0, [], []))).toThrow(withCode('ERR_WHCR_INVALID_ARGUMENT'));
  });
});
