import { Model, type ModelSpec } from '../model/model.ts';
import type { Environment, World } from './environment.ts';

/** One tensor as the process reads it: a cumulative distribution for every combination of states and control. */
interface Table {
  readonly n: number;
  /** Cumulative probabilities, `[column][entry]`. */
  readonly sums: Float64Array;
  /** The only possible entry of every column, or -1: certain things need no random number. */
  readonly certain: Int32Array;
  /** Factors that choose the column, and their sizes. */
  readonly deps: readonly number[];
}

/**
 * A generative process: hidden states drawn from D, outcomes from A, moves from B. Random numbers are each agent's own, so
 * that halves of agents may step in any order.
 */
export class ProcessEnvironment implements Environment {
  readonly #states: readonly number[];
  readonly #controls: readonly number[];
  readonly #outcomes: readonly Table[];
  readonly #moves: readonly Table[];
  readonly #starts: readonly Table[];
  readonly #hidden: Uint32Array;
  readonly #random: Uint32Array;

  /** @param spec the process, as a model; @param seed of its random numbers, default 0 */
  constructor(spec: ModelSpec, agents: number, seed = 0) {
    const { tensors, aDependencies, bDependencies, states, controls, outcomes } = new Model(spec);
    // Columns of A: the factors' states. Of B: the factors' states, then the control.
    this.#outcomes = tensors.A.map((a, m) =>
      table(a.data, outcomes[m] as number, aDependencies[m] as readonly number[]),
    );
    this.#moves = tensors.B.map((b, f) => table(b.data, states[f] as number, bDependencies[f] as readonly number[]));
    this.#starts = tensors.D.map((d, f) => table(d.data, states[f] as number, []));
    this.#hidden = new Uint32Array(agents * states.length);
    this.#random = Uint32Array.from({ length: agents }, (_, a) => hash(hash(seed) ^ (a + 1)));
    this.#controls = controls;
    this.#states = states;
  }

  /** The hidden states, `[agent][factor]`. */
  get hidden(): Readonly<Uint32Array> {
    return this.#hidden;
  }

  /** See {@link Environment.reset}. */
  reset(first: number, count: number, observations: Uint32Array): void {
    const factors = this.#starts.length;
    for (let a = first; a < first + count; a++) {
      for (let f = 0; f < factors; f++) this.#hidden[a * factors + f] = this.#draw(a, this.#starts[f] as Table, 0);
    }
    this.#emit(first, count, observations);
  }

  /** See {@link Environment.step}. */
  step(first: number, count: number, actions: Uint32Array, observations: Uint32Array): void {
    const moves = this.#moves;
    const controls = this.#controls;
    const hidden = this.#hidden;
    const factors = moves.length;
    const next = new Uint32Array(factors);
    for (let i = 0; i < count; i++) {
      const a = first + i;
      for (let f = 0; f < factors; f++) {
        const move = moves[f] as Table;
        const column = this.#column(a, move) * (controls[f] as number) + (actions[i * factors + f] as number);
        next[f] = this.#draw(a, move, column);
      }
      for (let f = 0; f < factors; f++) hidden[a * factors + f] = next[f] as number;
    }
    this.#emit(first, count, observations);
  }

  #emit(first: number, count: number, observations: Uint32Array): void {
    const outcomes = this.#outcomes;
    const modalities = outcomes.length;
    for (let i = 0; i < count; i++) {
      for (let m = 0; m < modalities; m++) {
        const outcome = outcomes[m] as Table;
        observations[i * modalities + m] = this.#draw(first + i, outcome, this.#column(first + i, outcome));
      }
    }
  }

  #column(agent: number, { deps }: Table): number {
    const states = this.#states;
    const hidden = this.#hidden;
    const at = agent * states.length;
    let column = 0;
    for (let d = 0; d < deps.length; d++) {
      const f = deps[d] as number;
      column = column * (states[f] as number) + (hidden[at + f] as number);
    }
    return column;
  }

  #draw(agent: number, { n, sums, certain }: Table, column: number): number {
    const only = certain[column] as number;
    if (only >= 0) return only;
    const next = ((this.#random[agent] as number) + 0x9e3779b9) >>> 0;
    this.#random[agent] = next;
    const target = (hash(next) / 2 ** 32) * (sums[(column + 1) * n - 1] as number);
    // The first entry whose sum is larger.
    let low = column * n;
    let high = low + n - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (target >= (sums[middle] as number)) low = middle + 1;
      else high = middle;
    }
    return low - column * n;
  }
}

/** A world whose process is its own model, or another. */
export function processWorld(model: ModelSpec, process: ModelSpec = model): World<ModelSpec> {
  return { model, environment: (agents, seed) => new ProcessEnvironment(process, agents, seed) };
}

/** Columns of `[entry][column]` as cumulative sums, one column behind the other. */
function table(data: Float64Array, n: number, deps: readonly number[]): Table {
  const columns = data.length / n;
  const sums = new Float64Array(data.length);
  const certain = new Int32Array(columns);
  for (let c = 0; c < columns; c++) {
    let sum = 0;
    let possible = 0;
    for (let i = 0; i < n; i++) {
      const weight = data[i * columns + c] as number;
      sum += weight;
      sums[c * n + i] = sum;
      if (weight === 0) continue;
      certain[c] = i;
      possible++;
    }
    if (possible !== 1) certain[c] = -1;
  }
  return { n, sums, deps, certain };
}

/** A 32-bit finaliser with good avalanche (Mueller's, as in splitmix). */
function hash(x: number): number {
  let y = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  y = Math.imul(y ^ (y >>> 15), 0x735a2d97);
  return (y ^ (y >>> 15)) >>> 0;
}
