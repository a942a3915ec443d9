import { AlgorithmAdapter, GpuExecutionContext, placementOf } from '@aatgs/core';
import { type PolicyDetails, splitDetails } from './details.ts';
import type { AsyncEnvironment, Environment } from './environments/environment.ts';
import { ActiveInferenceError, checkInteger, invalidArgument } from './errors.ts';
import { type AiConfig, AiPhase, type AiTelemetry } from './generated/layout.ts';
import { activeInferenceModule, orderOf } from './kernel.ts';
import { Model, type ModelSpec, PARAMETERS, type ParameterName } from './model/model.ts';
import { type PolicyTables, policyTables } from './model/policies.ts';
import { structureOf } from './model/structure.ts';
import { sizeOf, type Tensor } from './model/tensor.ts';
import {
  type ActiveInferenceOptions,
  checkAgents,
  hasCounts,
  type ResolvedOptions,
  resolveOptions,
} from './options.ts';
import { type RolloutOptions, type RolloutResult, rollOut } from './rollout.ts';
import { RowReader } from './rows.ts';

/** Outcome numbers `[agent][modality]`; {@link NOT_OBSERVED} where nothing was seen. */
export type Observations = ArrayLike<number>;

/** An observation that was not made: it says nothing about the states. */
export const NOT_OBSERVED = 0xffffffff;

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

/** The free energy of every agent's beliefs, with its parts; nats. Free energy is the sum of the first three less the last. */
export interface FreeEnergies {
  /** Of the present beliefs, or of the window's. */
  readonly freeEnergy: Float64Array;
  /** Sum of q ln q. */
  readonly negativeEntropy: Float64Array;
  /** Minus the sum of q ln p under the prior. */
  readonly priorCrossEntropy: Float64Array;
  /** The same under the transitions; zero without a window. */
  readonly transitionCrossEntropy: Float64Array;
  /** Expected log likelihood of the observations. */
  readonly accuracy: Float64Array;
  /** Iterations of inference. */
  readonly iterations: Float64Array;
  /** Precision of policies. */
  readonly gamma: Float64Array;
}

const ENERGIES = [
  'freeEnergy',
  'negativeEntropy',
  'priorCrossEntropy',
  'transitionCrossEntropy',
  'accuracy',
  'iterations',
  'gamma',
] as const;

/** Bytes of observations of a step from which fewer configs are staged ahead. */
const LARGE_INPUT = 2 ** 26;

/** Bytes of an array. */
export const bytesOf = (array: NodeJS.TypedArray): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/**
 * Active inference agents with one discrete generative model (Friston et al. 2017; Da Costa et al. 2020): beliefs by
 * variational inference, policies by expected free energy, actions, learning. All agents step at once.
 *
 * Random numbers are keyed by agent, time step and factor: results do not depend on sync or async, threads or device. Only
 * policies scored on a GPU's tensor cores (float32, one factor of 33 to 64 states) differ from the CPU's by rounding.
 */
export class ActiveInference extends AlgorithmAdapter<AiConfig, AiTelemetry> {
  /** The model, checked. */
  readonly model: Model;
  /** Agents. */
  readonly agents: number;
  /** @internal policies as the kernel walks them */
  readonly tables: PolicyTables;
  readonly #options: ResolvedOptions;
  readonly #rows: RowReader;
  readonly #soft: boolean;

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
    );
    this.model = model;
    this.agents = agents;
    this.tables = tables;
    this.#options = resolved;
    this.#soft = options.softObservations === true;
    const { algorithm, horizon } = resolved.inference;
    const plain = algorithm === 'fpi' && horizon === 1 && !resolved.search;
    this.#rows = new RowReader(this.context, agents, total(model.states), resolved.precision === 'f64', plain);
  }

  /** Number of listed policies; 0 when they are streamed. */
  get policies(): number {
    return this.tables.count;
  }

  /**
   * One time step of the agents: infer states, evaluate policies, act, and learn what is learned automatically; one config.
   * @param observations outcomes `[agent][modality]` of the agents that take part
   * Rejects with ERR_AI_UNKNOWN_OBSERVATION for an outcome that does not exist.
   */
  async step(observations: Observations, options: StepOptions = {}): Promise<StepResult> {
    const config = { phase: AiPhase.STEP, ...this.#range(options), ...this.#kind(observations, options) };
    return this.#stepped(await this.#one(config, this.#input(observations, options)));
  }

  /** The blocking twin of `step`: the shortest way for one agent. */
  stepSync(observations: Observations, options: StepOptions = {}): StepResult {
    const config = { phase: AiPhase.STEP, ...this.#range(options), ...this.#kind(observations, options) };
    return this.#stepped(this.context.executeSync(config, this.#input(observations, options)));
  }

  #stepped({ output, freeEnergy }: AiTelemetry): StepResult {
    const bytes = output as Uint8Array;
    return { actions: new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4), freeEnergy };
  }

  /** Beliefs about states from observations; resolves with the mean free energy. */
  async inferStates(observations: Observations, options: Omit<StepOptions, 'forced'> = {}): Promise<number> {
    const config = { phase: AiPhase.INFER, ...this.#range(options), ...this.#kind(observations, options) };
    return (await this.#one(config, this.#input(observations, options))).freeEnergy;
  }

  /** Expected free energy and probability of every policy, and of every factor's controls. */
  async inferPolicies(options: Omit<StepOptions, 'forced'> = {}): Promise<void> {
    await this.#one({ phase: AiPhase.PLAN, ...this.#range(options) });
  }

  /** Chooses the next action of every agent, `[agent][factor]`, and takes it. */
  async sampleAction(options: StepOptions = {}): Promise<Uint32Array> {
    const forced = options.forced && bytesOf(this.#forced(options.forced, options));
    const config = { phase: AiPhase.ACT, ...this.#range(options), forced: forced ? 1 : 0 };
    const record = await this.#one(config, forced || undefined);
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
   * Agents in closed loop with the generative process that their model describes as it was given, on the device.
   * @param steps time steps
   * @returns mean free energy after them
   */
  async simulate(
    steps: number,
    options: { readonly signal?: AbortSignal; readonly onStep?: (record: AiTelemetry) => void } = {},
  ): Promise<number> {
    checkInteger('steps', steps, 0);
    const each = 16;
    const configs = Array.from({ length: Math.ceil(steps / each) }, (_, i) => ({
      phase: AiPhase.ROLLOUT,
      substeps: Math.min(each, steps - i * each),
    }));
    let last = Number.NaN;
    const { signal, onStep } = options;
    await this.context.executeBatch(configs, {
      collect: false,
      ...(signal && { signal }),
      onRecord: (record) => {
        last = record.freeEnergy;
        onStep?.(record);
      },
    });
    return last;
  }

  /** Agents in closed loop with an environment on the host; with two halves the one steps while the other infers. */
  rollout(environment: Environment | AsyncEnvironment, options: RolloutOptions): Promise<RolloutResult> {
    return rollOut(this, environment, options);
  }

  /** Beliefs about the present: for each factor `[agent][state]`. */
  async beliefs(): Promise<Float64Array[]> {
    return this.#byFactor(await this.#rows.reals('beliefs', this.#states), 1);
  }

  /** What was believed before the present observation: for each factor `[agent][state]`. */
  async prior(): Promise<Float64Array[]> {
    return this.#byFactor(await this.#rows.reals('prior', this.#states), 1);
  }

  /** Beliefs over the window: for each factor `[agent][time][state]`, for `'policy-mmp'` `[agent][policy][time][state]`. */
  async sequences(): Promise<Float64Array[]> {
    const every = this.#options.inference.algorithm === 'policy-mmp';
    const steps = this.#options.inference.horizon + (every ? this.tables.length : 0);
    const rows = steps * (every ? this.tables.count : 1);
    return this.#byFactor(await this.#rows.reals('sequences', rows * this.#states), rows);
  }

  /** Negative expected free energy of every policy, `[agent][policy]`, nats. */
  async values(): Promise<Float64Array> {
    this.#checkListed();
    return this.#rows.reals('values', this.tables.count);
  }

  /** Probability of every policy, `[agent][policy]`. */
  async posterior(): Promise<Float64Array> {
    this.#checkListed();
    return this.#rows.reals('posterior', this.tables.count);
  }

  /** Probability of every control: for each factor `[agent][control]`. */
  async marginals(): Promise<Float64Array[]> {
    const width = this.model.controls.reduce((sum, n) => sum + n, 0);
    return split(await this.#rows.reals('marginals', width), this.model.controls, this.agents);
  }

  /** The last actions, `[agent][factor]`. */
  async actions(): Promise<Uint32Array> {
    return this.#rows.integers('actions', this.model.states.length);
  }

  /** Hidden states of the generative process of `simulate`, `[agent][factor]`. */
  async hidden(): Promise<Uint32Array> {
    return this.#rows.integers('hidden', this.model.states.length);
  }

  /** Variational free energy of every policy of `'policy-mmp'`, `[agent][policy]`. */
  async policyEnergies(): Promise<Float64Array> {
    return this.#rows.reals('policyEnergies', this.tables.count);
  }

  /** The free energy of every agent's beliefs, with its parts. */
  async freeEnergy(): Promise<FreeEnergies> {
    const all = await this.#rows.reals('energies', ENERGIES.length);
    const column = (i: number) =>
      Float64Array.from({ length: this.agents }, (_, a) => all[a * ENERGIES.length + i] as number);
    return Object.fromEntries(ENERGIES.map((name, i) => [name, column(i)])) as unknown as FreeEnergies;
  }

  /** The last evaluation of all policies of agent 0, step by step; needs the option `details`. */
  async details(): Promise<PolicyDetails[]> {
    const width = this.#states + this.model.outcomes.reduce((sum, n) => sum + n, 0) + 5;
    const nodes = this.tables.nodes.length / 2;
    return splitDetails(this.model, this.tables, await this.#rows.reals('details', nodes * width, 1), width);
  }

  /** Learned parameters as they are now, in the axes of the model, with a leading axis of agents where each has its own. */
  async parameters(name: ParameterName): Promise<Tensor[]> {
    return this.#learned(name, 0);
  }

  /** Their Dirichlet counts. */
  async counts(name: ParameterName): Promise<Tensor[]> {
    return this.#learned(name, 1);
  }

  /** How likely a random choice takes every control (for each factor) and every policy, of agent 0; needs `details`. */
  async chances(): Promise<{ controls: Float64Array[]; policies: Float64Array }> {
    const { controls } = this.model;
    const width = controls.reduce((sum, n) => sum + n, 0);
    const all = await this.#rows.reals('chances', width + this.policies, 1);
    return { controls: split(all.subarray(0, width), controls, 1), policies: all.slice(width) };
  }

  /** The inductive matrix of every factor, `[depth][state]`: from where a goal can be reached in so many steps. */
  async paths(): Promise<Float64Array[]> {
    const depth = this.#options.inductive?.depth;
    if (depth === undefined) throw invalidArgument('goals', undefined, 'goals in the model');
    const all = await this.#rows.reals('paths', depth * this.#states, 1);
    return split(all, this.model.states, depth);
  }

  /** Novelty of every entry of A or B: minus what another observation would teach, nats; with `terms.parameterGain`. */
  async novelty(name: 'A' | 'B'): Promise<Tensor[]> {
    const own = this.#options.perAgent.includes(name);
    return this.#tensors(name, `novelty${name}`, own, 0);
  }

  /** Smoothed beliefs about two steps at once, after `smooth`: for each factor `[agent][time][next state][state]`. */
  async pairs(): Promise<Float64Array[]> {
    const squares = this.model.states.map((n) => n * n);
    const rows = this.#options.inference.horizon - 1;
    const width = rows * squares.reduce((sum, n) => sum + n, 0);
    return split(await this.#rows.reals('pairs', width), squares, this.agents * rows);
  }

  async #learned(name: ParameterName, part: 0 | 1): Promise<Tensor[]> {
    if (!hasCounts(this.model, name))
      throw invalidArgument('name', name, 'parameters that are learned; the others are as the model has them');
    const space = (of: ParameterName) => {
      const width = this.#shapes(of).reduce((sum, shape) => sum + sizeOf(shape), 0);
      return this.#options.perAgent.includes(of) ? this.#rows.padded(width) : width;
    };
    const before = PARAMETERS.slice(0, PARAMETERS.indexOf(name)).filter((of) => hasCounts(this.model, of));
    const skip = before.reduce((sum, of) => sum + 2 * space(of), part * space(name));
    return this.#tensors(name, 'learned', this.#options.perAgent.includes(name), skip);
  }

  #shapes(name: ParameterName): (readonly number[])[] {
    if (name === 'E') return [[this.policies]];
    return this.model.tensors[name].map((tensor) => (name === 'C' ? tensor.own.slice(0, 1) : tensor.own));
  }

  async #tensors(name: ParameterName, region: string, own: boolean, skip: number): Promise<Tensor[]> {
    const shapes = this.#shapes(name);
    const width = shapes.reduce((sum, shape) => sum + sizeOf(shape), 0);
    const agents = own ? this.agents : 1;
    const all = await this.#rows.reals(region, width, agents, skip);
    let at = 0;
    return shapes.map((shape) => {
      const order = orderOf(name, shape);
      const data = new Float64Array(order.length * agents);
      for (let a = 0; a < agents; a++) {
        for (const [i, to] of order.entries()) data[a * order.length + to] = all[a * width + at + i] as number;
      }
      at += order.length;
      return { shape: own ? [agents, ...shape] : [...shape], data };
    });
  }

  get #states(): number {
    return this.model.states.reduce((sum, n) => sum + n, 0);
  }

  #byFactor(all: Float64Array, rows: number): Float64Array[] {
    return split(all, this.model.states, this.agents * rows);
  }

  #checkListed(): void {
    if (this.tables.streamed)
      throw invalidArgument('policies.keep', 'marginals', "'posterior' to read values or probabilities of policies");
  }

  #range({ first = 0, count }: StepOptions): { first: number; count: number } {
    checkInteger('first', first, 0, this.agents - 1);
    return { first, count: checkInteger('count', count ?? this.agents - first, 1, this.agents - first) };
  }

  #isSoft(observations: Observations, options: StepOptions): boolean {
    const { count } = this.#range(options);
    return this.#soft && observations.length === count * this.model.outcomes.reduce((sum, n) => sum + n, 0);
  }

  #forced(forced: ArrayLike<number>, options: StepOptions): Uint32Array {
    const { count } = this.#range(options);
    const { controls } = this.model;
    if (forced.length !== count * controls.length)
      throw invalidArgument('forced', `${forced.length} actions`, `${count * controls.length}, [agent][factor]`);
    return Uint32Array.from(forced, (u, i) => {
      const most = controls[i % controls.length] as number;
      return u === NOT_OBSERVED ? u : checkInteger(`forced[${i}]`, u, 0, most - 1);
    });
  }

  #input(observations: Observations, options: StepOptions): Uint8Array {
    const { count } = this.#range(options);
    const { outcomes } = this.model;
    const forced = options.forced ? bytesOf(this.#forced(options.forced, options)) : new Uint8Array(0);
    if (this.#isSoft(observations, options)) {
      const Kind = this.#options.precision === 'f64' ? Float64Array : Float32Array;
      return Buffer.concat([bytesOf(Kind.from(observations)), forced]);
    }
    const n = outcomes.length;
    if (observations.length !== count * n)
      throw invalidArgument('observations', `${observations.length} outcomes`, `${count * n}, [agent][modality]`);
    const staged = new Uint32Array(count * n + forced.byteLength / 4);
    for (let i = 0, m = 0; i < count * n; i++) {
      const outcome = observations[i] as number;
      const most = outcomes[m] as number;
      // What a Uint32Array does not hold as it is was no outcome.
      staged[i] = outcome;
      if (staged[i] !== outcome || (outcome >= most && outcome !== NOT_OBSERVED)) {
        throw unknownObservation((i - m) / n + (options.first ?? 0), m, outcome, most);
      }
      m = m + 1 === n ? 0 : m + 1;
    }
    new Uint8Array(staged.buffer, count * n * 4).set(forced);
    return bytesOf(staged);
  }

  #kind(observations: Observations, options: StepOptions): { soft: number; forced: number } {
    return { soft: this.#isSoft(observations, options) ? 1 : 0, forced: options.forced ? 1 : 0 };
  }

  async #one(config: AiConfig, input?: Uint8Array): Promise<AiTelemetry> {
    const [record] = await this.context.executeBatch([input ? { config, input } : config]);
    return record as AiTelemetry;
  }
}

/** Parts of `sizes` of each of `rows` rows. */
function split(all: Float64Array, sizes: readonly number[], rows: number): Float64Array[] {
  const width = sizes.reduce((sum, n) => sum + n, 0);
  let at = 0;
  return sizes.map((n) => {
    const part = new Float64Array(rows * n);
    for (let r = 0; r < rows; r++) part.set(all.subarray(r * width + at, r * width + at + n), r * n);
    at += n;
    return part;
  });
}

function checkStreamed(options: ResolvedOptions): void {
  const refuse = (name: string) => invalidArgument('policies.keep', 'marginals', `'posterior' with ${name}`);
  if (options.search) throw refuse('sophisticated inference');
  if (options.inference.algorithm === 'policy-mmp') throw refuse("inference.algorithm 'policy-mmp'");
  if (options.action.from === 'policies') throw refuse("action.from 'policies'");
  if (options.precisionUpdates > 0) throw refuse('precisionUpdates');
}

const unknownObservation = (agent: number, modality: number, outcome: number, most: number) =>
  new ActiveInferenceError(
    'ERR_AI_UNKNOWN_OBSERVATION',
    `the observation of agent ${agent} in modality ${modality} is ${outcome}; expected an outcome from 0 to ${most - 1}`,
    { details: { agent, modality, value: outcome } },
  );
