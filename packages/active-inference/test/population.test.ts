import { DeviceGroup } from '@aatgs/core';
import { expect, test } from 'vitest';
import {
  ActiveInference,
  type ActiveInferenceOptions,
  gridWorld,
  type ModelSpec,
  Population,
  shareOf,
  tmaze,
} from '../src/index.ts';

const { goals: _, ...plainGrid } = gridWorld({ rows: 3, slip: 0.2, noise: 0.3 }).model;
const cases: Record<string, [ModelSpec, ActiveInferenceOptions]> = {
  'a T-maze with random actions': [tmaze().model, { policies: { length: 2 }, action: { selection: 'stochastic' } }],
  'a noisy grid': [plainGrid, { policies: { length: 2 } }],
  'whole policies in f64': [tmaze().model, { precision: 'f64', action: { selection: 'stochastic', from: 'policies' } }],
  learners: [{ ...tmaze().model, pA: tmaze().model.A }, { learning: { automatic: ['A'] } }],
};
const agents = 101;
const options = { device: 'cpu', async: true, threads: 1, seed: 5 } as const;
const groupOf = (model: ModelSpec, more: ActiveInferenceOptions, of: number) =>
  new DeviceGroup(
    ({ device, index }) => new ActiveInference(model, { ...options, ...more, device, ...shareOf(agents, index, of) }),
    { devices: new Array(of).fill('cpu') },
  );
const readings = [
  (part: ActiveInference) => part.beliefs(),
  (part: ActiveInference) => part.posterior(),
  (part: ActiveInference) => part.actions(),
  (part: ActiveInference) => part.hidden(),
  async (part: ActiveInference) => (await part.freeEnergy()).freeEnergy,
] as const;

for (const [name, [model, more]] of Object.entries(cases)) {
  test(`${name}: parts of a population are the whole, bit for bit`, async () => {
    await using alone = new ActiveInference(model, { ...options, ...more, agents });
    for (const of of [1, 2, 3]) {
      await using group = groupOf(model, more, of);
      const population = new Population(group);
      expect(population.agents).toBe(agents);
      await Promise.all([alone.reset({ parameters: true }), population.reset({ parameters: true })]);
      const [one, all] = await Promise.all([alone.simulate(9), population.simulate(9)]);
      expect(all).toBeCloseTo(one, 10);
      for (const read of readings) expect(await population.read<never>(read as never)).toEqual(await read(alone));
    }
  });
}

test('steps and rollouts give everybody their own observations', async () => {
  const world = tmaze();
  await using alone = new ActiveInference(world.model, { ...options, agents });
  await using group = groupOf(world.model, {}, 2);
  const population = new Population(group);
  const modalities = alone.model.outcomes.length;
  const observations = Uint32Array.from({ length: agents * modalities }, (_, i) => (i * 7) % 2);
  const forced = Uint32Array.from({ length: agents * 2 }, (_, i) => (i % 2 === 0 ? (i / 2) % 4 : 0));
  const [one, all] = await Promise.all([
    alone.step(observations, { forced }),
    population.step(observations, { forced }),
  ]);
  expect(all.actions).toEqual(one.actions);
  expect(all.freeEnergy).toBeCloseTo(one.freeEnergy, 5);
  expect(await population.read((part) => part.beliefs())).toEqual(await alone.beliefs());
  const seen: [Uint32Array, Uint32Array][][] = [[], []];
  for (const [i, who] of [alone, population].entries()) {
    await who.rollout(world.environment(agents, 3), {
      steps: 5,
      onStep: (step) => seen[i]?.push([step.observations.slice(), step.actions.slice()]),
    });
  }
  expect(seen[1]).toEqual(seen[0]);
});

test('parts that do not make a population', async () => {
  expect(shareOf(10, 0, 3)).toEqual({ agents: 3, firstAgent: 0 });
  expect(shareOf(10, 2, 3)).toEqual({ agents: 4, firstAgent: 6 });
  expect(() => shareOf(2, 0, 3)).toThrow(/of/);
  const { model } = tmaze();
  await using same = new DeviceGroup(({ device }) => new ActiveInference(model, { ...options, device, agents: 3 }), {
    devices: ['cpu', 'cpu'],
  });
  expect(() => new Population(same)).toThrow(/firstAgent/);
  const pooled = { learning: { automatic: ['A'], pooled: ['A'] } } as const;
  await using together = groupOf({ ...model, pA: model.A }, pooled, 2);
  expect(() => new Population(together)).toThrow(/learning.pooled/);
  expect(() => new ActiveInference(model, { ...options, agents: 2, firstAgent: 2 ** 32 - 1 })).toThrow(/firstAgent/);
});
