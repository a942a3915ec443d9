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
    const all = await this.#numbers(region, skip);
    return this.#part(all, new Float64Array(width * agents), { width, agents, rows: 1, at: 0, size: width });
  }

  /** Parts of `sizes` of each of an agent's `rows` rows: for each part `[agent][row][size]`. */
  async parts(region: string, sizes: readonly number[], rows = 1, agents: number = this.#agents) {
    const all = await this.#numbers(region, 0);
    const width = sizes.reduce((sum, n) => sum + n, 0);
    let at = 0;
    return sizes.map((size) => {
      const out = new Float64Array(agents * rows * size);
      this.#part(all, out, { width, agents, rows, at, size });
      at += size;
      return out;
    });
  }

  /** Numbers that a row of each agent takes on the device. */
  padded(width: number): number {
    return Math.ceil(this.#agents / this.#interleave) * this.#interleave * width;
  }

  /** `[agent][width]` of a region of integers. */
  async integers(region: string, width: number): Promise<Uint32Array> {
    const all = typed(await this.#context.read(region), Uint32Array);
    const agents = this.#agents;
    return this.#part(all, new Uint32Array(width * agents), { width, agents, rows: 1, at: 0, size: width });
  }

  async #numbers(region: string, skip: number): Promise<Float32Array | Float64Array> {
    const bytes = await this.#context.read(region);
    const all = this.#double ? typed(bytes, Float64Array) : typed(bytes, Float32Array);
    return skip > 0 ? all.subarray(skip) : all;
  }

  /** Copies numbers `at` to `at + size` of every row in order. Element by element: rows are short. */
  #part<A extends Float64Array | Uint32Array>(all: ArrayLike<number>, out: A, part: Part): A {
    const { width, agents, rows, at, size } = part;
    const lanes = agents === 1 ? 1 : this.#interleave;
    const whole = rows * width;
    for (let agent = 0, to = 0; agent < agents; agent++) {
      const base = Math.floor(agent / lanes) * whole * lanes + (agent % lanes);
      for (let row = 0; row < whole; row += width) {
        for (let i = row + at, end = i + size; i < end; i++) out[to++] = all[base + i * lanes] as number;
      }
    }
    return out;
  }
}

interface Part {
  readonly width: number;
  readonly agents: number;
  readonly rows: number;
  readonly at: number;
  readonly size: number;
}

/** A view of bytes as numbers; a copy where they are not aligned. */
function typed<A>(
  bytes: Uint8Array,
  Kind: { new (buffer: ArrayBufferLike, at: number, n: number): A; readonly BYTES_PER_ELEMENT: number },
): A {
  const aligned = bytes.byteOffset % Kind.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
  return new Kind(aligned.buffer, aligned.byteOffset, aligned.byteLength / Kind.BYTES_PER_ELEMENT);
}
