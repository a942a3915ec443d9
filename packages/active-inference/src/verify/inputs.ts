import { ActiveInferenceError, shown } from '../errors.ts';
import type { NestedNumbers } from '../model/tensor.ts';

/** The inputs of a case: names as pymdp has them. */
export type Inputs = Readonly<Record<string, unknown>>;

/** What an input must be where a case has it; `null` leaves it out. Tensors are nested at any depth. */
type Kind = 'number' | 'flag' | 'text' | 'words' | 'object' | 'numbers' | 'matrix' | 'policies' | 'tensors' | 'actions';

const is: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  number: (value) => typeof value === 'number',
  flag: (value) => typeof value === 'boolean',
  text: (value) => typeof value === 'string',
  words: (value) => Array.isArray(value) && value.every(is.text),
  object: (value) => object(value) !== undefined,
  numbers: (value) => Array.isArray(value) && value.every(is.number),
  matrix: (value) => Array.isArray(value) && value.every(is.numbers),
  policies: (value) => Array.isArray(value) && value.every(is.matrix),
  tensors: (value) => Array.isArray(value) && value.every((entry) => is.number(entry) || is.tensors(entry)),
  actions: (value) => Array.isArray(value) && value.every((entry) => entry === null || is.numbers(entry)),
};

const KINDS: Readonly<Record<string, Kind>> = {
  ...of('tensors', 'A B C D E H pA pB pD prior q p q_dir p_dir r_dir'),
  ...of('matrix', 'qs qs_prev obs_onehot obs_seq observations prev_actions policy'),
  ...of('matrix', 'A_dependencies A_factor_list B_dependencies B_factor_list'),
  ...of('policies', 'policies'),
  ...of('actions', 'forced_actions'),
  ...of('numbers', 'obs actions q_pi num_states num_controls control_fac_idx'),
  ...of('number', 'num_iter dF_tol tau gamma alpha lr lr_pA lr_pB lr_pD depth threshold policy_len inference_horizon'),
  ...of('number', 'inductive_depth inductive_threshold inductive_epsilon ii_depth ii_threshold'),
  ...of('number', 'si_horizon si_policy_prune_threshold si_state_prune_threshold si_prune_penalty'),
  ...of('flag', 'early_stop grad_descent last_timestep sophisticated policy_sep_prior'),
  ...of('flag', 'use_utility use_states_info_gain use_param_info_gain'),
  ...of('text', 'sampling_mode inference_algo'),
  ...of('words', 'learn'),
  ...of('object', 'inference_params'),
};

function of(kind: Kind, names: string): Record<string, Kind> {
  return Object.fromEntries(names.split(' ').map((name) => [name, kind]));
}

/** A golden case as its file holds it. */
export interface Case {
  readonly id: string;
  readonly kind: string;
  readonly inputs: Inputs;
  readonly legacy: Readonly<Record<string, unknown>> | undefined;
  /** Where the values come from, e.g. the function's name. */
  readonly legacySource: string;
  readonly jax: readonly Readonly<Record<string, unknown>>[];
}

const object = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** Reads a case from the text of its file. Throws ERR_AI_CASE. */
export function readCase(text: string, file: string): Case {
  const bad = (problem: string, cause?: unknown) =>
    new ActiveInferenceError('ERR_AI_CASE', `${file}: ${problem}`, {
      details: { file },
      ...(cause !== undefined && { cause }),
    });
  let parsed: Record<string, unknown> | undefined;
  try {
    parsed = object(JSON.parse(text));
  } catch (cause) {
    throw bad(`is not JSON (${(cause as Error).message})`, cause);
  }
  const expected = object(parsed?.expected);
  const inputs = object(parsed?.inputs);
  if (typeof parsed?.kind !== 'string' || !inputs || !expected)
    throw bad('is no case; expected an object with id, kind, inputs and expected');
  const legacy = object(expected.legacy);
  const source = object(legacy?.source)?.function ?? legacy?.source;
  const jax: unknown[] = Array.isArray(expected.jax) ? expected.jax : expected.jax ? [expected.jax] : [];
  return {
    id: typeof parsed.id === 'string' ? parsed.id : file,
    kind: parsed.kind,
    inputs,
    legacy: object(legacy?.values),
    legacySource: typeof source === 'string' ? source : '',
    jax: jax.map((entry) => object(object(entry)?.values)).filter((values) => values !== undefined),
  };
}

/** Reads inputs by name, with the types the kinds need. */
export class InputReader {
  readonly #inputs: Inputs;

  /** Throws ERR_AI_CASE for an input that is something else than its name says. */
  constructor(inputs: Inputs) {
    this.#inputs = inputs;
    for (const [name, kind] of Object.entries(KINDS)) {
      const value = inputs[name];
      if (value === undefined || value === null || is[kind](value)) continue;
      throw new ActiveInferenceError('ERR_AI_CASE', `the input ${name} is ${shown(value)}; expected ${kind}`, {
        details: { input: name, value },
      });
    }
  }

  has(name: string): boolean {
    return this.#inputs[name] !== undefined && this.#inputs[name] !== null;
  }
  get<T>(name: string): T | undefined {
    return this.has(name) ? (this.#inputs[name] as T) : undefined;
  }
  /** The first of these names that is there. */
  any<T>(...names: string[]): T | undefined {
    for (const name of names) if (this.has(name)) return this.#inputs[name] as T;
    return undefined;
  }
  need<T>(name: string): T {
    if (!this.has(name))
      throw new ActiveInferenceError('ERR_AI_CASE', `the input ${name} is missing`, { details: { input: name } });
    return this.#inputs[name] as T;
  }
  tensors(name: string): NestedNumbers[] | undefined {
    return this.get<NestedNumbers[]>(name);
  }
  number(name: string, usual: number): number {
    return this.get<number>(name) ?? usual;
  }
  flag(name: string, usual: boolean): boolean {
    return this.get<boolean>(name) ?? usual;
  }
  /** A list of indices; `"all"` is none given. */
  indices(name: string): number[] | undefined {
    const value = this.get<number[] | string>(name);
    return Array.isArray(value) ? value : undefined;
  }
  dependencies() {
    const a = this.any<number[][]>('A_dependencies', 'A_factor_list');
    const b = this.any<number[][]>('B_dependencies', 'B_factor_list');
    return { ...(a && { aDependencies: a }), ...(b && { bDependencies: b }) };
  }
}
