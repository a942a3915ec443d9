/** Steps are kept between these lengths, as far as substeps can be divided. */
const SHORTEST_NS = 50_000;
const LONGEST_NS = 5_000_000;
const FIRST_NS = 200_000;
const FIRST_DEPTH = 4;
/** Another length is kept if it makes this much of the throughput. */
const WORTHWHILE = 1.01;
/** As long as throughput is this near to the best, steps may be shorter; below the other share, another length is tried. */
const THRIFTY = 0.98;
const WASTEFUL = 0.95;
/** How often another length is tried anyway, since the work itself changes. */
const TRY_EVERY_MS = 2000;
/** How much is looked at before anything is changed. */
const WINDOW_RECORDS = 16;
const WINDOW_MS = 1;
const CALM_WINDOWS = 32;
const WEIGHT = 0.25;

/**
 * Chooses how many substeps a config carries and how many configs are in the ring, from what was measured. Results do not
 * depend on either, since k substeps of one config equal k configs of one.
 *
 * - A ring that runs empty is fed deeper.
 * - Twice the length is tried at first, and again as long as it brings 1 % more substeps a second, up to 5 ms. That sees both
 *   what is lost between steps and what every step has to do whatever its substeps. Later, every two seconds, when throughput
 *   has fallen, and when a full ring runs empty, half and twice the length are tried in turn.
 * - Steps get longer where records pile up.
 * - Where throughput stays within 2 % of the best both shrink slowly, since what is in the ring still runs after a goal is
 *   reached or a signal came.
 */
export class Pacer {
  readonly #slots: number;
  #targetNs = FIRST_NS;
  #depth: number;
  /** Time of a substep by phase, nanoseconds. */
  readonly #substepNs = new Map<number, number>();
  /** What had been queued when the last run was. */
  #fedTo = 0;
  #windowStart = 0;
  #windowRecords = 0;
  #windowSubsteps = 0;
  /** Records still to come of configs from before the last change; null: none. */
  #stale: number | null = null;
  #calm = 0;
  /** Substeps a millisecond, at best, since another length was last tried. */
  #best = 0;
  /** What is to be beaten by the length tried now. */
  #trial: { readonly rate: number; readonly targetNs: number } | null = null;
  /** When another length is tried next, and how much longer it is. */
  #tryAt = 0;
  #factor = 2;

  /** @param slots of the config ring */
  constructor(slots: number) {
    this.#slots = slots;
    this.#depth = Math.min(FIRST_DEPTH, slots);
  }

  /** Configs to keep in the ring now. */
  get depth(): number {
    return this.#depth;
  }

  /** Length aimed at for a step, nanoseconds. */
  get targetNs(): number {
    return this.#targetNs;
  }

  /**
   * Substeps for the next config of a phase; one while nothing is known.
   * @param stepMs the length to aim at, where it is pinned
   */
  substeps(phase: number, left: number, stepMs?: number): number {
    const each = this.#substepNs.get(phase);
    const aim = stepMs === undefined ? this.#targetNs : 1e6 * stepMs;
    const wanted = each === undefined ? 1 : Math.max(1, Math.round(aim / Math.max(each, 1)));
    return Math.min(wanted, left, 2 ** 31);
  }

  /**
   * A run begins: what was measured before says nothing about its first window, and nothing about the time of a substep if
   * something else has run since: after a reset, say, one may take a thousand times as long.
   * @param queued configs and writes queued in the context so far
   */
  start(now: number, queued: number): void {
    if (queued !== this.#fedTo) {
      this.#substepNs.clear();
      this.#tryAt = 0;
      this.#factor = 2;
    }
    this.#takeBack();
    this.#stale = null;
    this.#open(now);
  }

  /** Everything of a run is in the ring. */
  fed(queued: number): void {
    this.#fedTo = queued;
  }

  /** A config of so many substeps took so long; not called for steps that had nothing to do. */
  measured(phase: number, substeps: number, durationNs: number): void {
    const each = durationNs / substeps;
    const mean = this.#substepNs.get(phase);
    this.#substepNs.set(phase, mean === undefined ? each : mean + WEIGHT * (each - mean));
    if (this.#stale !== null) {
      this.#stale--;
      return;
    }
    this.#windowRecords++;
    this.#windowSubsteps += substeps;
  }

  /**
   * The next config is about to be queued.
   * @param waiting configs in the ring, none of which waits for this one
   * @param unread share of the telemetry ring that nobody has collected, 0 to 1
   * @param pinned whether the length of steps is not this pacer's: then they say nothing about it
   */
  feeding(waiting: number, unread: number, now: number, pinned: boolean = false): void {
    if (waiting === 0) {
      this.#calm = 0;
      if (this.#depth < this.#slots) this.#depth = Math.min(this.#slots, 2 * this.#depth);
      else this.#tryAt = Math.min(this.#tryAt, now);
    }
    if (pinned) return;
    if (unread > 0.9) this.#scale(1.5);
    if (this.#stale !== null) {
      this.#open(now);
      if (this.#stale <= 0) this.#stale = null;
    }
    const elapsedMs = now - this.#windowStart;
    if (this.#windowRecords < WINDOW_RECORDS || elapsedMs < WINDOW_MS) return;
    const before = this.#targetNs;
    this.#judge(this.#windowSubsteps / elapsedMs, now);
    this.#open(now);
    if (this.#targetNs !== before) this.#stale = waiting;
  }

  /** A window has ended, with so many substeps a millisecond. */
  #judge(rate: number, now: number): void {
    if (this.#trial !== null && rate < WORTHWHILE * this.#trial.rate) {
      this.#takeBack();
      this.#factor = 1 / this.#factor;
      this.#tryAt = now + TRY_EVERY_MS;
    } else if (this.#trial !== null || now >= this.#tryAt || rate < WASTEFUL * this.#best) {
      this.#calm = 0;
      if (this.#factor > 1) this.#best = rate; // what longer steps bring is seen anew
      this.#tryAt = now + TRY_EVERY_MS;
      this.#trial = { rate, targetNs: this.#targetNs };
      this.#scale(this.#factor);
      if (this.#targetNs === this.#trial.targetNs) {
        this.#trial = null; // it cannot be longer, or shorter
        this.#factor = 1 / this.#factor;
      }
    } else if (rate > THRIFTY * this.#best && ++this.#calm >= CALM_WINDOWS) {
      this.#calm = 0;
      this.#scale(0.9);
      this.#depth = Math.max(2, this.#depth - 1);
    }
    this.#best = Math.max(this.#best, rate);
  }

  /** Ends a trial that has not shown anything. */
  #takeBack(): void {
    if (this.#trial !== null) this.#targetNs = this.#trial.targetNs;
    this.#trial = null;
  }

  #open(now: number): void {
    this.#windowStart = now;
    this.#windowRecords = this.#windowSubsteps = 0;
  }

  #scale(factor: number): void {
    this.#targetNs = Math.max(SHORTEST_NS, Math.min(LONGEST_NS, factor * this.#targetNs));
  }
}
