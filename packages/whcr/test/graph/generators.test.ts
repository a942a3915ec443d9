import { describe, expect, test } from 'vitest';
import {
  complement,
  dsatur,
  flat,
  type Graph,
  Graph as GraphClass,
  geometric,
  gnm,
  gnp,
  grid,
  latinSquare,
  leighton,
  mycielski,
  quasigroup,
  queen,
  readGraph,
  rmat,
  verifyColoring,
} from '../../src/graph/index.ts';
import { dimacsFolder } from './data.ts';
import { failure, graphOf } from './helpers.ts';

const size = (graph: Graph) => [graph.n, graph.m];

describe('structured graphs', () => {
  test.each([
    ['queen(5)', queen(5), [25, 160]],
    ['queen(8)', queen(8), [64, 728]],
    ['queen(8, 12)', queen(8, 12), [96, 1368]],
    ['queen(16)', queen(16), [256, 6320]],
    ['mycielski(1)', mycielski(1), [2, 1]],
    ['mycielski(2)', mycielski(2), [5, 5]],
    ['mycielski(3)', mycielski(3), [11, 20]],
    ['mycielski(4)', mycielski(4), [23, 71]],
    ['mycielski(5)', mycielski(5), [47, 236]],
    ['quasigroup(30)', quasigroup(30), [900, 26100]],
    ['latinSquare(10)', latinSquare(10), [100, 1350]],
    ['grid(4, 3)', grid(4, 3), [12, 17]],
    ['grid(4, 3) with diagonals', grid(4, 3, { diagonals: true }), [12, 29]],
    ['grid(1, 1)', grid(1, 1, { diagonals: true }), [1, 0]],
  ])('%s', (_, graph, expected) => {
    expect(size(graph)).toEqual(expected);
    // What a generator builds must pass the checks that strangers' arrays must pass.
    GraphClass.fromCsr(graph.offsets, graph.neighbors);
  });

  test('a Mycielski graph has no triangle', () => {
    const graph = mycielski(5);
    graph.forEachEdge((u, v) => {
      for (const w of graph.neighborsOf(u)) expect(graph.hasEdge(v, w)).toBe(false);
    });
  });

  test('Latin squares are colourings', () => {
    const n = 7;
    const cell = (shift: number) =>
      Uint32Array.from({ length: n * n }, (_, v) => (Math.floor(v / n) * shift + (v % n)) % n);
    expect(verifyColoring(quasigroup(n), cell(1)).valid).toBe(true);
    expect(verifyColoring(latinSquare(n), cell(1)).valid).toBe(false);
    expect(verifyColoring(latinSquare(n), cell(2)).valid).toBe(true);
  });

  test('the complement of the complement is the graph', () => {
    const graph = gnp(60, 0.3, 1);
    expect(graph.m + complement(graph).m).toBe((60 * 59) / 2);
    expect(complement(complement(graph)).fingerprint()).toBe(graph.fingerprint());
    expect(size(complement(graphOf(4)))).toEqual([4, 6]);
  });

  test.skipIf(!dimacsFolder).each([
    ['queen8_8', queen(8)],
    ['queen8_12', queen(8, 12)],
    ['myciel3', mycielski(3)],
    ['myciel7', mycielski(7)],
    ['qg.order30', quasigroup(30)],
    ['qg.order100', quasigroup(100)],
  ])('%s is the DIMACS file, vertex for vertex', async (name, graph) => {
    const file = await readGraph(`${dimacsFolder}/${name}.col.gz`, { strict: true });
    expect(graph.fingerprint()).toBe(file.fingerprint());
    expect([graph.name, file.name]).toEqual([name, name]);
  });
});

describe('random graphs', () => {
  const makers: Record<string, (seed: number) => Graph> = {
    'gnp sparse': (seed) => gnp(3000, 0.002, seed),
    'gnp dense': (seed) => gnp(200, 0.9, seed),
    'gnm sparse': (seed) => gnm(1000, 5000, seed),
    'gnm dense': (seed) => gnm(100, 4000, seed),
    geometric: (seed) => geometric(500, 0.1, seed),
    'geometric complement': (seed) => geometric(125, 0.1, seed, { complement: true }),
    rmat: (seed) => rmat(10, 8, seed),
    flat: (seed) => flat(100, 7, seed).graph,
    leighton: (seed) => leighton(100, 5, 500, seed).graph,
  };

  test.each(Object.entries(makers))('%s depends on the seed and nothing else', (_, make) => {
    const graph = make(1);
    GraphClass.fromCsr(graph.offsets, graph.neighbors);
    expect(make(1).fingerprint()).toBe(graph.fingerprint());
    expect(make(2).fingerprint()).not.toBe(graph.fingerprint());
  });

  test('sizes are as asked', () => {
    expect(gnm(1000, 5000, 3).m).toBe(5000);
    expect(gnm(100, 4000, 3).m).toBe(4000);
    expect([gnm(0, 0, 1).n, gnm(1, 0, 1).m, gnm(10, 45, 1).m]).toEqual([0, 0, 45]);
    expect([gnp(50, 0, 1).m, gnp(50, 1, 1).m, gnp(0, 0.5, 1).n, gnp(1, 1, 1).m]).toEqual([0, 1225, 0, 0]);
    // Within five standard deviations.
    for (const [n, p] of [
      [3000, 0.002],
      [1000, 0.1],
      [300, 0.9],
    ] as const) {
      const pairs = (n * (n - 1)) / 2;
      expect(Math.abs(gnp(n, p, 5).m - p * pairs)).toBeLessThan(5 * Math.sqrt(pairs * p * (1 - p)));
    }
  });

  test('every pair is as likely in G(n, p) and G(n, m)', () => {
    const n = 6;
    const counts = { gnp: new Map<number, number>(), gnm: new Map<number, number>() };
    for (let seed = 0; seed < 3000; seed++) {
      gnp(n, 0.4, seed).forEachEdge((u, v) => counts.gnp.set(u * n + v, (counts.gnp.get(u * n + v) ?? 0) + 1));
      gnm(n, 6, seed).forEachEdge((u, v) => counts.gnm.set(u * n + v, (counts.gnm.get(u * n + v) ?? 0) + 1));
    }
    expect([counts.gnp.size, counts.gnm.size]).toEqual([15, 15]);
    for (const count of [...counts.gnp.values(), ...counts.gnm.values()])
      expect(Math.abs(count - 1200)).toBeLessThan(150);
  });

  test('geometric graphs match the definition, cells or not', () => {
    // Radius 0.3 sorts points into 3 x 3 cells; radius 2 uses one cell and joins everything.
    const [near, all] = [geometric(200, 0.3, 9), geometric(200, 2, 9)];
    expect(all.m).toBe((200 * 199) / 2);
    expect(near.m + geometric(200, 0.3, 9, { complement: true }).m).toBe(all.m);
    // The expected share of pairs within r of one another in the unit square.
    const r = 0.3;
    const share = Math.PI * r * r - (8 / 3) * r ** 3 + r ** 4 / 2;
    expect(Math.abs(near.m / all.m - share)).toBeLessThan(0.05);
    expect(geometric(50, 0, 1).m).toBe(0);
  });

  test('R-MAT has few vertices of high degree and many of low', () => {
    const graph = rmat(12, 16, 1);
    expect(graph.n).toBe(4096);
    expect(graph.m).toBeGreaterThan(40_000);
    expect(graph.maxDegree).toBeGreaterThan((20 * 2 * graph.m) / graph.n / 4);
    expect(rmat(0).m).toBe(0);
  });

  test('flat graphs hide their classes behind equal degrees', () => {
    const { graph, coloring } = flat(300, 20, 1);
    expect(size(graph)).toEqual([300, 21375]);
    expect(verifyColoring(graph, coloring, { colors: 20 })).toMatchObject({ valid: true, colorsUsed: 20 });
    const toClass = new Uint32Array(300 * 20);
    graph.forEachEdge((u, v) => {
      toClass[u * 20 + coloring[v]!]!++;
      toClass[v * 20 + coloring[u]!]!++;
    });
    for (let v = 0; v < 300; v++) {
      for (let c = 0; c < 20; c++) if (c !== coloring[v]) expect([7, 8]).toContain(toClass[v * 20 + c]);
    }
    const loose = flat(300, 20, 1, { flatness: 2 });
    expect(loose.graph.m).toBe(21375);
    expect(verifyColoring(loose.graph, loose.coloring).valid).toBe(true);
    expect(size(flat(1000, 76, 1).graph)).toEqual([1000, 246708]);
    expect(flat(10, 10, 1, { density: 1 }).graph.m).toBe(45);
  });

  test('Leighton graphs contain a k-clique and a k-colouring', () => {
    const { graph, coloring } = leighton(450, 15, 8168, 1);
    expect(graph.m).toBeGreaterThanOrEqual(8168);
    expect(verifyColoring(graph, coloring, { colors: 15 }).valid).toBe(true);
    expect(verifyColoring(graph, dsatur(graph)).colorsUsed).toBeGreaterThanOrEqual(15);
  });
});

test.each([
  ['queen(0)', () => queen(0)],
  ['mycielski(0)', () => mycielski(0)],
  ['mycielski(60)', () => mycielski(60)],
  ['grid(2^20, 2^20)', () => grid(2 ** 20, 2 ** 20)],
  ['gnp(10, 1.5)', () => gnp(10, 1.5, 1)],
  ['gnp(10, NaN)', () => gnp(10, Number.NaN, 1)],
  ['gnp(10, 0.5) without a seed', () => gnp(10, 0.5, undefined as unknown as number)],
  ['gnm(10, 46)', () => gnm(10, 46, 1)],
  ['rmat(40)', () => rmat(40)],
  ['rmat with a + b + c > 1', () => rmat(4, 4, 1, { a: 0.9 })],
  ['geometric with a negative radius', () => geometric(10, -1, 1)],
  ['flat(5, 6)', () => flat(5, 6, 1)],
  ['flat with density 2', () => flat(5, 2, 1, { density: 2 })],
])('%s is refused', (_, call) => {
  failure('ERR_WHCR_INVALID_ARGUMENT', call);
});
