import { createRequire } from 'node:module';
import { KernelModule, locateBinary, type SubstepRule } from '@aatgs/core';
import { checkInteger, invalidArgument } from './errors.ts';
import {
  AiAlgorithm,
  type AiConfig,
  AiFlag,
  AiPhase,
  type AiSetup,
  type AiTelemetry,
  activeInferenceLayout,
} from './generated/layout.ts';
import { type AgentTensor, type Model, mean, PARAMETERS, type ParameterName } from './model/model.ts';
import type { PolicyTables } from './model/policies.ts';
import type { Structure } from './model/structure.ts';
import { sizeOf } from './model/tensor.ts';
import { type ActiveInferenceOptions, hasCounts, type ResolvedOptions } from './options.ts';

const require = createRequire(import.meta.url);

/** The kernel module with one model bound to it. */
export type ActiveInferenceKernel = KernelModule<AiSetup, AiConfig, AiTelemetry>;

/** Path of this package's kernel module. Throws ERR_AATGS_NO_BINARY. */
export function activeInferenceLibrary(): string {
  return locateBinary('@aatgs/active-inference', 'active_inference.so', require.resolve).path;
}

type Reals = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

const ALGORITHMS = {
  fpi: AiAlgorithm.FPI,
  mmp: AiAlgorithm.MMP,
  vmp: AiAlgorithm.VMP,
  'policy-mmp': AiAlgorithm.POLICY_MMP,
} as const;

/** Configs to start from: `production` for throughput, `responsive` for frequent progress. */
export const ACTIVE_INFERENCE_PRESETS = {
  production: { substeps: 16 },
  responsive: { substeps: 1 },
} as const satisfies Record<string, AiConfig>;

const rolloutSubsteps: SubstepRule<AiConfig> = {
  of: ({ phase, substeps = 1 }) => (phase === AiPhase.ROLLOUT ? substeps : 0),
  with: (config, substeps) => ({ ...config, substeps }),
};

/** The kernel module over one model and its policies. */
export function activeInferenceModule(
  model: Model,
  structure: Structure,
  policies: PolicyTables,
  resolved: ResolvedOptions,
  options: ActiveInferenceOptions,
): ActiveInferenceKernel {
  const { agents, conventions, inference, search, inductive } = resolved;
  const layout = new Layout(model, structure, policies, resolved);
  const mask = (values: readonly number[] | undefined, most: number, name: string) =>
    values === undefined
      ? 0xffffffff
      : values.reduce((bits, i) => (bits | (1 << checkInteger(name, i, 0, most - 1))) >>> 0, 0);
  const perAgent = bits(resolved.perAgent);
  const learned = bits(PARAMETERS.filter((name) => hasCounts(model, name)));
  return new KernelModule({
    layout: activeInferenceLayout,
    library: activeInferenceLibrary(),
    substeps: rolloutSubsteps,
    setup: {
      precision: resolved.precision === 'f64' ? 64 : 32,
      agents,
      factors: model.states.length,
      modalities: model.outcomes.length,
      groups: structure.groupCount,
      components: structure.components.length,
      nodes: policies.nodes.length / 2,
      leaves: policies.leaves,
      policies: policies.count,
      policyLength: policies.length,
      preferenceSteps: model.preferenceSteps,
      perAgent,
      learned,
      algorithm: ALGORITHMS[inference.algorithm],
      flags: flagsOf(model, policies, resolved, options),
      iterations: conventions.iterations,
      horizon: inference.horizon,
      precisionIterations: resolved.precisionUpdates,
      inductionDepth: inductive?.depth ?? 0,
      searchDepth: search?.horizon ?? 0,
      learnModalities: mask(options.learning?.modalities, model.outcomes.length, 'learning.modalities'),
      learnFactors: mask(options.learning?.factors, model.states.length, 'learning.factors'),
      learnAutomatically: bits(resolved.automatic),
      episode: resolved.episode,
      firstAgent: resolved.firstAgent,
      tolerance: conventions.tolerance,
      tau: conventions.tau,
      gamma: conventions.gamma,
      alpha: conventions.alpha,
      inductionEpsilon: inductive?.epsilon ?? 1,
      inductionThreshold: inductive?.threshold ?? 1,
      policyPrune: search?.policyPrune ?? 0,
      outcomePrune: search?.outcomePrune ?? 0,
      prunePenalty: search?.penalty ?? 0,
      searchGamma: search?.gamma ?? 1,
      rates: resolved.rates,
      forgetting: resolved.forgetting,
    },
    parts: layout.parts(),
    presets: ACTIVE_INFERENCE_PRESETS,
  });
}

const bits = (names: readonly ParameterName[]): number =>
  names.reduce((all, name) => all | (1 << PARAMETERS.indexOf(name)), 0);

function flagsOf(
  model: Model,
  policies: PolicyTables,
  { conventions, terms, action, inference, search, inductive }: ResolvedOptions,
  options: ActiveInferenceOptions,
): number {
  const gain = terms.parameterGain;
  if (gain && !model.tensors.pA && !model.tensors.pB)
    throw invalidArgument('terms.parameterGain', gain, 'false, or a model with pA or pB');
  const flags: readonly [keyof typeof AiFlag, boolean][] = [
    ['ADD_FLOOR', conventions.logFloor === 'add'],
    ['SPM_GAIN', conventions.informationGain === 'spm'],
    ['UTILITY', terms.utility],
    ['STATE_GAIN', terms.stateGain],
    ['NOVELTY_A', gain && model.tensors.pA !== undefined && !search],
    ['NOVELTY_B', gain && model.tensors.pB !== undefined && !search],
    ['SPM_NOVELTY', conventions.novelty === 'spm'],
    ['SOFTMAX_C', conventions.preferences === 'log-softmax'],
    ['STRUCTURAL_ZEROS', conventions.structuralZeros],
    ['STREAMED', policies.streamed],
    ['STOCHASTIC', action.selection === 'stochastic'],
    ['WHOLE_POLICY', action.from === 'policies'],
    ['RANDOM_TIES', conventions.ties === 'random'],
    ['DENSE_MESSAGES', inference.messages === 'dense'],
    ['GRADIENT', inference.gradient],
    ['POLICY_PRIORS', inference.algorithm === 'policy-mmp' && inference.carry === 'policies'],
    ['SEARCH', search !== undefined],
    ['INDUCTIVE', inductive !== undefined],
    ['SPM_INDUCTION', conventions.induction === 'successors'],
    ['LAST_STEP', inference.lastStep],
    ['ANY_ORDER', !policies.inOrder],
    ['DETAILS', options.details === true],
    ['SOFT', options.softObservations === true],
  ];
  return flags.reduce((all, [name, on]) => (on ? all | AiFlag[name] : all), 0) >>> 0;
}

/** The setup's parts, in the kernel's order of axes. */
class Layout {
  readonly #model: Model;
  readonly #structure: Structure;
  readonly #policies: PolicyTables;
  readonly #options: ResolvedOptions;

  constructor(model: Model, structure: Structure, policies: PolicyTables, options: ResolvedOptions) {
    this.#model = model;
    this.#structure = structure;
    this.#policies = policies;
    this.#options = options;
  }

  parts(): NodeJS.TypedArray[] {
    const { factors, modalities, groups, lists } = this.#structure;
    const { components, nodes, nodeActions, leaf, first } = this.#policies;
    const { tensors } = this.#model;
    return [
      factors,
      modalities,
      groups,
      lists,
      components,
      nodes,
      nodeActions,
      leaf,
      first,
      ...PARAMETERS.map((name) => this.#parameters(name)),
      ...PARAMETERS.map((name) => this.#counts(name)),
      tensors.goals ? this.#pack(tensors.goals, 'D', 1) : this.#reals(0),
    ];
  }

  #reals(n: number): Reals {
    return this.#options.precision === 'f64' ? new Float64Array(n) : new Float32Array(n);
  }

  #parameters(name: ParameterName): Reals {
    const { tensors } = this.#model;
    if (name === 'E') return this.#habits();
    const counts = tensors[`p${name}`];
    // Learned preferences are probabilities; the other parameters are as given until they are learned.
    const given = name === 'C' && counts ? counts.map(mean) : tensors[name];
    return name === 'C' ? this.#preferences(given) : this.#pack(given, name);
  }

  #counts(name: ParameterName): Reals {
    const { tensors, pE } = this.#model;
    if (name === 'E') {
      if (!pE) return this.#reals(0);
      this.#checkHabits('pE', pE);
      return this.#copies(pE, 'E');
    }
    const counts = tensors[`p${name}`];
    return counts ? this.#pack(counts, name) : this.#reals(0);
  }

  #habits(): Reals {
    const { E, pE } = this.#model;
    const n = this.#policies.count;
    const given = E ?? pE;
    if (given && this.#policies.streamed)
      throw invalidArgument('E', 'given', "none with policies: { keep: 'marginals' }, which have no list");
    if (given) this.#checkHabits(E ? 'E' : 'pE', given);
    const sum = given?.reduce((total, value) => total + value, 0) ?? 0;
    const even = new Float64Array(n).fill(1 / n);
    return this.#copies(E ?? (pE && sum > 0 ? pE.map((value) => value / sum) : even), 'E');
  }

  #checkHabits(name: string, habits: Float64Array): void {
    const n = this.#policies.count;
    if (habits.length !== n) throw invalidArgument(name, `${habits.length} numbers`, `${n}, one for each policy`);
    const bad = habits.findIndex((value) => !(value >= 0) || !Number.isFinite(value));
    if (bad >= 0) throw invalidArgument(`${name}[${bad}]`, habits[bad], 'a finite number of at least 0');
  }

  #copies(row: Float64Array, name: ParameterName): Reals {
    const copies = this.#rowsOf(name);
    const all = this.#reals(row.length * copies);
    for (let a = 0; a < copies; a++) all.set(row, a * row.length);
    return all;
  }

  /** One row for each agent or for all: the tensors one behind the other, axes as the kernel wants them. */
  #pack(list: readonly AgentTensor[], name: ParameterName, copies = this.#rowsOf(name)): Reals {
    const row = list.reduce((sum, tensor) => sum + sizeOf(tensor.own), 0);
    const all = this.#reals(row * copies);
    let at = 0;
    for (const { own, agents, data } of list) {
      const order = orderOf(name, own);
      for (let a = 0; a < copies; a++) {
        const from = agents > 0 ? a * order.length : 0;
        for (let i = 0; i < order.length; i++) all[a * row + at + i] = data[from + (order[i] as number)] as number;
      }
      at += order.length;
    }
    return all;
  }

  /** C as [time][modality][outcome]; preferences that do not change, or that end early, hold on. */
  #preferences(list: readonly AgentTensor[]): Reals {
    const steps = this.#model.preferenceSteps;
    const outcomes = list.reduce((sum, tensor) => sum + (tensor.own[0] as number), 0);
    const copies = this.#rowsOf('C');
    const all = this.#reals(outcomes * steps * copies);
    let at = 0;
    for (const { own, agents, data } of list) {
      const [n = 0, given = 1] = own;
      for (let a = 0; a < copies; a++) {
        for (let t = 0; t < steps; t++) {
          for (let o = 0; o < n; o++) {
            const from = (agents > 0 ? a * n * given : 0) + o * given + Math.min(t, given - 1);
            all[(a * steps + t) * outcomes + at + o] = data[from] as number;
          }
        }
      }
      at += n;
    }
    return all;
  }

  #rowsOf(name: ParameterName): number {
    return this.#options.perAgent.includes(name) ? this.#options.agents : 1;
  }
}

/** For every entry in the kernel's order its place in the caller's: A [joint][outcome], B [control][parents][next]. */
export function orderOf(name: ParameterName, shape: readonly number[]): Uint32Array {
  const n = shape[0] as number;
  const size = sizeOf(shape);
  const order = new Uint32Array(size);
  if (name === 'A') {
    const joint = size / n;
    for (let j = 0; j < joint; j++) for (let o = 0; o < n; o++) order[j * n + o] = o * joint + j;
  } else if (name === 'B') {
    const controls = shape.at(-1) as number;
    const parents = size / n / controls;
    for (let u = 0; u < controls; u++)
      for (let j = 0; j < parents; j++)
        for (let s = 0; s < n; s++) order[(u * parents + j) * n + s] = (s * parents + j) * controls + u;
  } else {
    for (let i = 0; i < size; i++) order[i] = i;
  }
  return order;
}
