import type { ConventionOptions } from '../conventions.ts';
import { ActiveInferenceError } from '../errors.ts';
import type { ModelSpec } from '../model/model.ts';
import { constructPolicies } from '../model/policies.ts';
import type { ActiveInferenceOptions } from '../options.ts';
import { Bench, blind, type Placement } from './bench.ts';
import type { Check } from './compare.ts';
import { check } from './inference.ts';
import { type Case, InputReader } from './inputs.ts';

type Values = Readonly<Record<string, unknown>>;
const TERMS = ['utility', 'states_info_gain', 'pA_info_gain', 'pB_info_gain', 'inductive'] as const;

/** Expected free energy of policies from given beliefs. */
export async function checkEfe({ inputs, legacy, jax }: Case, placement: Placement): Promise<Check[]> {
  const input = new InputReader(inputs);
  const [pA, pB, goals] = [input.tensors('pA'), input.tensors('pB'), input.tensors('H')];
  const E = input.get<number[]>('E');
  const spec: ModelSpec = {
    A: input.need<never>('A'),
    B: input.need<never>('B'),
    C: input.need<never>('C'),
    D: input.need<never>('qs'),
    ...input.dependencies(),
    ...(pA && { pA }),
    ...(pB && { pB }),
    ...(goals && { goals }),
    ...(E && { E }),
  };
  const parameterGain = input.flag('use_param_info_gain', false) && (pA !== undefined || pB !== undefined);
  const terms = {
    utility: input.flag('use_utility', true),
    stateGain: input.flag('use_states_info_gain', true),
    parameterGain,
  };
  const all = { utility: true, stateGain: true, parameterGain: pA !== undefined || pB !== undefined };
  const options: ActiveInferenceOptions = {
    policies: { list: input.need('policies') },
    details: true,
    ...(input.has('gamma') && { gamma: input.need<number>('gamma') }),
    ...(goals && {
      inductive: {
        depth: input.number('inductive_depth', 10),
        threshold: input.number('inductive_threshold', 1 / 16),
        epsilon: input.number('inductive_epsilon', 1e-3),
      },
    }),
  };
  const run = async (conventions: ConventionOptions) => {
    await using bench = new Bench(spec, { ...options, ...conventions, terms }, placement);
    await bench.inferPolicies();
    // The terms are also listed where they are left out of the sum.
    await using parts = new Bench(spec, { ...options, ...conventions, terms: all }, placement);
    await parts.inferPolicies();
    return {
      G: await bench.values(),
      q_pi: await bench.posterior(),
      marginals: await bench.marginals(),
      paths: goals ? await bench.paths() : undefined,
      details: (await parts.details()).map(({ policy, steps }) => ({
        policy,
        steps: steps.map((step) => ({
          ...step,
          terms: [step.utility, step.stateGain, step.noveltyA, step.noveltyB, step.inductive],
        })),
      })),
    };
  };
  const sum = (details: Awaited<ReturnType<typeof run>>['details'][number], term: number) =>
    details.steps.reduce((total, step) => total + (step.terms[term] as number), 0);
  const checks: Check[] = [];
  if (legacy) {
    const got = await run({ conventions: 'spm' });
    checks.push(check('legacy.G', got.G, legacy.G), check('legacy.q_pi', got.q_pi, legacy.q_pi));
    checks.push(check('legacy.action_marginals', got.marginals, legacy.action_marginals));
    for (const [p, expected] of ((legacy.policies as Values[]) ?? []).entries()) {
      const own = got.details[p];
      if (!own)
        throw new ActiveInferenceError('ERR_AI_CASE', `values are given of policy ${p}, which is not in the input`);
      const at = `legacy.policies[${p}]`;
      checks.push(
        check(
          `${at}.qs_pi`,
          own.steps.map((step) => step.states),
          expected.qs_pi,
        ),
      );
      checks.push(
        check(
          `${at}.qo_pi`,
          own.steps.map((step) => step.outcomes),
          expected.qo_pi,
        ),
      );
      for (const [i, term] of TERMS.entries()) {
        checks.push(check(`${at}.${term}`, sum(own, i), expected[term]));
        for (const [t, step] of ((expected.per_step as Values[]) ?? []).entries())
          checks.push(check(`${at}.per_step[${t}].${term}`, own.steps[t]?.terms[i], step[term]));
      }
    }
  }
  for (const values of jax) {
    for (const [name, preferences] of [
      ['C_as_given', 'given'],
      ['C_log_softmax', 'log-softmax'],
    ] as const) {
      const expected = values[name] as Values | undefined;
      if (!expected) continue;
      const got = await run({ conventions: 'pymdp-1', preferences });
      checks.push(
        check(`jax.${name}.neg_efe`, got.G, expected.neg_efe),
        check(`jax.${name}.q_pi`, got.q_pi, expected.q_pi),
      );
      checks.push(check(`jax.${name}.action_marginals`, got.marginals, expected.action_marginals));
      const terms = (expected.terms ?? {}) as Values;
      for (const [i, term] of TERMS.entries()) {
        const skipped = (term === 'pA_info_gain' || term === 'pB_info_gain') && !parameterGain;
        if (!skipped)
          checks.push(
            check(
              `jax.${name}.${term}`,
              got.details.map((own) => sum(own, i)),
              terms[term],
            ),
          );
      }
      const last = got.details.map((own) => own.steps.at(-1)?.states);
      checks.push(
        check(
          `jax.${name}.q_final`,
          last[0]?.map((_, f) => last.map((of) => of?.[f])),
          terms.q_final,
        ),
      );
    }
    if (values.I !== undefined && goals) checks.push(...(await checkPaths(input, values)(placement)));
  }
  return checks;
}

/** The inductive matrix. */
const checkPaths = (input: InputReader, values: Values) => async (placement: Placement) => {
  const B = input.need<number[][][][]>('B');
  const states = B.map((b) => b.length);
  const inductive = {
    depth: input.number('inductive_depth', input.number('depth', 10)),
    threshold: input.number('inductive_threshold', input.number('threshold', 1 / 16)),
  };
  const spec = {
    A: blind(states),
    B: B as never,
    goals: input.need<never>('H'),
    aDependencies: states.map((_, f) => [f]),
  };
  await using bench = new Bench(spec, { conventions: 'pymdp-1', inductive }, placement);
  await bench.inferPolicies();
  const paths = (await bench.paths()).map((all, f) => {
    const n = states[f] as number;
    return Array.from({ length: all.length / n }, (_, d) => all.subarray(d * n, (d + 1) * n));
  });
  return [check('jax.I', paths, values.I)];
};

/** The inductive matrix by itself. */
export async function checkInductiveMatrix({ inputs, jax }: Case, placement: Placement): Promise<Check[]> {
  const input = new InputReader(inputs);
  return (await Promise.all(jax.map((values) => checkPaths(input, values)(placement)))).flat();
}

/** The choice of actions from a given posterior: factors of one state, and habits that are the posterior. */
export async function checkAction({ inputs, legacy, jax }: Case, placement: Placement): Promise<Check[]> {
  const input = new InputReader(inputs);
  const controls = input.need<number[]>('num_controls');
  const E = input.need<number[]>('q_pi');
  const spec: ModelSpec = {
    A: [[[...new Array(controls.length)].reduce<unknown>((inner) => [inner], 1)]] as never,
    B: controls.map((n) => [[new Array<number>(n).fill(1)]]),
    E,
  };
  const flat: ModelSpec = { ...spec, A: [{ shape: [1, ...controls.map(() => 1)], data: [1] }] };
  const terms = { utility: false, stateGain: false };
  const options: ActiveInferenceOptions = {
    policies: { list: input.need('policies') },
    terms,
    details: true,
    gamma: 1,
  };
  const run = async (conventions: ConventionOptions, from: 'marginals' | 'policies') => {
    const all = { ...options, ...conventions, alpha: input.number('alpha', 16), action: { from } };
    await using bench = new Bench(flat, all, placement);
    await bench.inferPolicies();
    const action = await bench.sampleAction();
    return { action, marginals: await bench.marginals(), chances: await bench.chances() };
  };
  const checks: Check[] = [];
  for (const [name, values, conventions] of [
    ['legacy', legacy, 'spm'],
    ...jax.map((entry) => ['jax', entry, 'pymdp-1'] as const),
  ] as const) {
    if (!values) continue;
    const options = { conventions, gamma: 1, ties: 'first' } as const;
    const got = await run(options, 'marginals');
    checks.push(check(`${name}.action_marginals`, got.marginals, values.action_marginals));
    checks.push(check(`${name}.action_deterministic_marginal`, got.action, values.action_deterministic_marginal));
    checks.push(check(`${name}.action_probs_stochastic`, got.chances.controls, values.action_probs_stochastic));
    checks.push(check(`${name}.policy_probs_stochastic`, got.chances.policies, values.policy_probs_stochastic));
    const whole = await run(options, 'policies');
    checks.push(check(`${name}.action_deterministic_full`, whole.action, values.action_deterministic_full));
  }
  return checks;
}

/** The enumeration of policies. */
export async function checkPolicies({ inputs, legacy, jax }: Case): Promise<Check[]> {
  const input = new InputReader(inputs);
  const [controls, controllable] = [input.get<number[]>('num_controls'), input.get<number[]>('control_fac_idx')];
  const got = constructPolicies(input.need('num_states'), {
    length: input.number('policy_len', 1),
    ...(controls && { controls }),
    ...(controllable && { controllable }),
  });
  return [legacy, ...jax].flatMap((values) => (values ? [check('policies', got, values.policies)] : []));
}
