import type { PlacementOptions } from '@aatgs/core';
import { type ConventionOptions, type Conventions, resolveConventions } from './conventions.ts';
import { checkInteger, checkNumber, invalidArgument } from './errors.ts';
import type { Model, ParameterName } from './model/model.ts';
import { PARAMETERS } from './model/model.ts';
import type { PolicyOptions } from './model/policies.ts';

/** How beliefs about states are inferred. */
export interface InferenceOptions {
  /**
   * `'fpi'`: fixed-point iteration on the present observation, exact with one factor. `'mmp'`, `'vmp'`: marginal and
   * variational message passing over the window. `'policy-mmp'`: SPM's marginal message passing, over the window and the
   * future under every policy. Default `'fpi'`.
   */
  readonly algorithm?: 'fpi' | 'mmp' | 'vmp' | 'policy-mmp';
  /** Observations in the window. Default 1 with `'fpi'` (more: they can be smoothed), otherwise 4. */
  readonly horizon?: number;
  /** `'policy-mmp'`: gradient descent on free energy (default), or the fixed point. */
  readonly gradient?: boolean;
  /** `'policy-mmp'`: `'factorized'` halves messages against time and takes modalities apart; `'dense'` is SPM's. */
  readonly messages?: 'factorized' | 'dense';
  /** `'policy-mmp'`: what a full window starts from: the policies' average (default), or each policy's own beliefs. */
  readonly carry?: 'average' | 'policies';
  /** `'policy-mmp'`: leave out the last step of every policy. Default false. */
  readonly lastStep?: boolean;
}

/** Which terms make the expected free energy. */
export interface TermOptions {
  /** Expected utility under C. Default true. */
  readonly utility?: boolean;
  /** Information gain about states. Default true. */
  readonly stateGain?: boolean;
  /** Information gain about A and B, as far as there are counts. Default false. */
  readonly parameterGain?: boolean;
}

/** How actions are chosen. */
export interface ActionOptions {
  /** The most probable one, or a draw with probabilities to the power alpha. Default `'deterministic'`. */
  readonly selection?: 'deterministic' | 'stochastic';
  /** From the marginal probability of every factor's controls, or the first action of one policy. Default `'marginals'`. */
  readonly from?: 'marginals' | 'policies';
}

/** Sophisticated inference: a search over actions and outcomes instead of policies. Needs policies of length 1. */
export interface SearchOptions {
  /** Actions ahead. Default 3. */
  readonly horizon?: number;
  /** Actions less probable are not followed. Default 1/16. */
  readonly policyPrune?: number;
  /** Outcomes less probable are not followed. Default 1/16. */
  readonly outcomePrune?: number;
  /** What an action that is not followed loses, nats. Default 512. */
  readonly penalty?: number;
  /** Precision of actions in the search. Default 1. */
  readonly gamma?: number;
}

/** Inductive inference towards the model's goals (Friston et al. 2023). */
export interface InductiveOptions {
  /** Steps back from the goals. Default 10. */
  readonly depth?: number;
  /** Transitions count as possible above this probability. Default 1/16. */
  readonly threshold?: number;
  /** Probability left to states off the path. Default 1e-3. */
  readonly epsilon?: number;
}

/** How one set of parameters is learned. */
export interface LearningRule {
  /** Counts added by one observation. Default 1. */
  readonly rate?: number;
  /** Share of all counts that is lost with every update. Default 0. */
  readonly forgetting?: number;
}

/** What is learned, and how. Parameters need counts (`pA` to `pE`) in the model. */
export interface LearningOptions extends Partial<Readonly<Record<ParameterName, LearningRule>>> {
  /** Learned in every step: B after inference, the others after acting, D in the first step only. Default: none. */
  readonly automatic?: readonly ParameterName[];
  /**
   * Parameters that all agents share and learn together: the evidence of all of them is added up, in one order. Default:
   * none; what is learned is each agent's own.
   */
  readonly pooled?: readonly ParameterName[];
  /** Modalities whose A and C are learned. Default: all. */
  readonly modalities?: readonly number[];
  /** Factors whose B and D are learned. Default: all. */
  readonly factors?: readonly number[];
}

/** Options of `new ActiveInference(model, options)`. */
export interface ActiveInferenceOptions extends PlacementOptions, ConventionOptions {
  /** Agents. Default 1. */
  readonly agents?: number;
  /** Floating point format of all numbers on the device. Default `'f32'`. */
  readonly precision?: 'f32' | 'f64';
  /**
   * Parameters of which every agent has its own, copied from the model where that has one for all. Default: those given with
   * a leading axis of agents, or learned and not pooled.
   */
  readonly perAgent?: readonly ParameterName[];
  /** Policies to choose from. Default: all of length 1. */
  readonly policies?: PolicyOptions;
  /** How states are inferred. Default: fixed-point iteration on the present observation. */
  readonly inference?: InferenceOptions;
  /** Terms of the expected free energy. Default: utility and state information gain. */
  readonly terms?: TermOptions;
  /** How actions are chosen. Default: the most probable control of every factor. */
  readonly action?: ActionOptions;
  /** Sophisticated inference instead of policies. Default: none. */
  readonly search?: SearchOptions;
  /** The inductive term, of models with goals. */
  readonly inductive?: InductiveOptions;
  /** What is learned. Default: nothing by itself. */
  readonly learning?: LearningOptions;
  /** Infer gamma with this many updates in each step (SPM uses 16); 0: gamma is fixed. Default 0. */
  readonly precisionUpdates?: number;
  /** Steps of an episode, after which `simulate` does nothing until a reset; 0: no end. Default 0. */
  readonly episode?: number;
  /**
   * Number of the first agent, for parts of one population on several devices: random numbers belong to an agent's number
   * among all. Default 0.
   */
  readonly firstAgent?: number;
  /** Keep predicted states, expected outcomes and the terms of every node of the policy trees. Default false. */
  readonly details?: boolean;
  /** Observations may be distributions over outcomes. Default false. */
  readonly softObservations?: boolean;
  /** Seed, up to 64 bits. Default 0. */
  readonly seed?: number | bigint;
}

/** Options with every default filled in. */
export interface ResolvedOptions {
  readonly agents: number;
  readonly precision: 'f32' | 'f64';
  readonly conventions: Conventions;
  readonly inference: Required<InferenceOptions>;
  readonly terms: Required<TermOptions>;
  readonly action: Required<ActionOptions>;
  readonly search: Required<SearchOptions> | undefined;
  readonly inductive: Required<InductiveOptions> | undefined;
  readonly rates: readonly number[];
  readonly forgetting: readonly number[];
  readonly automatic: readonly ParameterName[];
  readonly pooled: readonly ParameterName[];
  readonly perAgent: readonly ParameterName[];
  readonly precisionUpdates: number;
  readonly episode: number;
  readonly firstAgent: number;
}

const oneOf = <T extends string>(name: string, value: T, values: readonly T[]): T => {
  if (!values.includes(value)) throw invalidArgument(name, value, values.map((v) => `'${v}'`).join(' or '));
  return value;
};

/** Most agents of one instance. */
const MOST_AGENTS = 2 ** 31;

export function checkAgents(options: ActiveInferenceOptions): number {
  return checkInteger('agents', options.agents ?? 1, 1, MOST_AGENTS);
}

export function resolveOptions(model: Model, options: ActiveInferenceOptions): ResolvedOptions {
  const agents = checkAgents(options);
  const { inference = {}, terms = {}, action = {}, search, learning = {} } = options;
  const algorithm = oneOf('inference.algorithm', inference.algorithm ?? 'fpi', ['fpi', 'mmp', 'vmp', 'policy-mmp']);
  const automatic = learning.automatic ?? [];
  for (const name of automatic) {
    oneOf('learning.automatic', name, PARAMETERS);
    if (!hasCounts(model, name))
      throw invalidArgument('learning.automatic', name, `parameters with counts: give the model p${name}`);
  }
  const pooled = learning.pooled ?? [];
  for (const name of pooled) {
    oneOf('learning.pooled', name, PARAMETERS);
    if (!hasCounts(model, name))
      throw invalidArgument('learning.pooled', name, `parameters with counts: give the model p${name}`);
    if (options.perAgent?.includes(name) || isOwn(model, name))
      throw invalidArgument('learning.pooled', name, "parameters that are not each agent's own");
  }
  const rule = (name: ParameterName) => learning[name] ?? {};
  if (options.inductive && !model.tensors.goals) throw invalidArgument('inductive', 'given', 'a model with goals');
  return {
    agents,
    precision: oneOf('precision', options.precision ?? 'f32', ['f32', 'f64']),
    conventions: resolveConventions(options),
    inference: {
      algorithm,
      horizon: checkInteger('inference.horizon', inference.horizon ?? (algorithm === 'fpi' ? 1 : 4), 1, 2 ** 16),
      gradient: inference.gradient ?? true,
      messages: oneOf('inference.messages', inference.messages ?? 'factorized', ['factorized', 'dense']),
      carry: oneOf('inference.carry', inference.carry ?? 'average', ['average', 'policies']),
      lastStep: inference.lastStep ?? false,
    },
    terms: {
      utility: terms.utility ?? true,
      stateGain: terms.stateGain ?? true,
      parameterGain: terms.parameterGain ?? false,
    },
    action: {
      selection: oneOf('action.selection', action.selection ?? 'deterministic', ['deterministic', 'stochastic']),
      from: oneOf('action.from', action.from ?? 'marginals', ['marginals', 'policies']),
    },
    search: search && {
      horizon: checkInteger('search.horizon', search.horizon ?? 3, 1, 64),
      policyPrune: checkNumber('search.policyPrune', search.policyPrune ?? 1 / 16, 0, 1),
      outcomePrune: checkNumber('search.outcomePrune', search.outcomePrune ?? 1 / 16, 0, 1),
      penalty: checkNumber('search.penalty', search.penalty ?? 512, 0),
      gamma: checkNumber('search.gamma', search.gamma ?? 1, 0),
    },
    inductive: model.tensors.goals && {
      depth: checkInteger('inductive.depth', options.inductive?.depth ?? 10, 1, 2 ** 16),
      threshold: checkNumber('inductive.threshold', options.inductive?.threshold ?? 1 / 16, 0, 1),
      epsilon: checkNumber('inductive.epsilon', options.inductive?.epsilon ?? 1e-3, 0, 1),
    },
    rates: PARAMETERS.map((name) => checkNumber(`learning.${name}.rate`, rule(name).rate ?? 1, 0)),
    forgetting: PARAMETERS.map((name) => checkNumber(`learning.${name}.forgetting`, rule(name).forgetting ?? 0, 0, 1)),
    automatic,
    pooled,
    perAgent: PARAMETERS.filter(
      (name) =>
        options.perAgent?.includes(name) ||
        (agents > 1 && ((hasCounts(model, name) && !pooled.includes(name)) || isOwn(model, name))),
    ),
    precisionUpdates: checkInteger('precisionUpdates', options.precisionUpdates ?? 0, 0, 2 ** 16),
    episode: checkInteger('episode', options.episode ?? 0, 0, 2 ** 31),
    firstAgent: checkInteger('firstAgent', options.firstAgent ?? 0, 0, 2 ** 32 - agents),
  };
}

/** Whether the model gives every agent parameters of its own, or counts of them. */
const isOwn = (model: Model, name: ParameterName): boolean =>
  [...tensorsOf(model, name), ...(name === 'E' ? [] : (model.tensors[`p${name}`] ?? []))].some(
    (tensor) => tensor.agents > 0,
  );

const tensorsOf = (model: Model, name: ParameterName) => (name === 'E' ? [] : model.tensors[name]);

/** Whether the model has Dirichlet counts of these parameters. */
export function hasCounts(model: Model, name: ParameterName): boolean {
  return name === 'E' ? model.pE !== undefined : model.tensors[`p${name}`] !== undefined;
}
