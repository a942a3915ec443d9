/** The samples of a run: energy and magnetisation of every temperature in every ladder. */
export class Series {
  /** Temperatures sampled at, falling. */
  readonly temperatures: Float64Array;
  /** Independent ladders, each with all temperatures, of all systems: ladder l belongs to system l / (ladders / systems). */
  readonly ladders: number;
  /** Realisations of disorder. */
  readonly systems: number;
  /** Samples of every temperature and ladder. */
  readonly samples: number;
  /** Number of spins. */
  readonly sites: number;
  readonly #energies: Float64Array;
  readonly #moments: Float64Array;
  readonly #overlaps: Float64Array;

  /** @internal */
  constructor(parts: {
    temperatures: Float64Array;
    ladders: number;
    systems: number;
    samples: number;
    sites: number;
    /** By sample, ladder, rung. */
    energies: Float64Array;
    moments: Float64Array;
    /** By sample, pair of ladders, rung. */
    overlaps: Float64Array;
  }) {
    this.temperatures = parts.temperatures;
    this.ladders = parts.ladders;
    this.systems = parts.systems;
    this.samples = parts.samples;
    this.sites = parts.sites;
    this.#energies = parts.energies;
    this.#moments = parts.moments;
    this.#overlaps = parts.overlaps;
  }

  /** Energies of the whole system, in the model's own, in the order sampled. */
  energy(rung: number, ladder: number = 0): Float64Array {
    return this.#column(this.#energies, rung, ladder);
  }

  /** Sums of all spins; Potts: how often the most frequent state occurs. */
  moment(rung: number, ladder: number = 0): Float64Array {
    return this.#column(this.#moments, rung, ladder);
  }

  /** Overlaps of ladders 2 `pair` and 2 `pair` + 1 of one system: sums of s s'; Potts: sites on which they agree. */
  overlap(rung: number, pair: number = 0): Float64Array {
    const rungs = this.temperatures.length;
    const pairs = Math.floor(this.ladders / 2);
    return Float64Array.from(
      { length: this.samples },
      (_, i) => this.#overlaps[(i * pairs + pair) * rungs + rung] as number,
    );
  }

  #column(values: Float64Array, rung: number, ladder: number): Float64Array {
    const rungs = this.temperatures.length;
    return Float64Array.from(
      { length: this.samples },
      (_, i) => values[(i * this.ladders + ladder) * rungs + rung] as number,
    );
  }
}
