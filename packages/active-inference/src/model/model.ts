import { ActiveInferenceError, checkInteger, invalidArgument } from '../errors.ts';
import { checkDistributions, checkEntries, checkShape, type Tensor, type TensorLike, toTensor } from './tensor.ts';

/** A discrete generative model: one tensor for each modality or factor. */
export interface ModelSpec {
  /** Likelihoods `A[m][outcome][states of the factors it depends on...]`; columns over outcomes sum to one. */
  readonly A: readonly TensorLike[];
  /** Transitions `B[f][next state][states of the factors it depends on...][control]`; columns over next states sum to one. */
  readonly B: readonly TensorLike[];
  /** Preferences `C[m][outcome]`, or `C[m][outcome][time step]`. Default: none (zeros). */
  readonly C?: readonly TensorLike[];
  /** Beliefs about the start, `D[f][state]`. Default: even, or the mean of pD. */
  readonly D?: readonly TensorLike[];
  /** Habits: a probability of every policy. Default: even, or the mean of pE. */
  readonly E?: ArrayLike<number>;
  /** Factors that each modality depends on. Default: all of them, in order. */
  readonly aDependencies?: readonly (readonly number[])[];
  /** Factors that each factor's transitions depend on. Default: itself. */
  readonly bDependencies?: readonly (readonly number[])[];
  /** Dirichlet counts of A, of the same shape; what is to be learned or explored needs them. A is as given until it is learned. */
  readonly pA?: readonly TensorLike[];
  /** Dirichlet counts of B. */
  readonly pB?: readonly TensorLike[];
  /** Dirichlet counts of preferred outcomes, `pC[m][outcome]`. Then ln C is the logarithm of their mean. */
  readonly pC?: readonly TensorLike[];
  /** Dirichlet counts of D. */
  readonly pD?: readonly TensorLike[];
  /** Dirichlet counts of E. */
  readonly pE?: ArrayLike<number>;
  /** Intended states `goals[f][state]`, 1 where a goal is, for the inductive term. */
  readonly goals?: readonly TensorLike[];
}

/** The name of a set of parameters. */
export type ParameterName = 'A' | 'B' | 'C' | 'D' | 'E';
/** All of them, in the order of the kernel's bits. */
export const PARAMETERS: readonly ParameterName[] = ['A', 'B', 'C', 'D', 'E'];

/** A tensor of one agent, or of each agent with a leading axis. */
export interface AgentTensor extends Tensor {
  /** Agents on the leading axis; 0: one tensor for all. */
  readonly agents: number;
  /** Shape without it. */
  readonly own: readonly number[];
  readonly data: Float64Array;
}

/**
 * A checked model. Construction throws ERR_AI_SHAPE_MISMATCH or ERR_AI_INVALID_TENSOR, naming the tensor, the index and the
 * value.
 */
export class Model {
  /** States of each factor. */
  readonly states: readonly number[];
  /** Controls of each factor. */
  readonly controls: readonly number[];
  /** Outcomes of each modality. */
  readonly outcomes: readonly number[];
  /** Factors each modality depends on. */
  readonly aDependencies: readonly (readonly number[])[];
  /** Factors each factor's transitions depend on. */
  readonly bDependencies: readonly (readonly number[])[];
  /** Columns of C. */
  readonly preferenceSteps: number;
  /** The tensors, checked. */
  readonly tensors: {
    readonly A: readonly AgentTensor[];
    readonly B: readonly AgentTensor[];
    readonly C: readonly AgentTensor[];
    readonly D: readonly AgentTensor[];
    readonly pA: readonly AgentTensor[] | undefined;
    readonly pB: readonly AgentTensor[] | undefined;
    readonly pC: readonly AgentTensor[] | undefined;
    readonly pD: readonly AgentTensor[] | undefined;
    readonly goals: readonly AgentTensor[] | undefined;
  };
  /** Habits as given. */
  readonly E: Float64Array | undefined;
  /** Counts of habits as given. */
  readonly pE: Float64Array | undefined;

  /** @param agents size of the leading axis that tensors of each agent have */
  constructor(spec: ModelSpec, agents = 1) {
    if (!Array.isArray(spec.A) || spec.A.length === 0) throw invalidArgument('A', spec.A, 'a tensor for each modality');
    if (!Array.isArray(spec.B) || spec.B.length === 0) throw invalidArgument('B', spec.B, 'a tensor for each factor');
    const factors = spec.B.length;
    const modalities = spec.A.length;
    this.aDependencies = dependencies('aDependencies', spec.aDependencies, modalities, factors, () => range(factors));
    this.bDependencies = dependencies('bDependencies', spec.bDependencies, factors, factors, (f) => [f]);

    const bAxes = (f: number) => (this.bDependencies[f] as readonly number[]).length + 2;
    const B = spec.B.map((b, f) => agentTensor(`B[${f}]`, b, bAxes(f), agents));
    this.states = B.map((b) => b.own[0] as number);
    this.controls = B.map((b) => b.own.at(-1) as number);
    const parents = (deps: readonly number[]) => deps.map((f) => this.states[f] as number);
    for (const [f, b] of B.entries()) {
      const deps = this.bDependencies[f] as readonly number[];
      const shape = [this.states[f] as number, ...parents(deps), this.controls[f] as number];
      checkOwn(`B[${f}]`, b, shape, `states, states of the factors it depends on (${deps}), controls`);
      checkDistributions(`B[${f}]`, b, b.agents ? 1 : 0);
    }
    const A = spec.A.map((a, m) =>
      agentTensor(`A[${m}]`, a, (this.aDependencies[m] as readonly number[]).length + 1, agents),
    );
    this.outcomes = A.map((a) => a.own[0] as number);
    for (const [m, a] of A.entries()) {
      const deps = this.aDependencies[m] as readonly number[];
      const shape = [this.outcomes[m] as number, ...parents(deps)];
      checkOwn(`A[${m}]`, a, shape, `outcomes, states of the factors it depends on (${deps})`);
      checkDistributions(`A[${m}]`, a, a.agents ? 1 : 0);
    }
    const C = this.#preferences(spec.C, agents);
    this.preferenceSteps = spec.pC ? 1 : Math.max(1, ...C.map((c) => (c.own.length > 1 ? (c.own[1] as number) : 1)));
    const each = (
      name: string,
      list: readonly TensorLike[] | undefined,
      shapes: (readonly number[])[],
      least: number,
    ) => {
      if (list === undefined) return undefined;
      checkCount(name, list, shapes.length, 'tensors');
      return list.map((value, i) => {
        const shape = shapes[i] as readonly number[];
        const tensor = agentTensor(`${name}[${i}]`, value, shape.length, agents);
        checkOwn(`${name}[${i}]`, tensor, shape, 'the shape of what it belongs to');
        checkEntries(`${name}[${i}]`, tensor, least);
        return tensor;
      });
    };
    const stateShapes = this.states.map((n) => [n]);
    const pD = each('pD', spec.pD, stateShapes, 0);
    const D =
      each('D', spec.D, stateShapes, 0) ?? stateShapes.map(([n = 1], f) => (pD ? mean(pD[f] as AgentTensor) : even(n)));
    for (const [f, d] of D.entries()) checkDistributions(`D[${f}]`, d, d.agents ? 1 : 0);
    this.tensors = {
      A,
      B,
      C,
      D,
      pA: each(
        'pA',
        spec.pA,
        A.map((a) => a.own),
        0,
      ),
      pB: each(
        'pB',
        spec.pB,
        B.map((b) => b.own),
        0,
      ),
      pC: each(
        'pC',
        spec.pC,
        this.outcomes.map((n) => [n]),
        0,
      ),
      pD,
      goals: each('goals', spec.goals, stateShapes, 0),
    };
    if (this.tensors.goals) {
      const joined = this.bDependencies.findIndex((deps, f) => deps.length !== 1 || deps[0] !== f);
      if (joined >= 0)
        throw invalidArgument(
          'goals',
          'given',
          `none: factor ${joined} does not depend on itself alone, so paths are unknown`,
        );
    }
    this.E = spec.E && Float64Array.from(spec.E);
    this.pE = spec.pE && Float64Array.from(spec.pE);
  }

  #preferences(list: readonly TensorLike[] | undefined, agents: number): AgentTensor[] {
    if (list !== undefined) checkCount('C', list, this.outcomes.length, 'tensors, one for each modality');
    return this.outcomes.map((n, m) => {
      const value = list?.[m];
      if (value === undefined) return { shape: [n], own: [n], agents: 0, data: new Float64Array(n) };
      const { shape, data } = toTensor(`C[${m}]`, value);
      // [outcome], [outcome][time], or either with agents first.
      const leading = shape[0] !== n && shape[0] === agents && shape[1] === n;
      const own = leading ? shape.slice(1) : shape;
      const tensor = { shape, own, agents: leading ? agents : 0, data };
      checkOwn(
        `C[${m}]`,
        tensor,
        own.length === 2 ? [n, own[1] as number] : [n],
        'outcomes, or outcomes and time steps',
      );
      checkEntries(`C[${m}]`, tensor, Number.NEGATIVE_INFINITY);
      return tensor;
    });
  }
}

function checkCount(name: string, list: readonly unknown[], count: number, what: string): void {
  if (!Array.isArray(list)) throw invalidArgument(name, list, `a list of ${count} ${what}`);
  if (list.length !== count) throw invalidArgument(name, `a list of ${list.length}`, `${count} ${what}`);
}

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

function agentTensor(name: string, value: TensorLike, axes: number, agents: number): AgentTensor {
  const { shape, data } = toTensor(name, value);
  const leading = shape.length === axes + 1 && shape[0] === agents;
  return { shape, data, agents: leading ? agents : 0, own: leading ? shape.slice(1) : shape };
}

function checkOwn(name: string, tensor: AgentTensor, shape: readonly number[], why: string): void {
  checkShape(name, tensor, tensor.agents ? [tensor.agents, ...shape] : shape, why);
}

const even = (n: number): AgentTensor => ({ shape: [n], own: [n], agents: 0, data: new Float64Array(n).fill(1 / n) });

/** The mean of Dirichlet counts over their first own axis. */
export function mean(counts: AgentTensor): AgentTensor {
  const n = counts.own[0] as number;
  const copies = counts.agents || 1;
  const inner = counts.data.length / copies / n;
  const data = new Float64Array(counts.data.length);
  for (let a = 0; a < copies; a++) {
    for (let j = 0; j < inner; j++) {
      const at = (i: number) => (a * n + i) * inner + j;
      let sum = 0;
      for (let i = 0; i < n; i++) sum += counts.data[at(i)] as number;
      for (let i = 0; i < n; i++) data[at(i)] = sum > 0 ? (counts.data[at(i)] as number) / sum : 1 / n;
    }
  }
  return { ...counts, data };
}

function dependencies(
  name: string,
  given: readonly (readonly number[])[] | undefined,
  count: number,
  factors: number,
  usual: (i: number) => number[],
): number[][] {
  if (given === undefined) return range(count).map(usual);
  checkCount(name, given, count, 'lists');
  return given.map((list, i) => {
    if (!Array.isArray(list) || list.length === 0)
      throw invalidArgument(`${name}[${i}]`, list, 'a list of at least one factor');
    for (const f of list) checkInteger(`${name}[${i}]`, f, 0, factors - 1);
    if (new Set(list).size !== list.length)
      throw new ActiveInferenceError(
        'ERR_AI_INVALID_ARGUMENT',
        `${name}[${i}] is [${list}]; expected each factor once`,
      );
    return [...list];
  });
}
