import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { edwardsAnderson, Thermo } from '../src/index.ts';

test.each([true, false])('async %s: a run that the time ended goes on exactly where it stopped', async (async) => {
  const path = join(mkdtempSync(join(tmpdir(), 'thermo-')), 'checkpoint');
  await using thermo = new Thermo(edwardsAnderson([16, 16], 1), { device: 'cpu', threads: 1, async, maxSamples: 0 });
  const ended = await thermo.minimize({ seed: 3, timeLimit: 0.05, checkpoint: { path, everyMs: 0 } });
  expect(ended).toMatchObject({ ended: 'time', success: true });
  expect(ended.sweeps).toBeGreaterThan(0);
  const maxSweeps = ended.sweeps + 500;
  const resumed = await thermo.minimize({ seed: 3, maxSweeps, checkpoint: { path, resume: true } });
  const straight = await thermo.minimize({ seed: 3, maxSweeps });
  expect(resumed.sweeps).toBe(straight.sweeps);
  expect(resumed.bestEnergy).toBe(straight.bestEnergy);
  expect(resumed.state).toEqual(straight.state);
});
