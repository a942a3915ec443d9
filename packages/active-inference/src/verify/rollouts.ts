import { AiArray } from '../generated/layout.ts';
import type { ModelSpec, ParameterName } from '../model/model.ts';
import { type ActiveInferenceOptions, hasCounts } from '../options.ts';
import { Bench, type Placement } from './bench.ts';
import type { Check } from './compare.ts';
import { byTime, check } from './inference.ts';
import { type Case, InputReader } from './inputs.ts';
import { means, nested } from './learning.ts';

type Values = Readonly<Record<string, unknown>>;

/** Agents over several time steps, step by step as the reference ran them. */
export async function checkRollout({ inputs, legacy, jax }: Case, placement: Placement): Promise<Check[]> {
  const input = new InputReader(inputs);
  const checks: Check[] = [];
  const steps = (legacy?.steps as Values[]) ?? [];
  if (legacy) checks.push(...(await legacyRollout(input, steps, placement)));
  for (const values of jax) {
    for (const [name, preferences] of [
      ['C_as_given', 'given'],
      ['C_log_softmax', 'log-softmax'],
    ] as const) {
      const expected = values[name] as Values[] | undefined;
      if (expected) checks.push(...(await jaxRollout(input, expected, preferences, `jax.${name}`, placement)));
    }
  }
  return checks;
}

function modelOf(input: InputReader, counted: boolean): ModelSpec {
  const take = (name: string) => input.tensors(name);
  const given = (name: 'A' | 'B') => {
    const counts = take(`p${name}`);
    return counted && counts ? means(counts) : (take(name) as NonNullable<ReturnType<typeof take>>);
  };
  const optional = {
    C: take('C'),
    D: take('D'),
    pA: take('pA'),
    pB: take('pB'),
    pD: take('pD'),
    goals: take('H'),
    E: input.get<number[]>('E'),
  };
  return {
    A: given('A'),
    B: given('B'),
    ...input.dependencies(),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}

function optionsOf(input: InputReader): ActiveInferenceOptions {
  const list = input.get<number[][][]>('policies');
  const [modalities, factors] = [input.indices('modalities_to_learn'), input.indices('factors_to_learn')];
  return {
    policies: list ? { list } : { length: input.number('policy_len', 1) },
    details: true,
    terms: {
      utility: input.flag('use_utility', true),
      stateGain: input.flag('use_states_info_gain', true),
      parameterGain: input.flag('use_param_info_gain', false) && (input.has('pA') || input.has('pB')),
    },
    action: { from: input.get<string>('sampling_mode') === 'full' ? 'policies' : 'marginals' },
    learning: {
      A: { rate: input.number('lr_pA', 1) },
      B: { rate: input.number('lr_pB', 1) },
      D: { rate: input.number('lr_pD', 1) },
      ...(modalities && { modalities }),
      ...(factors && { factors }),
    },
  };
}

async function legacyRollout(input: InputReader, steps: Values[], placement: Placement): Promise<Check[]> {
  const parameters = (input.get<Values>('inference_params') ?? {}) as Record<string, number | boolean>;
  const spec = modelOf(input, true);
  const windowed = input.get<string>('inference_algo') === 'MMP';
  const stops = parameters.compute_vfe !== false;
  const horizon = input.number('inference_horizon', 1);
  const options: ActiveInferenceOptions = {
    ...optionsOf(input),
    conventions: 'spm',
    ties: 'first',
    gamma: input.number('gamma', 16),
    alpha: input.number('alpha', 16),
    iterations: (parameters.num_iter as number) ?? 10,
    tolerance: stops ? ((parameters.dF_tol as number) ?? 1e-3) : 0,
    tau: (parameters.tau as number) ?? 0.25,
    ...(windowed && {
      inference: {
        algorithm: 'policy-mmp',
        horizon,
        gradient: (parameters.grad_descent as boolean) ?? true,
        lastStep: (parameters.last_timestep as boolean) ?? false,
        carry: input.flag('policy_sep_prior', false) ? 'policies' : 'average',
      },
    }),
    ...(input.flag('sophisticated', false) && {
      terms: { utility: true, stateGain: true },
      search: {
        horizon: input.number('si_horizon', 3),
        policyPrune: input.number('si_policy_prune_threshold', 1 / 16),
        outcomePrune: input.number('si_state_prune_threshold', 1 / 16),
        penalty: input.number('si_prune_penalty', 512),
        gamma: 1,
      },
    }),
    ...(input.has('H') && {
      inductive: {
        depth: input.number('ii_depth', 10),
        threshold: input.number('ii_threshold', 1 / 16),
        epsilon: 1e-3,
      },
    }),
  };
  const observations = input.need<number[][]>('observations');
  const forced = input.get<(number[] | null)[]>('forced_actions');
  const learn = input.get<ParameterName[]>('learn') ?? [];
  const checks: Check[] = [];
  await using bench = new Bench(spec, options, placement);
  let first: Float64Array[] | undefined;
  for (const [t, expected] of steps.entries()) {
    const at = `legacy.steps[${t}]`;
    const note = (name: string, got: unknown, key = name) => checks.push(check(`${at}.${name}`, got, expected[key]));
    await bench.inferStates(observations[t] as number[]);
    if (learn.includes('B') && t > 0) await bench.learn(['B']);
    if (!windowed) {
      const beliefs = await bench.beliefs();
      first ??= beliefs;
      note('qs', beliefs);
      note('prior', await bench.prior());
      note('vfe', (await bench.freeEnergy()).freeEnergy[0]);
    } else {
      const all = await bench.sequences();
      const rows = horizon + bench.tables.length;
      const length = Math.min(t + 1, horizon) + bench.tables.length - (options.inference?.lastStep ? 1 : 0);
      note(
        'qs_seq_pi',
        Array.from({ length: bench.policies }, (_, p) => byTime(all, bench.model.states, length, p * rows)),
      );
      note('F', await bench.policyEnergies());
    }
    await bench.inferPolicies();
    note('G', await bench.values());
    note('q_pi', await bench.posterior());
    note('action_marginals', await bench.marginals());
    // The agent's own choice, where the file does not force it and no other action is as good.
    const tied = ((expected.ties as unknown[]) ?? []).length > 0;
    const own = forced?.[t] ?? (tied ? (expected.action as number[]) : undefined);
    const action = await bench.sampleAction(own ? { forced: own } : {});
    if (!own) note('action', action);
    note('action_probs_alpha', (await bench.chances()).controls);
    if (learn.includes('A')) await bench.learn(['A']);
    if (learn.includes('D') && expected.pD !== undefined) {
      const now = await bench.beliefs();
      await bench.setReals(
        AiArray.BELIEFS,
        (first as Float64Array[]).map((row) => [...row]),
      );
      await bench.learn(['D']);
      await bench.setReals(
        AiArray.BELIEFS,
        now.map((row) => [...row]),
      );
    }
    for (const name of ['A', 'B', 'D'] as const) {
      if (!learn.includes(name) || !hasCounts(bench.model, name)) continue;
      if (expected[`p${name}`] !== undefined) note(`p${name}`, (await bench.counts(name)).map(nested));
      if (expected[name] !== undefined) note(name, (await bench.parameters(name)).map(nested));
    }
  }
  return checks;
}

async function jaxRollout(
  input: InputReader,
  steps: Values[],
  preferences: 'given' | 'log-softmax',
  name: string,
  placement: Placement,
): Promise<Check[]> {
  const options: ActiveInferenceOptions = {
    ...optionsOf(input),
    conventions: 'pymdp-1',
    structuralZeros: false,
    preferences,
    gamma: input.number('gamma', 16),
    alpha: input.number('alpha', 16),
    ...(input.has('H') && {
      inductive: {
        depth: input.number('ii_depth', 10),
        threshold: input.number('ii_threshold', 1 / 16),
        epsilon: 1e-3,
      },
    }),
  };
  const observations = input.need<number[][]>('observations');
  const checks: Check[] = [];
  await using bench = new Bench(modelOf(input, false), options, placement);
  for (const [t, expected] of steps.entries()) {
    const note = (key: string, got: unknown) => checks.push(check(`${name}[${t}].${key}`, got, expected[key]));
    await bench.inferStates(observations[t] as number[]);
    note('prior', await bench.prior());
    note('qs', await bench.beliefs());
    note('vfe', (await bench.freeEnergy()).freeEnergy[0]);
    await bench.inferPolicies();
    note('neg_efe', await bench.values());
    note('q_pi', await bench.posterior());
    note('action_marginals', await bench.marginals());
    await bench.sampleAction({ forced: expected.action_taken as number[] });
  }
  return checks;
}
