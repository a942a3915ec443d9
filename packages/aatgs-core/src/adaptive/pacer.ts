/** Steps are kept between these lengths, as far as substeps can be divided. */
const SHORTEST_NS = 50_000;
const LONGEST_NS = 5_000_000;
const FIRST_NS = 200_000;
const FIRST_DEPTH = 4;
/** Below this share of time in steps, scheduling costs too much; above the other one there is some to spare. */
const WASTEFUL = 0.95;
const THRIFTY = 0.98;
/** How much is looked at before anything is changed. */
const WINDOW_RECORDS = 16;
const WINDOW_MS = 1;
const WEIGHT = 0.25;

/**
 * Chooses how many substeps a config carries and how many configs are in the ring, from what was measured. Results do not
 * depend on either, since k substeps of one config equal k configs of one.
 *
 * - A ring that runs empty is fed deeper, and when it is full already, with longer steps.
 * - Where scheduling takes more than 5 % of the time, and where records pile up, steps get longer, up to 5 ms.
 * - Where neither happens, both shrink slowly, since what is in the ring still runs after a goal is reached or a signal came.
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
  #windowNs = 0;
  #calm = 0;

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
   * @param queued configs and transfers queued in the context so far
   */
  start(now: number, queued: number): void {
    if (queued !== this.#fedTo) this.#substepNs.clear();
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
    this.#windowRecords++;
    this.#windowNs += durationNs;
  }

  /**
   * The next config is about to be queued.
   * @param waiting configs in the ring, none of which waits for this one
   * @param unread share of the telemetry ring that nobody has collected, 0 to 1
   */
  feeding(waiting: number, unread: number, now: number): void {
    if (waiting === 0) {
      this.#calm = 0;
      if (this.#depth < this.#slots) this.#depth = Math.min(this.#slots, 2 * this.#depth);
      else this.#lengthen(1.5);
    }
    if (unread > 0.9) this.#lengthen(1.5);
    const elapsedMs = now - this.#windowStart;
    if (this.#windowRecords < WINDOW_RECORDS || elapsedMs < WINDOW_MS) return;
    const busy = this.#windowNs / 1e6 / elapsedMs;
    this.#open(now);
    if (busy < WASTEFUL) {
      this.#calm = 0;
      this.#lengthen(1.5);
    } else if (busy > THRIFTY && ++this.#calm >= 32) {
      this.#calm = 0;
      this.#targetNs = Math.max(SHORTEST_NS, 0.9 * this.#targetNs);
      this.#depth = Math.max(2, this.#depth - 1);
    }
  }

  #open(now: number): void {
    this.#windowStart = now;
    this.#windowRecords = this.#windowNs = 0;
  }

  #lengthen(factor: number): void {
    this.#targetNs = Math.min(LONGEST_NS, factor * this.#targetNs);
  }
}
