import { ActiveInferenceError, checkInteger, invalidArgument } from './errors.ts';
import type { Model } from './model/model.ts';

/** An observation that was not made: it says nothing about the states. */
export const NOT_OBSERVED = 0xffffffff;

/** Bytes of an array. */
export const bytesOf = (array: NodeJS.TypedArray): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** Agents `first` to `first + count - 1`. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/**
 * Outcome numbers `[agent][modality]` as the step takes them, checked.
 * @throws {ActiveInferenceError} `ERR_AI_UNKNOWN_OBSERVATION` for an outcome that does not exist.
 */
export function stagedOutcomes({ outcomes }: Model, given: ArrayLike<number>, { first, count }: Range): Uint32Array {
  const n = outcomes.length;
  if (given.length !== count * n)
    throw invalidArgument('observations', `${given.length} outcomes`, `${count * n}, [agent][modality]`);
  const staged = new Uint32Array(given);
  const unknown = (i: number) =>
    unknownObservation(Math.floor(i / n) + first, i % n, given[i] as number, outcomes[i % n] as number);
  // What a Uint32Array does not hold as it is was no outcome.
  if (!(given instanceof Uint32Array)) {
    const changed = staged.findIndex((outcome, i) => outcome !== given[i]);
    if (changed >= 0) throw unknown(changed);
  }
  // Modality by modality: this runs over all agents in every step.
  for (const [m, most] of outcomes.entries()) {
    for (let i = m; i < staged.length; i += n) {
      if ((staged[i] as number) >= most && staged[i] !== NOT_OBSERVED) throw unknown(i);
    }
  }
  return staged;
}

/**
 * Observations that are distributions over outcomes, `[agent][outcome of all modalities]`, checked.
 * @throws {ActiveInferenceError} `ERR_AI_UNKNOWN_OBSERVATION` for an entry that is no probability.
 */
export function stagedDistributions(
  { outcomes }: Model,
  given: ArrayLike<number>,
  { first }: Range,
  Kind: Float32ArrayConstructor | Float64ArrayConstructor,
): Float32Array | Float64Array {
  const staged = new Kind(given);
  const wrong = staged.findIndex((p) => !(p >= 0 && p < Number.POSITIVE_INFINITY));
  if (wrong < 0) return staged;
  const width = outcomes.reduce((sum, n) => sum + n, 0);
  const agent = Math.floor(wrong / width) + first;
  let modality = 0;
  for (let rest = wrong % width; rest >= (outcomes[modality] as number); modality++)
    rest -= outcomes[modality] as number;
  throw new ActiveInferenceError(
    'ERR_AI_UNKNOWN_OBSERVATION',
    `the observation of agent ${agent} in modality ${modality} holds ${given[wrong]}; expected probabilities`,
    { details: { agent, modality, value: given[wrong] as number } },
  );
}

/** Actions `[agent][factor]` as the step takes them, checked. */
export function stagedActions({ controls }: Model, forced: ArrayLike<number>, { count }: Range): Uint32Array {
  const n = controls.length;
  if (forced.length !== count * n)
    throw invalidArgument('forced', `${forced.length} actions`, `${count * n}, [agent][factor]`);
  return Uint32Array.from(forced, (u, i) =>
    u === NOT_OBSERVED ? u : checkInteger(`forced[${i}]`, u, 0, (controls[i % n] as number) - 1),
  );
}

const unknownObservation = (agent: number, modality: number, outcome: number, most: number) =>
  new ActiveInferenceError(
    'ERR_AI_UNKNOWN_OBSERVATION',
    `the observation of agent ${agent} in modality ${modality} is ${outcome}; expected an outcome from 0 to ${most - 1}`,
    { details: { agent, modality, value: outcome } },
  );
