import { ActiveInference } from '../active-inference.ts';
import { AiArray, AiPhase } from '../generated/layout.ts';
import { bytesOf } from '../input.ts';
import type { ModelSpec } from '../model/model.ts';
import type { ActiveInferenceOptions } from '../options.ts';

/** Where cases run. */
export type Placement = Pick<ActiveInferenceOptions, 'precision' | 'device' | 'engine' | 'threads' | 'async'>;

/** Identity transitions with one control, for models of one time step. */
export const still = (states: readonly number[]): number[][][][] =>
  states.map((n) =>
    Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => [i === j ? 1 : 0])),
  ) as never;

/** Even likelihoods of one outcome, for models without observations. */
export const blind = (states: readonly number[]): number[][][] => states.map((n) => [new Array<number>(n).fill(1)]);

/** One agent whose arrays can be set: what a case begins with. */
export class Bench extends ActiveInference {
  readonly #double: boolean;

  constructor(spec: ModelSpec, options: ActiveInferenceOptions, placement: Placement) {
    super(spec, { ...options, ...placement });
    this.#double = placement.precision === 'f64';
  }

  async setReals(array: number, values: readonly (readonly number[])[]): Promise<void> {
    await this.#set(array, (this.#double ? Float64Array : Float32Array).from(values.flat()));
  }
  async setIntegers(array: number, values: readonly number[]): Promise<void> {
    await this.#set(array, Uint32Array.from(values));
  }
  async #set(array: number, values: NodeJS.TypedArray): Promise<void> {
    const config = { phase: AiPhase.SET, array };
    await this.executeBatch([{ config, input: bytesOf(values) }]);
  }

  /** Beliefs and observations as if they had just been made. */
  async present(state: {
    beliefs?: number[][];
    previous?: number[][];
    actions?: number[];
    observations?: number[];
  }): Promise<void> {
    if (state.beliefs) await this.setReals(AiArray.BELIEFS, state.beliefs);
    if (state.previous) await this.setReals(AiArray.PREVIOUS, state.previous);
    if (state.observations) await this.setIntegers(AiArray.OBSERVATIONS, state.observations);
    if (state.actions) {
      await this.setIntegers(AiArray.ACTIONS, state.actions);
      await this.setIntegers(AiArray.CLOCK, [1, 0, 1]);
    }
  }
}
