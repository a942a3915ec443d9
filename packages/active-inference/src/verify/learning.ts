import { dirichletDivergence, reduceModel } from '../analysis/dirichlet.ts';
import type { ConventionOptions } from '../conventions.ts';
import type { ModelSpec, ParameterName } from '../model/model.ts';
import { type NestedNumbers, type Tensor, toTensor } from '../model/tensor.ts';
import type { ActiveInferenceOptions } from '../options.ts';
import { Bench, blind, type Placement, still } from './bench.ts';
import type { Check } from './compare.ts';
import { check } from './inference.ts';
import { type Case, InputReader } from './inputs.ts';

/** A tensor as nested arrays. */
export function nested({ shape, data }: Tensor): unknown {
  const build = (axis: number, at: number): unknown => {
    if (axis === shape.length) return data[at];
    const n = shape[axis] as number;
    const size = shape.slice(axis + 1).reduce((product, m) => product * m, 1);
    return Array.from({ length: n }, (_, i) => build(axis + 1, at + i * size));
  };
  return build(0, 0);
}

type State = Parameters<Bench['present']>[0];

async function learned(
  name: ParameterName,
  spec: ModelSpec,
  options: ActiveInferenceOptions,
  state: State,
  placement: Placement,
) {
  await using bench = new Bench(spec, options, placement);
  await bench.inferPolicies();
  await bench.present(state);
  await bench.learn([name]);
  return { counts: (await bench.counts(name)).map(nested), mean: (await bench.parameters(name)).map(nested) };
}

/** Dirichlet updates of A, B or D. */
export async function checkLearning(
  { inputs, legacy, jax }: Case,
  placement: Placement,
  name: 'A' | 'B' | 'D',
): Promise<Check[]> {
  const input = new InputReader(inputs);
  const qs = input.need<number[][]>('qs');
  const states = qs.map((q) => q.length);
  const counts = input.need<never>(`p${name}`);
  const given = input.get<ModelSpec['A']>(name);
  const rule = { rate: input.number('lr', 1) };
  const only = input.indices(name === 'A' ? 'modalities' : 'factors');
  const learning = { [name]: rule, ...(only && (name === 'A' ? { modalities: only } : { factors: only })) };
  const base: ModelSpec =
    name === 'A'
      ? { A: given ?? means(counts), B: still(states) }
      : {
          A: blind(states),
          B: name === 'B' ? (given ?? means(counts)) : still(states),
          aDependencies: states.map((_, f) => [f]),
        };
  const deps = input.dependencies();
  const spec: ModelSpec = {
    ...base,
    ...(name === 'A' && deps.aDependencies && { aDependencies: deps.aDependencies }),
    ...(name === 'B' && deps.bDependencies && { bDependencies: deps.bDependencies }),
    [`p${name}`]: counts,
    ...(name === 'D' && given && { D: given }),
  };
  const [previous, actions, obs] = [
    input.get<number[][]>('qs_prev'),
    input.get<number[]>('actions'),
    input.get<number[]>('obs'),
  ];
  const state: State = {
    beliefs: qs,
    ...(previous && { previous }),
    ...(actions && { actions }),
    ...(obs && { observations: obs }),
  };
  const checks: Check[] = [];
  for (const [which, values, conventions] of [
    ['legacy', legacy, { conventions: 'spm' }],
    ...jax.map((entry) => ['jax', entry, { conventions: 'pymdp-1', structuralZeros: false }] as const),
  ] as const satisfies readonly (readonly [string, unknown, ConventionOptions])[]) {
    if (!values) continue;
    const got = await learned(name, spec, { ...conventions, learning, policies: { length: 1 } }, state, placement);
    checks.push(
      check(`${which}.q${name}`, got.counts, values[`q${name}`]),
      check(`${which}.${name}`, got.mean, values[name]),
    );
  }
  return checks;
}

/** Columns over the first axis made to sum to one. */
export function means(counts: readonly unknown[]): never {
  const total = (a: unknown, b: unknown): unknown =>
    Array.isArray(a) ? a.map((entry, i) => total(entry, (b as unknown[])[i])) : (a as number) + (b as number);
  const over = (a: unknown, b: unknown): unknown =>
    Array.isArray(a) ? a.map((entry, i) => over(entry, (b as unknown[])[i])) : (a as number) / (b as number);
  return counts.map((tensor) => {
    toTensor('counts', tensor as NestedNumbers);
    const rows = tensor as unknown[];
    const sum = rows.reduce(total);
    return rows.map((row) => over(row, sum));
  }) as never;
}

/** Weights of parameter information gain, exact and SPM's. */
export async function checkNovelty({ inputs, jax, legacy }: Case, placement: Placement): Promise<Check[]> {
  const counts = new InputReader(inputs).need<number[][]>('pA');
  const states = [(counts[0] as number[]).length];
  const spec: ModelSpec = { A: means([counts]), B: still(states), pA: [counts] };
  const run = async (novelty: 'exact' | 'spm') => {
    await using bench = new Bench(spec, { conventions: 'pymdp-1', novelty, terms: { parameterGain: true } }, placement);
    await bench.inferPolicies();
    return (await bench.novelty('A')).map(nested)[0];
  };
  const [exact, heuristic] = [await run('exact'), await run('spm')];
  return [legacy, ...jax].flatMap((values) =>
    values ? [check('exact', exact, values.exact), check('legacy_heuristic', heuristic, values.legacy_heuristic)] : [],
  );
}

/** Bayesian model reduction. */
export async function checkReduction({ inputs, legacy, jax }: Case): Promise<Check[]> {
  const input = new InputReader(inputs);
  const got = reduceModel(input.need<never>('q_dir'), input.need<never>('p_dir'), input.need<never>('r_dir'));
  return [legacy, ...jax].flatMap((values) =>
    values ? [check('F', got.F, values.F), check('s_dir', got.counts, values.s_dir)] : [],
  );
}

/** Divergence of Dirichlet distributions. */
export async function checkDivergence({ inputs, legacy, jax }: Case): Promise<Check[]> {
  const input = new InputReader(inputs);
  const kl = dirichletDivergence(input.need<never>('q'), input.need<never>('p'));
  return [legacy, ...jax].flatMap((values) => (values ? [check('kl', kl, values.kl)] : []));
}
