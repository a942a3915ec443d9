import { describe, expect, test } from 'vitest';
import { ActiveInference, bandit, cueChaining, gridWorld, NOT_OBSERVED, TMAZE_LOCATIONS, tmaze } from '../src/index.ts';
import { difference, Random } from './random.ts';

const cpu = { device: 'cpu' } as const;

describe('agents do what the worlds are about', () => {
  test('T-maze: the cue first, then the arm it names', async () => {
    const world = tmaze();
    await using ai = new ActiveInference(world.model, { ...cpu, agents: 50, policies: { length: 2 } });
    const places: number[][] = [];
    const environment = world.environment(50, 7);
    await ai.rollout(environment, {
      steps: 3,
      onStep: ({ actions }) => places.push([...actions].filter((_, i) => i % 2 === 0)),
    });
    expect(new Set(places[0])).toEqual(new Set([TMAZE_LOCATIONS.CUE]));
    const beliefs = (await ai.beliefs())[1] as Float64Array;
    for (let a = 0; a < 50; a++) {
      const arm = places[1]?.[a] as number;
      expect([TMAZE_LOCATIONS.RIGHT, TMAZE_LOCATIONS.LEFT]).toContain(arm);
      expect(beliefs[2 * a + arm - 1]).toBeGreaterThan(0.9);
    }
  });

  test('a step of a rollout shows what all agents saw and did in it', async () => {
    const { model } = tmaze();
    const agents = 7;
    // Everybody sees a place that says which time step it is, and notes what they did in it.
    const taken: number[][] = [];
    const steps = new Array<number>(agents).fill(0);
    const environment = {
      reset: (_: number, __: number, observations: Uint32Array) => void observations.fill(0),
      step(first: number, count: number, actions: Uint32Array, observations: Uint32Array) {
        for (let i = 0; i < count; i++) {
          const step = (steps[first + i] as number)++;
          taken[step] ??= [];
          (taken[step] as number[])[first + i] = actions[2 * i] as number;
          observations.set([(step + 1) % 4, 0, 0], 3 * i);
        }
      },
    };
    await using ai = new ActiveInference(model, {
      ...cpu,
      async: true,
      agents,
      action: { selection: 'stochastic' },
    });
    const seen: { places: number[]; actions: number[] }[] = [];
    await ai.rollout(environment, {
      steps: 6,
      onStep: ({ observations, actions }) =>
        seen.push({
          places: [...observations].filter((_, i) => i % 3 === 0),
          actions: [...actions].filter((_, i) => i % 2 === 0),
        }),
    });
    for (const [step, { places, actions }] of seen.entries()) {
      expect(places).toEqual(new Array(agents).fill(step % 4));
      if (step < 5) expect(actions).toEqual(taken[step]);
    }
  });

  test('grid world: to the goal by the shortest way', async () => {
    const { model } = gridWorld({ rows: 3 });
    const { goals: _, ...plain } = model;
    await using ai = new ActiveInference(plain, { ...cpu, agents: 4, policies: { length: 4 } });
    await ai.simulate(5);
    expect([...(await ai.hidden())]).toEqual([8, 8, 8, 8]);
  });

  test('the inductive term leads to goals beyond the policies, without any preference', async () => {
    const { model } = gridWorld({ rows: 5, preference: 0 });
    await using ai = new ActiveInference(model, { ...cpu, policies: { length: 1 } });
    await ai.simulate(9);
    expect([...(await ai.hidden())]).toEqual([24]);
  });

  test('bandit: a hint before a choice', async () => {
    const { model } = bandit();
    await using ai = new ActiveInference(model, { ...cpu, policies: { length: 1 } });
    const { actions } = await ai.step([2, 2, 2]);
    expect([...actions]).toEqual([0, 2]);
  });

  test('cue chaining runs, with sparse dependencies of four modalities', async () => {
    const { model } = cueChaining();
    await using ai = new ActiveInference(model, { ...cpu, agents: 2, policies: { length: 2 } });
    expect(await ai.simulate(4)).toBeGreaterThanOrEqual(-1e-5);
  });

  test('sophisticated inference takes the cue as well', async () => {
    await using ai = new ActiveInference(tmaze().model, { ...cpu, conventions: 'spm', search: { horizon: 3 } });
    const { actions } = await ai.step([0, 0, 0]);
    expect(actions[0]).toBe(TMAZE_LOCATIONS.CUE);
  });
});

describe('the same results', () => {
  const { model } = tmaze();
  const run = async (options: object, steps = 5) => {
    await using ai = new ActiveInference(model, {
      ...cpu,
      agents: 40,
      policies: { length: 2 },
      seed: 5,
      action: { selection: 'stochastic' },
      ...options,
    });
    await ai.simulate(steps);
    return {
      beliefs: await ai.beliefs(),
      values: await ai.values(),
      actions: await ai.actions(),
      hidden: await ai.hidden(),
    };
  };

  test('sync, async and any number of threads: the same bits', async () => {
    const one = await run({ threads: 1 });
    expect(await run({ threads: 3 })).toEqual(one);
    expect(await run({ threads: 2, async: true })).toEqual(one);
  });

  test('another seed, other actions; each agent its own', async () => {
    const { hidden } = await run({});
    expect((await run({ seed: 6 })).hidden).not.toEqual(hidden);
    expect(new Set(Array.from({ length: 40 }, (_, a) => hidden[2 * a + 1])).size).toBe(2);
  });

  test('the compiled path of small models and the general one agree', async () => {
    const [small, general] = [await run({ action: {} }), await run({ action: {}, details: true })];
    expect(small.actions).toEqual(general.actions);
    expect(difference(small.values, general.values)).toBeLessThan(1e-5);
    for (const f of [0, 1])
      expect(difference(small.beliefs[f] as Float64Array, general.beliefs[f] as Float64Array)).toBeLessThan(1e-6);
  });

  test.each([2, 7, 8, 15, 16])(
    'where factors go to and fro, %i iterations end where they would one by one',
    async (iterations) => {
      const beliefs = async (options: object) => {
        await using ai = new ActiveInference(model, { ...cpu, iterations, ...options });
        const all: number[] = [];
        // Beliefs rule out what is seen: the agent has left the centre for good.
        for (let t = 0; t < 4; t++) {
          ai.stepSync([0, 0, t % 2], { forced: [t === 0 ? 3 : 0, 0] });
          all.push(...(await ai.beliefs()).flatMap((b) => [...b]));
        }
        return all;
      };
      expect(difference(await beliefs({}), await beliefs({ details: true }))).toBeLessThan(1e-5);
    },
  );

  test('many agents, whose numbers lie interleaved, do what few do', async () => {
    await using few = new ActiveInference(model, { ...cpu, agents: 3, policies: { length: 2 } });
    await using many = new ActiveInference(model, { ...cpu, agents: 1500, policies: { length: 2 } });
    await few.simulate(4);
    await many.simulate(4);
    const head = (all: ArrayLike<number>, n: number) => Array.from({ length: n }, (_, i) => all[i] as number);
    expect(head(await many.actions(), 6)).toEqual([...(await few.actions())]);
    expect(difference(head(await many.values(), 48), await few.values())).toBeLessThan(1e-6);
  });

  test('parameters of each agent its own, all the same, change nothing', async () => {
    const random = new Random(4).model([3, 2], [3, 2], [2, 2]);
    const values = async (options: object) => {
      await using ai = new ActiveInference(random, {
        ...cpu,
        precision: 'f64',
        agents: 6,
        policies: { length: 2 },
        ...options,
      });
      await ai.simulate(3);
      return await ai.values();
    };
    expect(await values({ perAgent: ['A', 'B', 'C', 'D', 'E'] })).toEqual(await values({}));
  });

  test('one agent, whose config holds what it sees, does what the first of two does', async () => {
    for (const world of [
      tmaze(),
      gridWorld({ rows: 3, slip: 0.2, noise: 0.1 }),
      cueChaining({ rows: 3, columns: 4 }),
    ]) {
      const outcomes = world.model.A.length;
      const alone: number[] = [];
      const beside: number[] = [];
      for (const [agents, taken] of [
        [1, alone],
        [2, beside],
      ] as const) {
        await using ai = new ActiveInference(world.model, { ...cpu, agents, action: { selection: 'stochastic' } });
        const factors = ai.model.states.length;
        for (let t = 0; t < 6; t++) {
          const seen = Array.from({ length: outcomes }, (_, m) => (t === 2 ? NOT_OBSERVED : (t * m) % 2));
          const forced = t === 3 ? new Array<number>(factors).fill(0) : undefined;
          const all = <T>(of: readonly T[]) => Array.from({ length: agents }, () => of).flat();
          const options = forced ? { forced: all(forced) } : {};
          const { actions } = t % 2 ? ai.stepSync(all(seen), options) : await ai.step(all(seen), options);
          expect(actions.length).toBe(agents * factors);
          taken.push(
            ...actions.subarray(0, factors),
            ...(await ai.beliefs()).flatMap((b) => [...b.slice(0, b.length / agents)]),
          );
        }
      }
      expect(alone).toEqual(beside);
    }
  });

  test('two halves in turn do what all agents at once do', async () => {
    const world = gridWorld({ rows: 3, slip: 0.2, noise: 0.1 });
    const course = async (halves: boolean) => {
      await using ai = new ActiveInference(world.model, { ...cpu, agents: 30, async: true, policies: { length: 2 } });
      const seen: number[] = [];
      const { freeEnergy } = await ai.rollout(world.environment(30, 1), {
        steps: 6,
        halves,
        onStep: ({ actions }) => seen.push(...actions),
      });
      return { seen, freeEnergy };
    };
    const [whole, halves] = [await course(false), await course(true)];
    expect(halves.seen).toEqual(whole.seen);
    expect(difference(halves.freeEnergy, whole.freeEnergy)).toBeLessThan(1e-6);
  });

  test('a snapshot goes on where it was taken', async () => {
    await using ai = new ActiveInference(model, { ...cpu, agents: 5, policies: { length: 2 } });
    await ai.simulate(3);
    const snapshot = await ai.snapshot();
    await ai.simulate(4);
    const expected = await ai.hidden();
    await ai.restore(snapshot);
    await ai.simulate(4);
    expect(await ai.hidden()).toEqual(expected);
  });
});

describe('policies', () => {
  test('evaluated in passing: the same marginals as from the list', async () => {
    for (const seed of [1, 2, 3]) {
      const model = new Random(seed).model([3, 2, 2], [3, 4, 2], [2, 2, 1], { a: [[0], [1], [0, 2]] });
      const marginals = async (keep: 'posterior' | 'marginals') => {
        await using ai = new ActiveInference(model, {
          ...cpu,
          precision: 'f64',
          gamma: 3,
          policies: { length: 3, keep },
        });
        await ai.step([1, 2, 0]);
        return (await ai.marginals()).flatMap((row) => [...row]);
      };
      expect(difference(await marginals('marginals'), await marginals('posterior'))).toBeLessThan(1e-12);
    }
  });

  test('a hundred million policies need no list', async () => {
    const model = new Random(9).model([2, 2], [2, 2], [10, 1], { a: [[0], [1]] });
    await using ai = new ActiveInference(model, { ...cpu, policies: { length: 4, keep: 'marginals' } });
    await ai.step([0, 1]);
    expect((await ai.marginals())[0]?.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    await expect(ai.values()).rejects.toMatchObject({ code: 'ERR_AI_INVALID_ARGUMENT' });
  });

  test('a list in any order, with repetitions', async () => {
    const model = new Random(5).model([3, 2], [3], [2, 2]);
    const list = [
      [
        [1, 1],
        [0, 0],
      ],
      [
        [0, 1],
        [1, 1],
      ],
      [
        [1, 1],
        [0, 1],
      ],
      [
        [0, 1],
        [1, 1],
      ],
    ];
    await using all = new ActiveInference(model, { ...cpu, precision: 'f64', policies: { length: 2 } });
    await using some = new ActiveInference(model, { ...cpu, precision: 'f64', policies: { list } });
    for (const ai of [all, some]) await ai.step([1]);
    const index = (policy: number[][]) => policy.flat().reduce((p, u) => p * 2 + u, 0);
    const values = await all.values();
    expect([...(await some.values())]).toEqual(list.map((policy) => values[index(policy)]));
  });

  test('habits decide where nothing else does; gamma is inferred up when evidence agrees', async () => {
    const model = new Random(6).model([3], [3], [3]);
    const E = [0.2, 0.7, 0.1];
    await using ai = new ActiveInference(
      { ...model, E },
      { ...cpu, precision: 'f64', terms: { utility: false, stateGain: false } },
    );
    await ai.step([1]);
    expect(difference(await ai.posterior(), E)).toBeLessThan(1e-12);
    const windowed = {
      inference: { algorithm: 'policy-mmp', horizon: 2 },
      conventions: 'spm',
      gamma: 1,
      precisionUpdates: 16,
    } as const;
    await using inferred = new ActiveInference(model, { ...cpu, precision: 'f64', ...windowed });
    await inferred.step([1]);
    const [F, G, gamma] = [
      await inferred.policyEnergies(),
      await inferred.values(),
      (await inferred.freeEnergy()).gamma[0] as number,
    ];
    // A fixed point of beta = beta0 - (pi - pi0).G.
    const softmax = (x: number[]) =>
      x.map((v) => Math.exp(v - Math.max(...x))).map((v, _, all) => v / all.reduce((a, b) => a + b));
    const pi0 = softmax([...G].map((g) => gamma * g));
    const pi = softmax([...G].map((g, p) => gamma * g - (F[p] as number)));
    const error = pi.reduce((sum, p, i) => sum + (p - (pi0[i] as number)) * (G[i] as number), 0);
    expect(1 / gamma).toBeCloseTo(1 - error, 3);
  });
});

describe('learning', () => {
  test('what is seen often becomes likely, what is impossible stays so', async () => {
    const A = [
      [
        [0.5, 0],
        [0.5, 1],
      ],
    ];
    const model = {
      A,
      B: [
        [
          [[1], [0]],
          [[0], [1]],
        ],
      ] as never,
      D: [[1, 0]],
      pA: [
        [
          [1, 0],
          [1, 1],
        ],
      ],
    };
    await using ai = new ActiveInference(model, { ...cpu, precision: 'f64', learning: { A: { rate: 1 } } });
    for (let i = 0; i < 8; i++) {
      await ai.inferStates([0]);
      await ai.learn(['A']);
    }
    const [counts] = await ai.counts('A');
    expect(counts?.data[1]).toBe(0);
    expect(counts?.data[0]).toBeCloseTo(9, 6);
    const [mean] = await ai.parameters('A');
    expect(mean?.data[0]).toBeCloseTo(0.9, 6);
  });

  test('of each agent its own, forgetting, habits and preferences', async () => {
    const random = new Random(8).model([2], [3], [2]);
    const model = { ...random, pA: random.A, pB: random.B, pC: [[1, 1, 1]], pD: [[1, 1]], pE: [1, 1] };
    const learning = { automatic: ['A', 'B', 'C', 'D', 'E'], A: { forgetting: 0.1 }, C: { rate: 0.5 } } as const;
    await using ai = new ActiveInference(model, { ...cpu, precision: 'f64', agents: 3, learning });
    await ai.step([0, 1, 2]);
    await ai.step([0, 2, 2]);
    const [c] = await ai.counts('C');
    expect(Array.from(c?.data ?? [])).toEqual([2, 1, 1, 1, 1.5, 1.5, 1, 1, 2]);
    const [e] = await ai.counts('E');
    for (let a = 0; a < 3; a++) expect((e?.data[2 * a] as number) + (e?.data[2 * a + 1] as number)).toBeCloseTo(4, 9);
    const total = (t: { data: ArrayLike<number> } | undefined, from: number, n: number) =>
      Array.from({ length: n }, (_, i) => t?.data[from + i] as number).reduce((x, y) => x + y);
    const [a] = await ai.counts('A');
    // Two columns that sum to one: twice nine tenths are kept, and one count is added.
    expect(total(a, 0, 6)).toBeCloseTo((2 * 0.9 + 1) * 0.9 + 1, 9);
    const [b] = await ai.counts('B');
    expect(total(b, 0, 8)).toBeCloseTo(4 + 1, 9);
    const [d] = await ai.counts('D');
    expect(total(d, 0, 2)).toBeCloseTo(3, 9);
    await ai.reset({ parameters: true });
    expect(Array.from((await ai.counts('C'))[0]?.data ?? [])).toEqual(new Array(9).fill(1));
  });
});
