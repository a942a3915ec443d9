import type { Model } from './model.ts';

/** The shape of a model as the kernel reads it: records of u32, and lists they point into. */
export interface Structure {
  readonly factors: Uint32Array;
  readonly modalities: Uint32Array;
  readonly groups: Uint32Array;
  readonly groupCount: number;
  readonly lists: Uint32Array;
  /** Factors and groups of each component, and where the kernel finds them. */
  readonly components: readonly ComponentShape[];
}

/** Factors that no modality and no transition joins with others. */
export interface ComponentShape {
  readonly factors: readonly number[];
  readonly factorAt: number;
  readonly groups: readonly number[];
  readonly groupAt: number;
  /** Combinations of its factors' controls. */
  readonly combinations: number;
}

/** Places everything; the records are those of ai_structure.hpp. */
export function structureOf(model: Model): Structure {
  const { states, controls, outcomes, aDependencies, bDependencies } = model;
  const lists: number[] = [];
  const list = (values: readonly number[]) => {
    const at = lists.length;
    lists.push(...values);
    return at;
  };
  const joint = (deps: readonly number[]) => deps.reduce((product, f) => product * (states[f] as number), 1);

  const factors: number[] = [];
  let [stateAt, controlAt, bAt] = [0, 0, 0];
  for (const [f, deps] of bDependencies.entries()) {
    const children = bDependencies.flatMap((of, child) => (of.includes(f) ? [child] : []));
    const [n, u, parents] = [states[f] as number, controls[f] as number, joint(deps)];
    factors.push(n, u, stateAt, controlAt, bAt, parents, list(deps), deps.length, list(children), children.length);
    stateAt += n;
    controlAt += u;
    bAt += u * parents * n;
  }

  const sets = new Map<string, number[]>();
  for (const [m, deps] of aDependencies.entries()) {
    const key = deps.join();
    sets.set(key, [...(sets.get(key) ?? []), m]);
  }
  const groupOf = new Array<number>(outcomes.length).fill(0);
  const groups: number[] = [];
  let groupAt = 0;
  for (const [index, members] of [...sets.values()].entries()) {
    const deps = aDependencies[members[0] as number] as readonly number[];
    groups.push(list(deps), deps.length, joint(deps), groupAt, list(members), members.length);
    groupAt += joint(deps);
    for (const m of members) groupOf[m] = index;
  }
  const modalities: number[] = [];
  let [outcomeAt, aAt, jointAt] = [0, 0, 0];
  for (const [m, n] of outcomes.entries()) {
    const size = joint(aDependencies[m] as readonly number[]);
    modalities.push(n, outcomeAt, aAt, groupOf[m] as number, jointAt);
    outcomeAt += n;
    aAt += n * size;
    jointAt += size;
  }

  const groupDeps = [...sets.values()].map((members) => aDependencies[members[0] as number] as readonly number[]);
  const components = joined(states.length, [...groupDeps, ...bDependencies.map((deps, f) => [f, ...deps])]).map(
    (members) => {
      const own = groupDeps.flatMap((deps, g) => (members.includes(deps[0] as number) ? [g] : []));
      return {
        factors: members,
        factorAt: list(members),
        groups: own,
        groupAt: list(own),
        combinations: members.reduce((product, f) => product * (controls[f] as number), 1),
      };
    },
  );
  return {
    factors: Uint32Array.from(factors),
    modalities: Uint32Array.from(modalities),
    groups: Uint32Array.from(groups),
    groupCount: sets.size,
    lists: Uint32Array.from(lists),
    components,
  };
}

/** Connected sets of 0 to n - 1, each ascending, in the order of their first members. */
function joined(n: number, links: readonly (readonly number[])[]): number[][] {
  const root = Array.from({ length: n }, (_, i) => i);
  const find = (i: number): number => (root[i] === i ? i : find(root[i] as number));
  for (const link of links) {
    for (const i of link) {
      const [a, b] = [find(link[0] as number), find(i)];
      root[Math.max(a, b)] = Math.min(a, b);
    }
  }
  const sets = new Map<number, number[]>();
  for (let i = 0; i < n; i++) sets.set(find(i), [...(sets.get(find(i)) ?? []), i]);
  return [...sets.values()];
}
