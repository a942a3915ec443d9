import type { GpuExecutionContext } from '@aatgs/core';
import type { AiConfig, AiTelemetry } from './generated/layout.ts';

/** Agents whose numbers the kernel interleaves; see Rows in ai_types.hpp. */
const INTERLEAVE = 32;
const MANY_AGENTS = 1024;
const SMALL_MODEL = 32;
const MANY_LARGER_AGENTS = 16384;
const LARGER_MODEL = 40;

type Context = GpuExecutionContext<AiConfig, AiTelemetry>;

/** Reads the kernel's arrays of one row for each agent, whatever their order on the device. */
export class RowReader {
  readonly #context: Context;
  readonly #agents: number;
  readonly #interleave: number;
  readonly #double: boolean;

  /** @param plain neither a window nor a search */
  constructor(context: Context, agents: number, states: number, double: boolean, plain: boolean) {
    this.#context = context;
    this.#agents = agents;
    const enough = agents >= (states <= SMALL_MODEL ? MANY_AGENTS : MANY_LARGER_AGENTS);
    this.#interleave = enough && states <= LARGER_MODEL && !double && plain ? INTERLEAVE : 1;
    this.#double = double;
  }

  /** `[agent][width]` of a region of numbers, behind `skip` of them; with `agents` 1 what all of them share. */
  async reals(region: string, width: number, agents: number = this.#agents, skip = 0): Promise<Float64Array> {
    const bytes = await this.#context.read(region);
    const all = this.#double ? new Float64Array(bytes.slice().buffer) : new Float32Array(bytes.slice().buffer);
    return this.#inOrder(skip > 0 ? all.subarray(skip) : all, Float64Array, width, agents);
  }

  /** Numbers that a row of each agent takes on the device. */
  padded(width: number): number {
    return Math.ceil(this.#agents / this.#interleave) * this.#interleave * width;
  }

  /** `[agent][width]` of a region of integers. */
  async integers(region: string, width: number): Promise<Uint32Array> {
    const bytes = await this.#context.read(region);
    return this.#inOrder(new Uint32Array(bytes.slice().buffer), Uint32Array, width, this.#agents);
  }

  #inOrder<A extends Float64Array | Uint32Array>(
    all: ArrayLike<number>,
    Kind: new (n: number) => A,
    width: number,
    agents: number,
  ): A {
    const out = new Kind(width * agents);
    const lanes = agents === 1 ? 1 : this.#interleave;
    for (let agent = 0; agent < agents; agent++) {
      const base = Math.floor(agent / lanes) * width * lanes + (agent % lanes);
      for (let i = 0; i < width; i++) out[agent * width + i] = all[base + i * lanes] as number;
    }
    return out;
  }
}
