import type { ActiveInference, StepResult } from './active-inference.ts';
import type { AsyncEnvironment, Environment } from './environments/environment.ts';
import { checkInteger } from './errors.ts';

/** Options of `rollout`. */
export interface RolloutOptions {
  /** Time steps. */
  readonly steps: number;
  /** Step one half of the agents' environment while the other half infers. Default: when async, with at least two agents. */
  readonly halves?: boolean;
  /** Ends the rollout; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called once all agents have done a time step. The arrays are reused. */
  readonly onStep?: (step: RolloutStep) => void;
}

/** One time step of all agents. */
export interface RolloutStep {
  /** From 0. */
  readonly step: number;
  /** What they saw, `[agent][modality]`. */
  readonly observations: Uint32Array;
  /** What they did, `[agent][factor]`. */
  readonly actions: Uint32Array;
  /** Mean free energy, nats. */
  readonly freeEnergy: number;
}

/** The outcome of a rollout. */
export interface RolloutResult {
  /** Mean free energy after every time step, nats. */
  readonly freeEnergy: Float64Array;
  /** Milliseconds from the first step to the last. */
  readonly elapsedMs: number;
}

/** Runs agents, or parts of one population, against an environment; see `ActiveInference.rollout`. */
export async function rollOut(
  members: readonly ActiveInference[],
  environment: Environment | AsyncEnvironment,
  options: RolloutOptions,
): Promise<RolloutResult> {
  const steps = checkInteger('steps', options.steps, 1);
  const { model } = members[0] as ActiveInference;
  const n = members.reduce((sum, { agents }) => sum + agents, 0);
  const observations = new Uint32Array(n * model.outcomes.length);
  const actions = new Uint32Array(n * model.states.length);
  // The first parts see the next step before the last ones have done this one.
  const shown = options.onStep ? observations.slice() : observations;
  const freeEnergy = new Float64Array(steps);
  const parts = partsOf(members, options);
  const seen = ({ at, count }: Part) =>
    observations.subarray(at * model.outcomes.length, (at + count) * model.outcomes.length);
  const done = ({ at, count }: Part) => actions.subarray(at * model.states.length, (at + count) * model.states.length);
  await Promise.all(members.map((member) => member.reset()));
  const started = performance.now();
  for (const part of parts) await environment.reset(part.at, part.count, seen(part));
  // While one half's step runs on the device, the other half's environment runs here.
  const infer = (part: Part) => part.member.step(seen(part), part);
  const pending = parts.map(infer);
  for (let step = 0; step < steps; step++) {
    for (const [i, part] of parts.entries()) {
      options.signal?.throwIfAborted();
      const result = await (pending[i] as Promise<StepResult>);
      done(part).set(result.actions);
      freeEnergy[step] = (freeEnergy[step] as number) + (result.freeEnergy * part.count) / n;
      if (options.onStep) shown.set(seen(part), part.at * model.outcomes.length);
      if (i === parts.length - 1)
        options.onStep?.({ step, observations: shown, actions, freeEnergy: freeEnergy[step] as number });
      if (step + 1 === steps) continue;
      await environment.step(part.at, part.count, done(part), seen(part));
      pending[i] = infer(part);
    }
  }
  return { freeEnergy, elapsedMs: performance.now() - started };
}

/** Agents `first` to `first + count - 1` of a member, which are those from `at` on of all. */
interface Part {
  readonly member: ActiveInference;
  readonly at: number;
  readonly first: number;
  readonly count: number;
}

/** First halves of all members, then the second ones, so that every member has work while a half's environment runs. */
function partsOf(members: readonly ActiveInference[], { halves }: RolloutOptions): Part[] {
  const turns: Part[][] = [[], []];
  let at = 0;
  for (const member of members) {
    const { agents } = member;
    const middle = (halves ?? member.info.mode === 'async') && agents > 1 ? agents >> 1 : agents;
    turns[0]?.push({ member, at, first: 0, count: middle });
    if (middle < agents) turns[1]?.push({ member, at: at + middle, first: middle, count: agents - middle });
    at += agents;
  }
  return turns.flat();
}
