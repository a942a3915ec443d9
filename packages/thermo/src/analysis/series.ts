import { invalidArgument } from '../errors.ts';

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
    const { pairs } = this;
    return Float64Array.from(
      { length: this.samples },
      (_, i) => this.#overlaps[(i * pairs + pair) * rungs + rung] as number,
    );
  }

  /** Pairs of ladders whose overlaps were measured. */
  get pairs(): number {
    return this.#overlaps.length > 0 ? Math.floor(this.ladders / 2) : 0;
  }

  /**
   * Independent runs at the same temperatures as one, with the ladders of all: what a `DeviceGroup` sampled on several
   * devices. As many samples as the shortest has. Runs must not have adapted their ladders, or temperatures differ. Runs of
   * ensembles count as different systems: give each seeds of its own.
   *
   * @throws {ThermoError} `ERR_THERMO_INVALID_ARGUMENT` for runs that do not fit together.
   */
  static join(runs: readonly Series[]): Series {
    const [first] = runs;
    if (!first) throw invalidArgument('runs', '[]', 'at least one run');
    const { temperatures, sites, ladders, systems } = first;
    for (const { temperatures: others, sites: n, ladders: l, systems: s } of runs) {
      if (n === sites && l === ladders && s === systems && temperatures.every((t, k) => t === others[k])) continue;
      throw invalidArgument('runs', `${l} ladders on ${n} sites`, 'runs of one model, made alike, with adapt: false');
    }
    // Overlaps are of pairs of ladders, and of ladders from two runs they were never measured.
    if (runs.length > 1 && systems === 1 && ladders % 2 === 1)
      throw invalidArgument('ladders', ladders, 'an even number in each run');
    const samples = Math.min(...runs.map((run) => run.samples));
    const interleave = (into: Float64Array, parts: readonly Float64Array[], width: number): Float64Array => {
      for (let i = 0; i < samples; i++) {
        for (const [r, part] of parts.entries()) {
          into.set(part.subarray(i * width, (i + 1) * width), (i * parts.length + r) * width);
        }
      }
      return into;
    };
    const width = ladders * temperatures.length;
    const pairs = Math.floor(ladders / 2) * temperatures.length;
    const count = samples * runs.length;
    const values = (of: (run: Series) => Float64Array) =>
      interleave(new Float64Array(count * width), runs.map(of), width);
    return new Series({
      temperatures,
      sites,
      samples,
      ladders: ladders * runs.length,
      systems: systems > 1 ? systems * runs.length : 1,
      energies: values((run) => run.#energies),
      moments: values((run) => run.#moments),
      overlaps: interleave(
        new Float64Array(count * pairs),
        runs.map((run) => run.#overlaps),
        pairs,
      ),
    });
  }

  /**
   * The series of instances that shared the replicas of the same ladders: each has all energies, and the magnetisations of its
   * own replicas only. @internal
   */
  static together(parts: readonly Series[]): Series {
    const first = parts[0] as Series;
    if (parts.length === 1) return first;
    const moments = first.#moments.map((_, i) => parts.reduce((sum, part) => sum + (part.#moments[i] as number), 0));
    const { temperatures, ladders, systems, samples, sites } = first;
    const overlaps = new Float64Array(0);
    return new Series({ temperatures, ladders, systems, samples, sites, energies: first.#energies, moments, overlaps });
  }

  #column(values: Float64Array, rung: number, ladder: number): Float64Array {
    const rungs = this.temperatures.length;
    const column = new Float64Array(this.samples);
    for (let i = 0; i < column.length; i++) column[i] = values[(i * this.ladders + ladder) * rungs + rung] as number;
    return column;
  }
}
