import type { GpuExecutionContext } from '@aatgs/core';
import { Series } from './analysis/index.ts';
import type { ThermoConfig, ThermoTelemetry } from './generated/layout.ts';
import type { Model } from './models/index.ts';
import type { ResolvedThermoOptions } from './options.ts';
import type { Search } from './search.ts';

/** A sample of one replica on the device: energy and magnetisation, 64 bits each. */
const SAMPLE_BYTES = 16;

/** The samples of one run as they come: rows of the device's series, each read once. */
export class SeriesReader {
  readonly #context: GpuExecutionContext<ThermoConfig, ThermoTelemetry>;
  readonly #model: Model;
  readonly #options: ResolvedThermoOptions;
  /** Replicas, and pairs of them with an overlap: entries of a sample. */
  readonly #width: number;
  readonly #pairs: number;
  readonly #energies: Float64Array;
  readonly #moments: Float64Array;
  readonly #overlaps: Float64Array;
  /** Samples that have been asked for. */
  #asked = 0;

  /** @param capacity most samples there will be */
  constructor(
    context: GpuExecutionContext<ThermoConfig, ThermoTelemetry>,
    model: Model,
    options: ResolvedThermoOptions,
    capacity: number,
  ) {
    this.#context = context;
    this.#model = model;
    this.#options = options;
    const { ladders, temperatures, members } = options;
    // Overlaps are of ladders of one system, all of whose spins are here.
    const joined = members > 1 || ladders === model.systems ? 0 : Math.floor(ladders / 2);
    this.#width = ladders * temperatures.length;
    this.#pairs = joined * temperatures.length;
    this.#energies = new Float64Array(capacity * this.#width);
    this.#moments = new Float64Array(capacity * this.#width);
    this.#overlaps = new Float64Array(capacity * this.#pairs);
  }

  /**
   * The first samples. Those that are not here yet are read after all that is queued now; calls may overlap. A series stays as
   * it is when later ones are read.
   */
  async upTo(samples: number): Promise<Series> {
    const [width, pairs, first] = [this.#width, this.#pairs, this.#asked];
    const rows = Math.max(0, samples - first);
    this.#asked += rows;
    const read = async (name: string, rowBytes: number) =>
      new Int32Array((await this.#context.read(name, first * rowBytes, rows * rowBytes)).buffer);
    const [betas, values, overlaps] = await Promise.all([
      this.#context.read('betas'),
      read('series', width * SAMPLE_BYTES),
      read('overlaps', pairs * 8),
    ]);
    for (let i = 0; i < rows * width; i++) {
      this.#energies[first * width + i] = integer(values, 2 * i) * this.#model.unit + this.#model.offset;
      this.#moments[first * width + i] = integer(values, 2 * i + 1);
    }
    for (let i = 0; i < rows * pairs; i++) this.#overlaps[first * pairs + i] = integer(overlaps, i);
    return new Series({
      temperatures: new Float64Array(betas.buffer).map((beta) => this.#model.unit / beta),
      ladders: this.#options.ladders,
      systems: this.#model.systems,
      samples,
      sites: this.#model.n,
      energies: this.#energies.subarray(0, samples * width),
      moments: this.#moments.subarray(0, samples * width),
      overlaps: this.#overlaps.subarray(0, samples * pairs),
    });
  }
}

/** The i-th 64-bit integer, of less than 2^53, of its halves: BigInt64Array makes an object of each. */
function integer(halves: Int32Array, i: number): number {
  return (halves[2 * i + 1] as number) * 2 ** 32 + ((halves[2 * i] as number) >>> 0);
}

/** When samples are taken. */
export interface SamplePlan {
  readonly burnIn: number;
  readonly samples: number;
  readonly sampleEvery: number;
}

/** Hands the samples of a run on as they come, after every `every` of them. */
export class Reports {
  readonly #reader: SeriesReader;
  readonly #plan: SamplePlan;
  readonly #every: number;
  readonly #onSeries: (series: Series) => unknown;
  /** Samples that have been reported, or soon are. */
  #seen = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(reader: SeriesReader, plan: SamplePlan, every: number, onSeries: (series: Series) => unknown) {
    this.#reader = reader;
    this.#plan = plan;
    this.#every = every;
    this.#onSeries = onSeries;
  }

  /** Rounds after which the next report is due. */
  next(rounds: number): number {
    const { burnIn, samples, sampleEvery } = this.#plan;
    const due = Math.min(samples, this.#dueAt(rounds) + this.#every);
    return burnIn + due * sampleEvery;
  }

  /**
   * Asks for the samples of the rounds queued so far, if a report is due, and hands them on once they are here. Reports wait for
   * each other, not the run for them; what one throws ends it. The last look waits for all.
   */
  async look(search: Search): Promise<void> {
    const due = this.#dueAt(search.rounds);
    // Of a single sample nothing can be estimated.
    if (due > this.#seen && due > 1) {
      this.#seen = due;
      const reading = this.#reader.upTo(due);
      this.#last = Promise.all([reading, this.#last]).then(async ([series]) => {
        // The ring is filled first: a report may keep this thread for long.
        await new Promise((resolve) => setImmediate(resolve));
        if (!search.failed) await this.#onSeries(series);
      });
      this.#last = this.#last.catch((error) => search.fail(error));
    }
    if (search.over) await this.#last;
  }

  /** The last multiple of `every` samples that so many rounds have taken. */
  #dueAt(rounds: number): number {
    const { burnIn, samples, sampleEvery } = this.#plan;
    const taken = Math.min(samples, Math.max(0, Math.floor((rounds - burnIn) / sampleEvery)));
    return taken - (taken % this.#every);
  }
}
