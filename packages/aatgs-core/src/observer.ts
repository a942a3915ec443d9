/** What the engine has counted so far. */
export interface EngineCounters {
  /** Times a step waited because telemetry was not read. */
  readonly stalls: number;
  /** Times the scheduler went to sleep. */
  readonly parks: number;
  /** Times it was woken. */
  readonly wakeups: number;
}

/** Configs and records in a context's rings. */
export interface RingLevels {
  /** Configs queued that the engine has not finished with. */
  readonly configs: number;
  /** Records published that nobody has collected. */
  readonly records: number;
}

/** Somebody who watches a context's rings. Called on the hot path, so it must not do much, and nothing with the context. */
export interface ContextObserver {
  /** A config was queued. */
  queued?(levels: RingLevels): void;
  /** A record was collected. Transfers have records too. */
  record?(durationNs: number, phase: number): void;
  /** Cursors were exchanged with the engine. */
  looked?(levels: RingLevels, counters: EngineCounters): void;
}
