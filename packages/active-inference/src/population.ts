import type { DeviceGroup } from '@aatgs/core';
import type { ActiveInference, Observations, StepResult } from './active-inference.ts';
import type { AsyncEnvironment, Environment } from './environments/environment.ts';
import { checkInteger, invalidArgument } from './errors.ts';
import { type RolloutOptions, type RolloutResult, rollOut } from './rollout.ts';

/**
 * The options `agents` and `firstAgent` of one part of a population.
 * @param agents of the whole population @param index of the part, from 0 @param of how many parts
 */
export function shareOf(agents: number, index: number, of: number): { agents: number; firstAgent: number } {
  checkInteger('of', of, 1, agents);
  checkInteger('index', index, 0, of - 1);
  const start = (part: number) => Math.floor((agents * part) / of);
  return { agents: start(index + 1) - start(index), firstAgent: start(index) };
}

/** Numbers of agents, or lists of them. */
type Numbers = Float64Array | Uint32Array;

/**
 * One population whose agents are split over the devices of a group. Random numbers belong to an agent's number among all, so
 * results are those of one device with all agents, bit for bit.
 *
 * ```ts
 * await using group = new DeviceGroup(
 *   ({ device, index }) => new ActiveInference(model, { async: true, device, ...shareOf(2_000_000, index, 2) }),
 *   { devices: [0, 1] },
 * );
 * const population = new Population(group);
 * await population.simulate(100);
 * const [locations] = await population.read((part) => part.beliefs());
 * ```
 */
export class Population {
  /** Agents of all parts. */
  readonly agents: number;
  readonly #members: readonly ActiveInference[];

  /**
   * @param group of one model and the same options; the parts in the order of their agents, each beginning where the one
   * before ends; where agents have parameters of their own, each part with those of its agents
   * @throws {ActiveInferenceError} `ERR_AI_INVALID_ARGUMENT` for parts that do not follow each other, or that learn together.
   */
  constructor(group: DeviceGroup<ActiveInference>) {
    this.#members = group.members;
    let next = group.members[0]?.firstAgent ?? 0;
    for (const [i, { agents, firstAgent, pooled }] of group.members.entries()) {
      if (firstAgent !== next) throw invalidArgument('firstAgent', firstAgent, `${next} for member ${i}`);
      if (pooled.length > 0 && group.members.length > 1)
        throw invalidArgument(
          'learning.pooled',
          pooled.join(', '),
          'nothing: what agents learn together stays on a device',
        );
      next += agents;
    }
    this.agents = next - (group.members[0]?.firstAgent ?? 0);
  }

  /** As {@link ActiveInference.reset}, for all parts. */
  async reset(options: Parameters<ActiveInference['reset']>[0] = {}): Promise<void> {
    await this.#each((member) => member.reset(options));
  }

  /** As {@link ActiveInference.simulate}; resolves with the mean free energy of all agents. */
  async simulate(steps: number, options: { readonly signal?: AbortSignal } = {}): Promise<number> {
    return this.#mean(await this.#each((member) => member.simulate(steps, options)));
  }

  /** As {@link ActiveInference.step}, of all agents. */
  async step(observations: Observations, options: { readonly forced?: ArrayLike<number> } = {}): Promise<StepResult> {
    const { outcomes, states } = (this.#members[0] as ActiveInference).model;
    const width = observations.length / this.agents;
    if (!Number.isInteger(width))
      throw invalidArgument('observations', `${observations.length} numbers`, `${outcomes.length} for each agent`);
    const part = (all: ArrayLike<number>, each: number, at: number, count: number): ArrayLike<number> =>
      ArrayBuffer.isView(all)
        ? (all as unknown as Uint32Array).subarray(at * each, (at + count) * each)
        : Array.prototype.slice.call(all, at * each, (at + count) * each);
    const results = await this.#each((member, at) =>
      member.step(part(observations, width, at, member.agents), {
        ...(options.forced && { forced: part(options.forced, states.length, at, member.agents) }),
      }),
    );
    return {
      actions: joined(results.map(({ actions }) => actions)),
      freeEnergy: this.#mean(results.map(({ freeEnergy }) => freeEnergy)),
    };
  }

  /** As {@link ActiveInference.rollout}: the environment steps all agents, half a part at a time. */
  rollout(environment: Environment | AsyncEnvironment, options: RolloutOptions): Promise<RolloutResult> {
    return rollOut(this.#members, environment, options);
  }

  /** What every part has of its agents, such as `(part) => part.beliefs()`, for all agents. */
  async read<R extends Numbers | readonly Numbers[]>(read: (part: ActiveInference) => Promise<R>): Promise<R> {
    const parts = await this.#each(read);
    const [first] = parts;
    if (!Array.isArray(first)) return joined(parts as Numbers[]) as R;
    return first.map((_, i) => joined(parts.map((part) => (part as readonly Numbers[])[i] as Numbers))) as unknown as R;
  }

  #each<R>(call: (member: ActiveInference, at: number) => Promise<R>): Promise<R[]> {
    const [first] = this.#members;
    return Promise.all(this.#members.map((member) => call(member, member.firstAgent - (first?.firstAgent ?? 0))));
  }

  #mean(values: readonly number[]): number {
    return this.#members.reduce((sum, { agents }, i) => sum + ((values[i] as number) * agents) / this.agents, 0);
  }
}

function joined<A extends Numbers>(parts: readonly A[]): A {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const all = new (parts[0] as A & { constructor: new (n: number) => A }).constructor(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
