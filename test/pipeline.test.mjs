// The pipeline of the examples: one task graph over several packages, sync and async, with its trace.
import { Tracer } from '@aatgs/core';
import { describe, expect, test } from 'vitest';
import { putBack, runPipeline, sightings, subproblem } from '../examples/pipeline.mjs';

describe('pipeline over active inference, WHCR and thermo', () => {
  test('sync and async end in the same proper colouring; the trace shows every stage', async () => {
    const tracer = new Tracer();
    const async = await runPipeline({ async: true, device: 'cpu', tracer });
    const sync = await runPipeline({ async: false, device: 'cpu' });
    expect(async.searched.finalConflicts).toBeGreaterThan(0); // so that there is something to polish
    expect(async.verified).toMatchObject({ valid: true, conflicts: 0 });
    expect(async.verified.colorsUsed).toBeLessThanOrEqual(7);
    expect(sync.coloring).toEqual(async.coloring);
    const { traceEvents } = JSON.parse(JSON.stringify(tracer));
    const names = traceEvents.filter((event) => event.cat === 'task').map((event) => event.name);
    const stages = ['part', 'temper', 'merge', 'mend'].map((name) => `polish/${name}`);
    expect(names.sort()).toEqual(['beliefs', 'priors', 'search', ...stages, 'polish', 'verify'].sort());
    expect(traceEvents.filter((event) => event.cat === 'step').length).toBeGreaterThan(10);
    const threads = traceEvents.filter((event) => event.name === 'thread_name').map((event) => event.args.name);
    for (const module of ['active_inference', 'whcr', 'thermo']) {
      expect(threads.some((name) => name.startsWith(module))).toBe(true);
    }
  });

  test('beliefs are what Bayes says', async () => {
    const [n, colors, reliability] = [60, 5, 0.4];
    const { belief, sighted } = await runPipeline({ async: true, device: 'cpu', n, colors, reliability });
    expect(sighted).toHaveLength(2);
    const miss = (1 - reliability) / colors;
    for (let v = 0; v < n; v++) {
      const row = Array.from({ length: colors }, (_, c) =>
        sighted.reduce((p, seen) => p * (seen[v] === c ? reliability + miss : miss), 1),
      );
      const total = row.reduce((sum, p) => sum + p, 0);
      for (let c = 0; c < colors; c++) expect(belief[v * colors + c]).toBeCloseTo(row[c] / total, 5);
    }
  });

  test('sightings are as reliable as said', () => {
    const [seen] = sightings(new Uint32Array(10_000), 4, { count: 1, reliability: 0.4, seed: 1 });
    expect(seen.filter((color) => color === 0).length / 10_000).toBeCloseTo(0.4 + 0.6 / 4, 1);
  });

  test('a proper state of the subproblem, put back, is proper around the conflicts', () => {
    // A path 0 - 1 - 2 - 3 with two colours and a conflict in the middle: only 0 and 3 hold 1 and 2 in place.
    const graph = { n: 4, offsets: Uint32Array.of(0, 1, 3, 5, 6), neighbors: Uint32Array.of(1, 0, 2, 1, 3, 2) };
    const coloring = Uint32Array.of(0, 1, 1, 0);
    const part = subproblem(graph, coloring, 3);
    expect([...part.free.keys()].sort()).toEqual([0, 1, 2, 3]);
    const colors = { 0: 0, 1: 1, 2: 2, 3: 0 };
    const state = new Int32Array(part.free.size + 3);
    for (const [vertex, i] of part.free) state[i] = [2, 0, 1][colors[vertex]]; // the same classes under other names
    for (let c = 0; c < 3; c++) state[part.free.size + c] = [2, 0, 1][c];
    expect(part.model.energy(state)).toBe(0);
    expect(putBack(coloring, part, state, 3)).toEqual(Uint32Array.of(0, 1, 2, 0));
  });
});
