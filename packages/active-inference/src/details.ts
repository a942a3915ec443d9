import type { Model } from './model/model.ts';
import type { PolicyTables } from './model/policies.ts';

/** One step of one policy: what it promises, nats. */
export interface StepDetails {
  /** Beliefs about each factor's states after the step. */
  readonly states: Float64Array[];
  /** Expected outcomes of each modality. */
  readonly outcomes: Float64Array[];
  /** Expected utility: the first of the terms that make the negative expected free energy. */
  readonly utility: number;
  /** Information gain about states. */
  readonly stateGain: number;
  /** Information gain about A. */
  readonly noveltyA: number;
  /** Information gain about B. */
  readonly noveltyB: number;
  /** What leaving the paths to the goals costs. */
  readonly inductive: number;
}

/** All steps of one policy. */
export interface PolicyDetails {
  /** `[step][factor]`. */
  readonly policy: readonly (readonly number[])[];
  /** One for each of its steps. */
  readonly steps: readonly StepDetails[];
}

/** Puts the kernel's nodes of all components together, policy by policy. */
export function splitDetails(model: Model, tables: PolicyTables, nodes: Float64Array, width: number): PolicyDetails[] {
  const components = tables.paths.length;
  const statesAt = starts(model.states);
  const outcomesAt = starts(model.outcomes);
  const states = total(model.states);
  const parts = states + total(model.outcomes);
  return tables.list.map((policy, p) => ({
    policy,
    steps: policy.map((_, t) => {
      const rows = tables.paths.map((paths, c) => {
        const node = (paths[tables.leaf[p * components + c] as number] as readonly number[])[t] as number;
        const at = ((tables.components[c * 10 + 4] as number) + node) * width;
        return nodes.subarray(at, at + width);
      });
      // Every entry is filled by one component and zero in the others.
      const row = new Float64Array(width);
      for (const one of rows) for (let i = 0; i < width; i++) row[i] = (row[i] as number) + (one[i] as number);
      return {
        states: model.states.map((n, f) => row.slice(statesAt[f], (statesAt[f] as number) + n)),
        outcomes: model.outcomes.map((n, m) =>
          row.slice(states + (outcomesAt[m] as number), states + (outcomesAt[m] as number) + n),
        ),
        utility: row[parts] as number,
        stateGain: row[parts + 1] as number,
        noveltyA: row[parts + 2] as number,
        noveltyB: row[parts + 3] as number,
        inductive: row[parts + 4] as number,
      };
    }),
  }));
}

const total = (sizes: readonly number[]) => sizes.reduce((sum, n) => sum + n, 0);
const starts = (sizes: readonly number[]) => sizes.map((_, i) => total(sizes.slice(0, i)));
