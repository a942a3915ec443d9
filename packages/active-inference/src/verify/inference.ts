import type { ConventionOptions } from '../conventions.ts';
import { ActiveInferenceError } from '../errors.ts';
import { AiArray } from '../generated/layout.ts';
import type { InferenceOptions } from '../options.ts';
import { Bench, type Placement, still } from './bench.ts';
import type { Check, Nested } from './compare.ts';
import { type Case, InputReader } from './inputs.ts';

type Values = Readonly<Record<string, unknown>>;

/** Fixed-point iteration on one observation. */
export async function checkFpi({ inputs, legacy, jax }: Case, placement: Placement): Promise<Check[]> {
  const input = new InputReader(inputs);
  const A = input.need<never>('A');
  const states = statesOf(input);
  const prior = input.tensors('prior') ?? states.map((n) => new Array<number>(n).fill(1 / n));
  const onehot = input.get<number[][]>('obs_onehot');
  const obs = input.get<number[]>('obs');
  const once = async (options: ConventionOptions) => {
    const soft = obs === undefined;
    await using bench = new Bench(
      { A, B: still(states), D: prior, ...input.dependencies() },
      { ...options, softObservations: soft },
      placement,
    );
    await bench.inferStates(soft ? (onehot ?? []).flat() : (obs as number[]));
    const energy = await bench.freeEnergy();
    return { qs: await bench.beliefs(), vfe: energy.freeEnergy[0] as number, energy };
  };
  const checks: Check[] = [];
  if (legacy) {
    const tolerance = input.flag('early_stop', true) ? input.number('dF_tol', 1e-3) : 0;
    const run = await once({ conventions: 'spm', iterations: input.number('num_iter', 10), tolerance });
    checks.push(check('legacy.qs', run.qs, legacy.qs), check('legacy.vfe', run.vfe, legacy.vfe));
    // The file counts the iterations that changed something: after so many the beliefs are the final ones.
    if (typeof legacy.iterations === 'number') {
      const counted = await once({ conventions: 'spm', iterations: legacy.iterations, tolerance: 0 });
      checks.push(check('legacy.iterations', counted.qs, legacy.qs));
    }
    for (const [i, step] of ((legacy.trace as Values[]) ?? []).entries()) {
      const at = await once({ conventions: 'spm', iterations: step.iter as number, tolerance: 0 });
      checks.push(check(`legacy.trace[${i}].qs`, at.qs, step.qs), check(`legacy.trace[${i}].vfe`, at.vfe, step.vfe));
    }
  }
  for (const values of jax) {
    if (values.qs_16_iterations !== undefined) {
      const run = await once({ conventions: 'pymdp-1' });
      const parts = (values.vfe_components ?? {}) as Values;
      const { energy } = run;
      checks.push(
        check('jax.qs', run.qs, values.qs_16_iterations),
        check('jax.vfe', run.vfe, values.vfe_16_iterations),
      );
      const column = (name: keyof typeof energy) => energy[name][0] as number;
      checks.push(
        check('jax.neg_entropy', column('negativeEntropy'), parts.neg_entropy_t),
        check('jax.prior_cross_entropy', column('priorCrossEntropy'), parts.prior_cross_entropy_t),
        check('jax.accuracy', column('accuracy'), parts.accuracy_t),
        check('jax.state_vfe', run.vfe, parts.state_vfe),
      );
    }
    if (values.qs_at_legacy_iterations !== undefined) {
      const run = await once({ conventions: 'pymdp-1', iterations: values.iterations_of_legacy as number });
      checks.push(check('jax.qs_at_legacy', run.qs, values.qs_at_legacy_iterations));
      checks.push(check('jax.vfe_at_legacy', run.vfe, values.vfe_at_legacy_iterations));
    }
  }
  return checks;
}

/** Message passing over a window: SPM's with a policy, JAX pymdp's without. */
export async function checkMmp({ inputs, legacy, legacySource, jax }: Case, placement: Placement): Promise<Check[]> {
  const input = new InputReader(inputs);
  const sequence = input.need<number[][]>('obs_seq');
  const policy = input.get<number[][]>('policy');
  const actions = input.get<number[][]>('prev_actions') ?? [];
  const states = statesOf(input);
  const even = states.map((n) => new Array<number>(n).fill(1 / n));
  const prior = input.tensors('prior') ?? even;
  const spec = (D: typeof prior) => ({
    A: input.need<never>('A'),
    B: input.need<never>('B'),
    D,
    ...input.dependencies(),
  });
  const horizon = sequence.length;
  if (horizon === 0 || actions.length < horizon - 1)
    throw new ActiveInferenceError(
      'ERR_AI_CASE',
      `obs_seq has ${horizon} observations and prev_actions ${actions.length} actions; expected one action less`,
    );
  const checks: Check[] = [];
  const run = async (
    inference: InferenceOptions,
    options: ConventionOptions,
    read: (bench: Bench) => Promise<void>,
    D = prior,
    policies?: number[][][],
  ) => {
    const all = { ...options, inference: { horizon, ...inference }, ...(policies && { policies: { list: policies } }) };
    await using bench = new Bench(spec(D), all, placement);
    await fillWindow(bench, sequence, actions);
    await bench.inferStates(sequence.at(-1) as number[]);
    await read(bench);
  };
  if (legacy && policy) {
    const messages = /run_mmp_factorized|full_factorized/.test(legacySource) ? 'factorized' : 'dense';
    const gradient = input.flag('grad_descent', true);
    const lastStep = input.flag('last_timestep', false);
    const options = {
      conventions: 'spm',
      iterations: input.number('num_iter', 10),
      tau: input.number('tau', 0.25),
    } as const;
    await run(
      { algorithm: 'policy-mmp', messages, gradient, lastStep },
      options,
      async (bench) => {
        const steps = horizon + policy.length;
        const beliefs = byTime(await bench.sequences(), states, steps).slice(0, lastStep ? -1 : undefined);
        checks.push(check('legacy.qs_seq', beliefs, legacy.qs_seq));
        checks.push(check('legacy.F', (await bench.policyEnergies())[0] as number, legacy.F));
      },
      prior,
      [policy],
    );
  }
  for (const values of jax) {
    const options = { conventions: 'pymdp-1' } as const;
    for (const algorithm of ['mmp', 'vmp'] as const) {
      const expected = values[algorithm] as Values | undefined;
      if (!expected) continue;
      // One observation and no action: pymdp 1.0.2's vmp leaves the prior out, which the case's `quirk` says.
      const forgets = algorithm === 'vmp' && horizon === 1 && values.quirk !== undefined;
      await run(
        { algorithm },
        options,
        async (bench) => {
          const beliefs = await bench.sequences();
          const rows = beliefs.map((all, f) => rowsOf(all, states[f] as number));
          checks.push(check(`jax.${algorithm}.qs`, rows, expected.qs));
          checks.push(check(`jax.${algorithm}.vfe`, (await bench.freeEnergy()).freeEnergy[0] as number, expected.vfe));
        },
        forgets ? even : prior,
      );
    }
    if (values.filtered !== undefined)
      checks.push(...(await checkSmoothing(spec(prior), sequence, actions, states, values, placement)));
  }
  return checks;
}

async function checkSmoothing(
  spec: ConstructorParameters<typeof Bench>[0],
  sequence: number[][],
  actions: number[][],
  states: readonly number[],
  values: Values,
  placement: Placement,
): Promise<Check[]> {
  const inference = { horizon: sequence.length };
  await using bench = new Bench(spec, { conventions: 'pymdp-1', inference }, placement);
  const filtered: Float64Array[][] = [];
  for (const [t, observation] of sequence.entries()) {
    await bench.inferStates(observation);
    filtered.push(await bench.beliefs());
    if (actions[t]) await bench.sampleAction({ forced: actions[t] as number[] });
  }
  const perFactor = states.map((_, f) => filtered.map((step) => step[f] as Float64Array));
  const checks = [check('jax.filtered', perFactor, values.filtered)];
  if (sequence.length < 2) return checks;
  const smoothed = (await bench.smooth()).map((all, f) => rowsOf(all, states[f] as number));
  const joint = (await bench.pairs()).map((all, f) => {
    const n = states[f] as number;
    return rowsOf(all, n * n).map((both) => rowsOf(both, n));
  });
  for (const name of ['ovf', 'exact'] as const) {
    const expected = values[name] as Values | undefined;
    if (!expected) continue;
    checks.push(check(`jax.${name}.smoothed`, smoothed, expected.smoothed));
    checks.push(check(`jax.${name}.joint`, joint, expected.joint_next_curr));
  }
  return checks;
}

/** Puts all but the last observation, and the actions between them, into the window. */
async function fillWindow(bench: Bench, sequence: number[][], actions: number[][]): Promise<void> {
  const before = sequence.length - 1;
  if (before === 0) return;
  const width = (rows: number[][], n: number) => [...rows.flat(), ...new Array<number>(n - rows.flat().length).fill(0)];
  const factors = bench.model.states.length;
  await bench.setIntegers(AiArray.WINDOW_OBSERVATIONS, width(sequence.slice(0, before), sequence.flat().length));
  await bench.setIntegers(AiArray.WINDOW_ACTIONS, width(actions.slice(0, before - 1), sequence.length * factors));
  await bench.setIntegers(AiArray.ACTIONS, actions[before - 1] as number[]);
  await bench.setIntegers(AiArray.CLOCK, [before, before, 1]);
}

/** States of every factor, from B, from the prior, or from A. */
export function statesOf(input: InputReader): number[] {
  const lengths = (name: string) => input.get<unknown[][]>(name)?.map((entry) => entry.length);
  return lengths('B') ?? lengths('prior') ?? lengths('D') ?? lengths('qs') ?? statesOfLikelihoods(input);
}

/** From the axes of the likelihoods behind their outcomes. */
function statesOfLikelihoods(input: InputReader): number[] {
  const states: number[] = [];
  for (const [m, likelihood] of (input.get<unknown[]>('A') ?? []).entries()) {
    const axes: number[] = [];
    for (let inner = likelihood; Array.isArray(inner); inner = inner[0]) axes.push(inner.length);
    const dependencies = input.dependencies().aDependencies?.[m] ?? axes.slice(1).map((_, f) => f);
    for (const [i, f] of dependencies.entries()) states[f] = axes[i + 1] as number;
  }
  return states;
}

export const rowsOf = (all: Float64Array, n: number): Float64Array[] =>
  Array.from({ length: all.length / n }, (_, i) => all.subarray(i * n, (i + 1) * n));

/** `[time][factor][state]` of the first `steps` rows. */
export function byTime(beliefs: Float64Array[], states: readonly number[], steps: number, skip = 0): Float64Array[][] {
  return Array.from({ length: steps }, (_, t) =>
    beliefs.map((all, f) => {
      const n = states[f] as number;
      return all.subarray((skip + t) * n, (skip + t + 1) * n);
    }),
  );
}

export const check = (what: string, got: unknown, expected: unknown): Check => ({
  what,
  got: got as Nested,
  expected: (expected ?? null) as Nested,
});
