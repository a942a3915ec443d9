import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gnp, Whcr } from '../src/index.ts';

test.each([true, false])('async %s: a search that the time ended goes on exactly where it stopped', async (async) => {
  const path = join(mkdtempSync(join(tmpdir(), 'whcr-')), 'checkpoint');
  const options = { device: 'cpu', threads: 1, async, population: 2, maxColors: 20, reduction: false } as const;
  await using whcr = new Whcr(gnp(150, 0.5, 1), options);
  const search = { colors: 15, seed: 3, start: 'random' } as const; // fewer than it takes
  const ended = await whcr.color({ ...search, timeLimit: 0.05, checkpoint: { path, everyMs: 0 } });
  expect(ended).toMatchObject({ ended: 'time', success: false });
  const moves = ended.iterations / whcr.population;
  expect(moves).toBeGreaterThan(0);
  const maxIterations = moves + 2000;
  const resumed = await whcr.color({ ...search, maxIterations, checkpoint: { path, resume: true } });
  const straight = await whcr.color({ ...search, maxIterations });
  expect(resumed.iterations).toBe(straight.iterations);
  expect(resumed.finalConflicts).toBe(straight.finalConflicts);
  expect(resumed.coloring).toEqual(straight.coloring);
});
