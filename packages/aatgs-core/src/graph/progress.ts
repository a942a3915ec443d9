import type { Durations } from './durations.ts';
import type { TaskNode } from './node.ts';

/** How far a run is. */
export interface GraphProgress {
  /** Tasks of the graph that have ended. */
  readonly done: number;
  /** Tasks of the graph. Those of subgraphs count as part of the task they are in. */
  readonly total: number;
  /** Names of the tasks running now, those of subgraphs included. */
  readonly running: readonly string[];
  /** Share of the work done, 0 to 1, weighted by measured durations. */
  readonly fraction: number;
  /** Milliseconds since the start of the run. */
  readonly elapsedMs: number;
}

/** Keeps count of a run, and tells whoever asked. */
export class Progress {
  readonly #weights = new Map<string, number>();
  readonly #running = new Map<string, number>();
  readonly #report: ((progress: GraphProgress) => void) | undefined;
  readonly #startedAt: number;
  readonly #failed: (error: unknown) => void;
  #ended = 0;
  #endedWeight = 0;
  #totalWeight = 0;

  constructor(
    nodes: readonly TaskNode[],
    durations: Durations,
    startedAt: number,
    report: ((progress: GraphProgress) => void) | undefined,
    failed: (error: unknown) => void,
  ) {
    this.#report = report;
    this.#failed = failed;
    this.#startedAt = startedAt;
    if (!report) return;
    for (const { name, kind, inputs } of nodes) {
      if (inputs === null) continue;
      const weight = Math.max(1e-6, durations.estimate(kind));
      this.#weights.set(name, weight);
      this.#totalWeight += weight;
    }
  }

  started(name: string): void {
    if (!this.#report) return;
    this.#running.set(name, 0);
    this.#tell();
  }

  advanced(name: string, fraction: number): void {
    if (!this.#report || !this.#running.has(name)) return;
    this.#running.set(name, Math.min(1, Math.max(0, fraction)));
    this.#tell();
  }

  ended(name: string): void {
    if (!this.#report) return;
    this.#running.delete(name);
    const weight = this.#weights.get(name);
    if (weight !== undefined) {
      this.#ended++;
      this.#endedWeight += weight;
    }
    this.#tell();
  }

  #tell(): void {
    let weight = this.#endedWeight;
    for (const [name, fraction] of this.#running) weight += fraction * (this.#weights.get(name) ?? 0);
    const progress = {
      done: this.#ended,
      total: this.#weights.size,
      running: [...this.#running.keys()],
      fraction: this.#totalWeight > 0 ? Math.min(1, weight / this.#totalWeight) : 1,
      elapsedMs: performance.now() - this.#startedAt,
    };
    try {
      this.#report?.(progress);
    } catch (error) {
      this.#failed(error); // the callback's own error ends the run
    }
  }
}
