import type { Durations } from './durations.ts';
import type { TaskNode } from './node.ts';

/** An edge from a task to one that comes after it. */
export interface Edge {
  readonly to: number;
  /** False: the later one may start when the earlier one's configs are in their context's ring. */
  readonly waitsForEnd: boolean;
}

/** A graph as it is when a run starts: tasks added later belong to the next run. */
export interface Plan {
  readonly name: string;
  readonly nodes: readonly TaskNode[];
  /** Of each task, those that come after it. */
  readonly successors: readonly (readonly Edge[])[];
  /** Of each task, how many edges lead to it. */
  readonly waits: readonly number[];
  readonly durations: Durations;
}

/**
 * Adds to the dependencies what keeps contexts in order: tasks of one context follow each other in the order they were
 * added, so that its state goes through the same configs whatever the scheduler does.
 */
export function compile(name: string, nodes: readonly TaskNode[], durations: Durations): Plan {
  const successors: Edge[][] = nodes.map(() => []);
  const waits = nodes.map(() => 0);
  const link = (from: number, to: number, waitsForEnd: boolean) => {
    successors[from]?.push({ to, waitsForEnd });
    waits[to] = (waits[to] ?? 0) + 1;
  };
  const lastOn = new Map<object, number>();
  for (const node of nodes) {
    for (const from of node.dependencies) link(from, node.index, true);
    const before = new Set<number>();
    for (const context of node.contexts) {
      const last = lastOn.get(context);
      if (last !== undefined && !node.dependencies.has(last)) before.add(last);
      lastOn.set(context, node.index);
    }
    // A subgraph may work on several contexts, so it waits for the end of what was before it.
    for (const from of before) link(from, node.index, node.bodies.length > 0);
  }
  return { name, nodes, successors, waits, durations };
}

/** The tasks of a cycle through the edges of these nodes in order, or null. Depth first, without recursion. */
export function findCycle(nodes: readonly TaskNode[], { successors }: Plan): TaskNode[] | null {
  const state = new Uint8Array(nodes.length); // 1: on the path, 2: done
  for (const root of nodes) {
    const path: { index: number; next: number }[] = [{ index: root.index, next: 0 }];
    if (state[root.index] !== 0) continue;
    state[root.index] = 1;
    while (path.length > 0) {
      const top = path[path.length - 1] as { index: number; next: number };
      const edge = successors[top.index]?.[top.next++];
      if (edge === undefined) {
        state[top.index] = 2;
        path.pop();
      } else if (state[edge.to] === 1) {
        const start = path.findIndex((step) => step.index === edge.to);
        return path.slice(start).map((step) => nodes[step.index] as TaskNode);
      } else if (state[edge.to] === 0) {
        state[edge.to] = 1;
        path.push({ index: edge.to, next: 0 });
      }
    }
  }
  return null;
}

/**
 * The rank of every task: its expected duration and that of the longest way from it to an end, in milliseconds. Ready
 * tasks go by rank (critical path, Kelley and Walker 1959; upward rank in HEFT, Topcuoglu et al. 2002).
 */
export function ranksOf(plan: Plan): Float64Array {
  const ranks = new Float64Array(plan.nodes.length);
  const order = topological(plan);
  for (let i = order.length - 1; i >= 0; i--) {
    const index = order[i] as number;
    const node = plan.nodes[index] as TaskNode;
    let longest = 0;
    for (const { to } of plan.successors[index] ?? []) longest = Math.max(longest, ranks[to] as number);
    ranks[index] = node.priority ?? longest + plan.durations.estimate(node.kind);
  }
  return ranks;
}

function topological({ nodes, successors, waits }: Plan): number[] {
  const left = [...waits];
  const order = nodes.filter((node) => left[node.index] === 0).map((node) => node.index);
  for (let i = 0; i < order.length; i++) {
    for (const { to } of successors[order[i] as number] ?? []) {
      left[to] = (left[to] as number) - 1;
      if (left[to] === 0) order.push(to);
    }
  }
  return order;
}
