import { describe, expect, test } from 'vitest';
import { countColors, dsatur, greedy, readGraph, verifyColoring } from '../../src/graph/index.ts';
import { instances } from './data.ts';

const all = instances();

describe.skipIf(all.length === 0)('DIMACS graphs', () => {
  test.each(all.map((instance) => [instance.name, instance] as const))('%s', async (name, { path, n, m, ...known }) => {
    const graph = await readGraph(path, { strict: true });
    expect([graph.name, graph.n, graph.m]).toEqual([name, n, m]);
    const coloring = dsatur(graph);
    expect(verifyColoring(graph, coloring).valid).toBe(true);
    // Ties are broken differently elsewhere, so the manifest's DSATUR and greedy figures are neighbours, not equals.
    const colors = countColors(coloring);
    expect(colors).toBeGreaterThanOrEqual(known.bestKnown);
    expect(colors).toBeLessThanOrEqual(Math.ceil(1.25 * known.dsatur) + 2);
    expect(countColors(greedy(graph))).toBeLessThanOrEqual(Math.ceil(1.25 * known.greedy) + 2);
    expect(verifyColoring(graph, greedy(graph, 'smallest-last')).valid).toBe(true);
  });
});
