import { AlgorithmAdapter, type GpuExecutionContext } from '@aatgs/core';
import { type PolicyDetails, splitDetails } from './details.ts';
import { invalidArgument } from './errors.ts';
import type { AiConfig, AiTelemetry } from './generated/layout.ts';
import { orderOf } from './kernel.ts';
import { type Model, PARAMETERS, type ParameterName } from './model/model.ts';
import type { PolicyTables } from './model/policies.ts';
import { sizeOf, type Tensor } from './model/tensor.ts';
import { hasCounts, type ResolvedOptions } from './options.ts';
import { RowReader } from './rows.ts';

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

/** What can be read of agents: beliefs, policies, energies, parameters. The base of `ActiveInference`. */
export abstract class Readings extends AlgorithmAdapter<AiConfig, AiTelemetry> {
  /** The model, checked. */
  readonly model: Model;
  /** Agents. */
  readonly agents: number;
  /** Number of the first agent, as the option `firstAgent` gave it. */
  readonly firstAgent: number;
  /** @internal policies as the kernel walks them */
  readonly tables: PolicyTables;
  /** @internal parameters that the agents learn together */
  readonly pooled: readonly ParameterName[];
  readonly #options: ResolvedOptions;
  readonly #rows: RowReader;

  /** @internal */
  protected constructor(
    context: GpuExecutionContext<AiConfig, AiTelemetry>,
    model: Model,
    tables: PolicyTables,
    options: ResolvedOptions,
  ) {
    super(context);
    this.model = model;
    this.agents = options.agents;
    this.firstAgent = options.firstAgent;
    this.pooled = options.pooled;
    this.tables = tables;
    this.#options = options;
    const { algorithm, horizon } = options.inference;
    const plain = algorithm === 'fpi' && horizon === 1 && !options.search;
    this.#rows = new RowReader(context, options.agents, this.#states, options.precision === 'f64', plain);
  }

  /** Number of listed policies; 0 when they are streamed. */
  get policies(): number {
    return this.tables.count;
  }

  /** Beliefs about the present: for each factor `[agent][state]`. */
  async beliefs(): Promise<Float64Array[]> {
    return this.#rows.parts('beliefs', this.model.states);
  }

  /** What was believed before the present observation: for each factor `[agent][state]`. */
  async prior(): Promise<Float64Array[]> {
    return this.#rows.parts('prior', this.model.states);
  }

  /** Beliefs over the window: for each factor `[agent][time][state]`, for `'policy-mmp'` `[agent][policy][time][state]`. */
  async sequences(): Promise<Float64Array[]> {
    const every = this.#options.inference.algorithm === 'policy-mmp';
    const steps = this.#options.inference.horizon + (every ? this.tables.length : 0);
    const rows = steps * (every ? this.tables.count : 1);
    return this.#rows.parts('sequences', this.model.states, rows);
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
    return this.#rows.parts('marginals', this.model.controls);
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
    const parts = await this.#rows.parts('chances', [...controls, this.policies], 1, 1);
    return { controls: parts.slice(0, -1), policies: parts.at(-1) as Float64Array };
  }

  /** The inductive matrix of every factor, `[depth][state]`: from where a goal can be reached in so many steps. */
  async paths(): Promise<Float64Array[]> {
    const depth = this.#options.inductive?.depth;
    if (depth === undefined) throw invalidArgument('goals', undefined, 'goals in the model');
    return this.#rows.parts('paths', this.model.states, depth, 1);
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
    return this.#rows.parts('pairs', squares, rows);
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

  #checkListed(): void {
    if (this.tables.streamed)
      throw invalidArgument('policies.keep', 'marginals', "'posterior' to read values or probabilities of policies");
  }
}
