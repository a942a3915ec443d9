import { GpuExecutionContext, placementOf } from '@aatgs/core';
import type { AsyncEnvironment, Environment } from './environments/environment.ts';
import { checkInteger, invalidArgument } from './errors.ts';
import { type AiConfig, AiPhase, type AiTelemetry, INLINE_FACTORS, INLINE_WORDS } from './generated/layout.ts';
import { bytesOf, type Range, stagedActions, stagedDistributions, stagedOutcomes } from './input.ts';
import { activeInferenceModule } from './kernel.ts';
import { Model, type ModelSpec, PARAMETERS, type ParameterName } from './model/model.ts';
import { policyTables } from './model/policies.ts';
import { structureOf } from './model/structure.ts';
import {
  type ActiveInferenceOptions,
  checkAgents,
  hasCounts,
  type ResolvedOptions,
  resolveOptions,
} from './options.ts';
import { Readings } from './readings.ts';
import { type RolloutOptions, type RolloutResult, rollOut } from './rollout.ts';

/** Outcome numbers `[agent][modality]`; {@link NOT_OBSERVED} where nothing was seen. */
export type Observations = ArrayLike<number>;

/** Which agents a call is for, and what they do whatever they prefer. */
export interface StepOptions {
  /** First agent. Default 0. */
  readonly first?: number;
  /** Agents. Default: all from the first. */
  readonly count?: number;
  /** Actions to take `[agent][factor]` instead of the chosen ones; {@link NOT_OBSERVED} leaves the choice. */
  readonly forced?: ArrayLike<number>;
}

/** What a step of all agents gives. */
export interface StepResult {
  /** Controls `[agent][factor]`. */
  readonly actions: Uint32Array;
  /** Mean variational free energy of the agents, nats. */
  readonly freeEnergy: number;
}

/**
 * Milliseconds of a config of `simulate`: an agent takes its time steps one after the other, in which its numbers stay in the
 * caches, so that more of them at once are worth more than to stop sooner.
 */
const STEP_MS = 16;
/** Bytes of observations of a step from which fewer configs are staged ahead. */
const LARGE_INPUT = 2 ** 26;

/**
 * Active inference agents with one discrete generative model (Friston et al. 2017; Da Costa et al. 2020): beliefs by
 * variational inference, policies by expected free energy, actions, learning. All agents step at once.
 *
 * Random numbers are keyed by agent, time step and factor: results do not depend on sync or async, threads or device. Only
 * policies scored on a GPU's tensor cores (float32, one factor of 33 to 64 states) differ from the CPU's by rounding.
 */
export class ActiveInference extends Readings {
  readonly #options: ResolvedOptions;
  readonly #soft: boolean;
  /** Whether a config can hold what one agent observes and does. */
  readonly #fitsInline: boolean;

  /**
   * Throws ERR_AI_SHAPE_MISMATCH, ERR_AI_INVALID_TENSOR, ERR_AI_INVALID_POLICIES, ERR_AI_TOO_MANY_POLICIES or
   * ERR_AI_INVALID_ARGUMENT before anything runs, or what `GpuExecutionContext` throws.
   */
  constructor(spec: ModelSpec, options: ActiveInferenceOptions = {}) {
    const agents = checkAgents(options);
    const model = new Model(spec, agents);
    const resolved = resolveOptions(model, options);
    const structure = structureOf(model);
    const tables = policyTables(model, structure, options.policies);
    if (tables.streamed) checkStreamed(resolved);
    if (resolved.search && tables.length !== 1)
      throw invalidArgument(
        'policies.length',
        tables.length,
        '1 with sophisticated inference, which searches deeper itself',
      );
    const module = activeInferenceModule(model, structure, tables, resolved, options);
    const real = resolved.precision === 'f64' ? 8 : 4;
    const [modalities, factors] = [model.outcomes.length, model.states.length];
    const total = (sizes: readonly number[]) => sizes.reduce((sum, n) => sum + n, 0);
    const observed = options.softObservations ? total(model.outcomes) * real : modalities * 4;
    const staged = agents * (observed + factors * 4);
    // One agent's arrays can also be set one by one.
    const rows =
      agents === 1 ? resolved.inference.horizon * Math.max(observed, factors * 4, total(model.states) * real) : 0;
    super(
      new GpuExecutionContext(module, {
        // Two halves in turn, each with one step under way and one behind it; very many agents make do with two.
        configSlots: staged > LARGE_INPUT ? 2 : 4,
        telemetrySlots: agents > 65_536 ? (staged > LARGE_INPUT ? 2 : 4) : 16,
        seed: options.seed ?? 0,
        inputBytes: Math.max(staged, rows, 64),
        outputBytes: agents * factors * 4,
        ...placementOf(options),
      }),
      model,
      tables,
      resolved,
    );
    this.#options = resolved;
    this.#soft = options.softObservations === true;
    this.#fitsInline = factors <= INLINE_FACTORS && modalities + factors <= INLINE_WORDS;
  }

  /**
   * One time step of the agents: infer states, evaluate policies, act, and learn what is learned automatically; one config.
   * @param observations outcomes `[agent][modality]` of the agents that take part
   * Rejects with ERR_AI_UNKNOWN_OBSERVATION for an outcome that does not exist.
   */
  async step(observations: Observations, options: StepOptions = {}): Promise<StepResult> {
    const { config, input } = this.#given(AiPhase.STEP, observations, options);
    return this.#stepped(await this.#one(config, input));
  }

  /** The blocking twin of `step`: the shortest way for one agent. */
  stepSync(observations: Observations, options: StepOptions = {}): StepResult {
    const { config, input } = this.#given(AiPhase.STEP, observations, options);
    return this.#stepped(this.context.executeSync(config, input));
  }

  #stepped({ output, freeEnergy, actions }: AiTelemetry): StepResult {
    if (output === null) return { actions: (actions as Uint32Array).subarray(0, this.model.states.length), freeEnergy };
    return { actions: new Uint32Array(output.buffer, output.byteOffset, output.byteLength / 4), freeEnergy };
  }

  /** Beliefs about states from observations; resolves with the mean free energy. */
  async inferStates(observations: Observations, options: Omit<StepOptions, 'forced'> = {}): Promise<number> {
    const { config, input } = this.#given(AiPhase.INFER, observations, options);
    return (await this.#one(config, input)).freeEnergy;
  }

  /** Expected free energy and probability of every policy, and of every factor's controls. */
  async inferPolicies(options: Omit<StepOptions, 'forced'> = {}): Promise<void> {
    await this.#one({ phase: AiPhase.PLAN, ...this.#range(options) });
  }

  /** Chooses the next action of every agent, `[agent][factor]`, and takes it. */
  async sampleAction(options: StepOptions = {}): Promise<Uint32Array> {
    const range = this.#range(options);
    const forced = options.forced && bytesOf(stagedActions(this.model, options.forced, range));
    const record = await this.#one({ phase: AiPhase.ACT, ...range, forced: forced ? 1 : 0 }, forced);
    return this.#stepped(record).actions;
  }

  /**
   * Learns parameters from the last observation, beliefs and action: Dirichlet counts are added and the parameters become
   * their mean. Rejects with ERR_AI_INVALID_ARGUMENT for parameters without counts.
   */
  async learn(
    parameters: readonly ParameterName[] = PARAMETERS.filter((name) => hasCounts(this.model, name)),
  ): Promise<void> {
    let which = 0;
    for (const name of parameters) {
      if (!PARAMETERS.includes(name) || !hasCounts(this.model, name))
        throw invalidArgument('parameters', name, `parameters with counts: give the model p${name}`);
      which |= 1 << PARAMETERS.indexOf(name);
    }
    await this.#one({ phase: AiPhase.LEARN, parameters: which });
  }

  /** Beliefs over the window given all of it, `[agent][time][state]` for each factor (exact with one factor). */
  async smooth(): Promise<Float64Array[]> {
    if (this.#options.inference.horizon < 2) throw invalidArgument('inference.horizon', 1, 'at least 2 to smooth');
    await this.#one({ phase: AiPhase.SMOOTH });
    return this.sequences();
  }

  /** The first time step again. `parameters: true` forgets what was learned as well. */
  async reset(options: { readonly parameters?: boolean; readonly seed?: number | bigint } = {}): Promise<void> {
    const { parameters = false, seed } = options;
    await this.#one({
      phase: AiPhase.RESET,
      parameters: parameters ? 1 : 0,
      episode: this.#options.episode,
      ...(seed !== undefined && { seed }),
    });
  }

  /**
   * Agents in closed loop with the generative process that their model describes as it was given, on the device. Steps go in
   * configs cut by measured time (`context.advance`); results do not depend on it.
   * @param steps time steps
   * @param options a signal that ends it early, and what is called with each config's record
   * @returns mean free energy after them; not a number after none
   */
  async simulate(
    steps: number,
    options: { readonly signal?: AbortSignal; readonly onRecord?: (record: AiTelemetry) => void } = {},
  ): Promise<number> {
    checkInteger('steps', steps, 0);
    if (steps === 0) return Number.NaN;
    const { signal, onRecord } = options;
    const { last } = await this.context.advance(
      { phase: AiPhase.ROLLOUT, substeps: steps },
      { stepMs: STEP_MS, ...(signal && { signal }), ...(onRecord && { onRecord }) },
    );
    return last?.freeEnergy ?? Number.NaN;
  }

  /** Agents in closed loop with an environment on the host; with two halves the one steps while the other infers. */
  rollout(environment: Environment | AsyncEnvironment, options: RolloutOptions): Promise<RolloutResult> {
    return rollOut([this], environment, options);
  }

  #range({ first = 0, count }: StepOptions): Range {
    checkInteger('first', first, 0, this.agents - 1);
    return { first, count: checkInteger('count', count ?? this.agents - first, 1, this.agents - first) };
  }

  #isSoft(observations: Observations, { count }: Range): boolean {
    return this.#soft && observations.length === count * this.model.outcomes.reduce((sum, n) => sum + n, 0);
  }

  /** A config that takes observations, and what is staged with it; for one agent the config holds all of it if it can. */
  #given(phase: number, observations: Observations, options: StepOptions): { config: AiConfig; input?: Uint8Array } {
    const range = this.#range(options);
    const actions = options.forced && stagedActions(this.model, options.forced, range);
    const soft = this.#isSoft(observations, range);
    if (range.count === 1 && !soft && this.#fitsInline) {
      const seen = stagedOutcomes(this.model, observations, range);
      const words = actions ? [...seen, ...actions] : seen;
      return { config: { phase, ...range, forced: actions ? 1 : 0, inlined: 1, words } };
    }
    const forced = actions && bytesOf(actions);
    const Kind = this.#options.precision === 'f64' ? Float64Array : Float32Array;
    const staged = soft
      ? stagedDistributions(this.model, observations, range, Kind)
      : stagedOutcomes(this.model, observations, range);
    const seen = bytesOf(staged);
    return {
      config: { phase, ...range, soft: soft ? 1 : 0, forced: forced ? 1 : 0 },
      input: forced ? Buffer.concat([seen, forced]) : seen,
    };
  }

  async #one(config: AiConfig, input?: Uint8Array): Promise<AiTelemetry> {
    const [record] = await this.context.executeBatch([input ? { config, input } : config]);
    return record as AiTelemetry;
  }
}

function checkStreamed(options: ResolvedOptions): void {
  const refuse = (name: string) => invalidArgument('policies.keep', 'marginals', `'posterior' with ${name}`);
  if (options.search) throw refuse('sophisticated inference');
  if (options.inference.algorithm === 'policy-mmp') throw refuse("inference.algorithm 'policy-mmp'");
  if (options.action.from === 'policies') throw refuse("action.from 'policies'");
  if (options.precisionUpdates > 0) throw refuse('precisionUpdates');
}
