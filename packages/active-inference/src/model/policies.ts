import { ActiveInferenceError, checkInteger, invalidArgument, shown } from '../errors.ts';
import type { Model } from './model.ts';
import type { Structure } from './structure.ts';

/** Policies to choose from: all combinations of controls over `length` steps, or a list. */
export interface PolicyOptions {
  /** Time steps of every policy. Default 1, or the list's. */
  readonly length?: number;
  /** `list[policy][step][factor]`: the control of each factor. Default: all combinations, the last index running fastest. */
  readonly list?: readonly (readonly (readonly number[])[])[];
  /**
   * `'posterior'`: values and probabilities of all policies can be read. `'marginals'`: policies are evaluated in passing
   * and only the probabilities of first actions are kept, so that b^T policies need no memory. Default: `'posterior'` up to
   * 65,536 policies.
   */
  readonly keep?: 'posterior' | 'marginals';
}

/** Options of {@link constructPolicies}. */
export interface ConstructPoliciesOptions {
  /** Time steps. Default 1. */
  readonly length?: number;
  /** Controls of each factor. Default: as many as it has states, or one where it is not controllable. */
  readonly controls?: readonly number[];
  /** Factors that can be controlled. Default: all. */
  readonly controllable?: readonly number[];
}

/** Policies that are listed at most. */
export const MOST_LISTED = 2 ** 22;
const LISTED_BY_DEFAULT = 65_536;
const LONGEST = 32;

/** All policies, `[policy][step][factor]`, the last index running fastest. Throws ERR_AI_TOO_MANY_POLICIES. */
export function constructPolicies(states: readonly number[], options: ConstructPoliciesOptions = {}): number[][][] {
  const length = checkInteger('length', options.length ?? 1, 1, LONGEST);
  for (const [name, list] of Object.entries({
    states,
    controls: options.controls,
    controllable: options.controllable,
  })) {
    if (list !== undefined && !(Array.isArray(list) && list.every((n) => Number.isInteger(n) && n >= 0)))
      throw invalidArgument(name, list, 'a list of integers');
  }
  const able = options.controllable ?? states.map((_, f) => f);
  const controls = options.controls ?? states.map((n, f) => (able.includes(f) ? n : 1));
  const count = controls.reduce((product, n) => product * n, 1) ** length;
  if (count > MOST_LISTED) throw tooMany(count);
  return Array.from({ length: count }, (_, p) => {
    let rest = p;
    const digits = new Array<number>(length * controls.length);
    for (let i = digits.length - 1; i >= 0; i--) {
      const n = controls[i % controls.length] as number;
      digits[i] = rest % n;
      rest = Math.floor(rest / n);
    }
    return Array.from({ length }, (_, t) => digits.slice(t * controls.length, (t + 1) * controls.length));
  });
}

const tooMany = (count: number) =>
  new ActiveInferenceError(
    'ERR_AI_TOO_MANY_POLICIES',
    `there are ${count} policies, at most ${MOST_LISTED} can be listed; use policies: { keep: 'marginals' }, a shorter length or a list`,
    { details: { policies: count, most: MOST_LISTED } },
  );

/** Policies as the kernel walks them. */
export interface PolicyTables {
  /** Number of listed policies; 0 when they are streamed. */
  readonly count: number;
  readonly length: number;
  /** `[policy][step][factor]`; empty when they are streamed. */
  readonly list: readonly (readonly (readonly number[])[])[];
  readonly streamed: boolean;
  /** Whether policy p is leaf p of the only component's tree. */
  readonly inOrder: boolean;
  readonly components: Uint32Array;
  readonly nodes: Uint32Array;
  readonly nodeActions: Uint32Array;
  readonly leaf: Uint32Array;
  readonly first: Uint32Array;
  readonly leaves: number;
  /** Of every component: the node of each step on the way to each leaf. */
  readonly paths: readonly (readonly (readonly number[])[])[];
}

interface Branch {
  readonly controls: readonly number[];
  readonly children: Map<string, Branch>;
}

const NO_LEAF = 0xffffffff;

/** Builds the trees of partial policies, one for each component. */
export function policyTables(model: Model, structure: Structure, options: PolicyOptions = {}): PolicyTables {
  const { controls } = model;
  const length = checkInteger('policies.length', options.length ?? options.list?.[0]?.length ?? 1, 1, LONGEST);
  const total = controls.reduce((product, n) => product * n, 1) ** length;
  const keep = options.keep ?? (options.list || total <= LISTED_BY_DEFAULT ? 'posterior' : 'marginals');
  if (keep !== 'posterior' && keep !== 'marginals')
    throw invalidArgument('policies.keep', keep, "'posterior' or 'marginals'");
  if (keep === 'marginals' && options.list)
    throw invalidArgument('policies.keep', keep, "'posterior': a list of policies is evaluated as it is");
  const streamed = keep === 'marginals';
  if (!streamed && !options.list && total > MOST_LISTED) throw tooMany(total);
  const list = streamed ? [] : (options.list ?? constructPolicies(model.states, { controls, length }));
  if (!streamed) checkPolicies(list, controls, length);

  const components: number[] = [];
  const nodes: number[] = [];
  const nodeActions: number[] = [];
  const paths: number[][][] = [];
  const leaf = new Uint32Array(list.length * structure.components.length);
  let leaves = 0;
  for (const [c, component] of structure.components.entries()) {
    const root: Branch = { controls: [], children: new Map() };
    const ends: Branch[] = [];
    for (const policy of list) {
      let branch = root;
      for (const step of policy) {
        const own = component.factors.map((f) => step[f] as number);
        const key = own.join();
        let next = branch.children.get(key);
        if (!next) {
          next = { controls: own, children: new Map() };
          branch.children.set(key, next);
        }
        branch = next;
      }
      ends.push(branch);
    }
    const nodeAt = nodes.length / 2;
    const actionAt = nodeActions.length;
    const numbers = new Map<Branch, number>();
    const own: number[][] = [];
    const walk = (branch: Branch, depth: number, way: readonly number[]) => {
      for (const child of branch.children.values()) {
        const node = nodes.length / 2 - nodeAt;
        const end = depth + 1 === length;
        if (end) {
          numbers.set(child, own.length);
          own.push([...way, node]);
        }
        nodes.push(depth, end ? own.length - 1 : NO_LEAF);
        nodeActions.push(...child.controls);
        walk(child, depth + 1, [...way, node]);
      }
    };
    walk(root, 0, []);
    for (const [p, end] of ends.entries()) leaf[p * structure.components.length + c] = numbers.get(end) as number;
    const { factors, factorAt, groups, groupAt, combinations } = component;
    const count = nodes.length / 2 - nodeAt;
    components.push(
      factorAt,
      factors.length,
      groupAt,
      groups.length,
      nodeAt,
      count,
      leaves,
      own.length,
      actionAt,
      combinations,
    );
    leaves += own.length;
    paths.push(own);
  }
  return {
    count: list.length,
    length,
    list,
    streamed,
    inOrder: structure.components.length === 1 && leaf.every((l, p) => l === p),
    components: Uint32Array.from(components),
    nodes: Uint32Array.from(nodes),
    nodeActions: Uint32Array.from(nodeActions),
    leaf,
    first: Uint32Array.from(list.flatMap((policy) => policy[0] as readonly number[])),
    leaves,
    paths,
  };
}

function checkPolicies(
  list: readonly (readonly (readonly number[])[])[],
  controls: readonly number[],
  length: number,
): void {
  const bad = (message: string, details: Record<string, unknown>) =>
    new ActiveInferenceError('ERR_AI_INVALID_POLICIES', message, { details });
  if (!Array.isArray(list)) throw bad(`policies.list is ${shown(list)}; expected a list of policies`, {});
  if (list.length === 0) throw bad('policies.list is empty; expected at least one policy', { policies: 0 });
  if (list.length > MOST_LISTED) throw tooMany(list.length);
  for (const [p, policy] of list.entries()) {
    if (!Array.isArray(policy) || policy.length !== length)
      throw bad(`policies.list[${p}] has ${policy?.length ?? 'no'} steps; expected ${length}`, {
        policy: p,
        steps: policy?.length,
      });
    for (const [t, step] of policy.entries()) {
      if (!Array.isArray(step) || step.length !== controls.length)
        throw bad(
          `policies.list[${p}][${t}] has ${step?.length ?? 'no'} controls; expected one for each of ${controls.length} factors`,
          { policy: p, step: t },
        );
      for (const [f, u] of step.entries()) {
        if (Number.isInteger(u) && u >= 0 && u < (controls[f] as number)) continue;
        throw bad(
          `policies.list[${p}][${t}][${f}] is ${shown(u)}; expected a control from 0 to ${(controls[f] as number) - 1}`,
          { policy: p, step: t, factor: f, value: u },
        );
      }
    }
  }
}
