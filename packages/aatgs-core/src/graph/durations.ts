const WEIGHT = 0.3;

/** Measured durations by kind of task: exponentially weighted means, kept over runs. */
export class Durations {
  readonly #means: Map<string, number>;

  /** @param known milliseconds by kind, of an earlier process for example */
  constructor(known: Readonly<Record<string, number>> = {}) {
    this.#means = new Map(Object.entries(known));
  }

  /** A task of this kind took so long, milliseconds. */
  record(kind: string, milliseconds: number): void {
    const mean = this.#means.get(kind);
    this.#means.set(kind, mean === undefined ? milliseconds : mean + WEIGHT * (milliseconds - mean));
  }

  /** What a kind is expected to take: its mean, else the mean over all kinds, else 1. */
  estimate(kind: string): number {
    return this.#means.get(kind) ?? this.#overall;
  }

  /** Milliseconds by kind, as the constructor takes them. */
  toJSON(): Record<string, number> {
    return Object.fromEntries(this.#means);
  }

  get #overall(): number {
    if (this.#means.size === 0) return 1;
    let sum = 0;
    for (const mean of this.#means.values()) sum += mean;
    return sum / this.#means.size;
  }
}
