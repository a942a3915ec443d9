import type { ActiveInference } from './active-inference.ts';
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

/** Runs agents against an environment; see `ActiveInference.rollout`. */
export async function rollOut(
  agents: ActiveInference,
  environment: Environment | AsyncEnvironment,
  options: RolloutOptions,
): Promise<RolloutResult> {
  const steps = checkInteger('steps', options.steps, 1);
  const { model, agents: n } = agents;
  const observations = new Uint32Array(n * model.outcomes.length);
  const actions = new Uint32Array(n * model.states.length);
  const halves = (options.halves ?? agents.info.mode === 'async') && n > 1;
  const middle = halves ? n >> 1 : n;
  const parts = [
    { first: 0, count: middle },
    { first: middle, count: n - middle },
  ].filter((part) => part.count > 0);
  const freeEnergy = new Float64Array(steps);
  const seen = (part: Part) =>
    observations.subarray(part.first * model.outcomes.length, (part.first + part.count) * model.outcomes.length);
  const done = (part: Part) =>
    actions.subarray(part.first * model.states.length, (part.first + part.count) * model.states.length);
  await agents.reset();
  const started = performance.now();
  for (const part of parts) await environment.reset(part.first, part.count, seen(part));
  // While one half's step runs on the device, the other half's environment runs here.
  const infer = (part: Part) => agents.step(seen(part), part);
  const pending = parts.map(infer);
  for (let step = 0; step < steps; step++) {
    for (const [i, part] of parts.entries()) {
      options.signal?.throwIfAborted();
      const result = await (pending[i] as Promise<{ actions: Uint32Array; freeEnergy: number }>);
      done(part).set(result.actions);
      freeEnergy[step] = (freeEnergy[step] as number) + (result.freeEnergy * part.count) / n;
      if (i === parts.length - 1)
        options.onStep?.({ step, observations, actions, freeEnergy: freeEnergy[step] as number });
      if (step + 1 === steps) continue;
      await environment.step(part.first, part.count, done(part), seen(part));
      pending[i] = infer(part);
    }
  }
  return { freeEnergy, elapsedMs: performance.now() - started };
}

interface Part {
  readonly first: number;
  readonly count: number;
}
