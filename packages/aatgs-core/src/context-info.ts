/** Where a context runs and why. */
export interface ContextInfo {
  /** Whether configs are waited for (`sync`) or not (`async`). */
  readonly mode: 'sync' | 'async';
  /** `'cpu'`, or the GPU's index. */
  readonly device: 'cpu' | number;
  /** The processor's or the GPU's name. */
  readonly deviceName: string;
  /** `'host'`, `'resident'` or `'launch'`: what runs the configs now. With `engine: 'auto'` it may change with the steps' length. */
  readonly engine: string;
  /** Threads on the CPU, blocks on a GPU. */
  readonly workers: number;
  /** Why this device was chosen; for `device: 'auto'` on the CPU, why no GPU is used. */
  readonly reason: string;
  /** The compiled module that runs here. */
  readonly module: { readonly name: string; readonly version: string };
  /** Memory the context holds on the device and for its rings now, buffers included, bytes. */
  readonly deviceBytes: number;
  /** Slots of the config ring. */
  readonly configSlots: number;
  /** Slots of the telemetry ring. */
  readonly telemetrySlots: number;
  /** Names of the state regions `read` accepts. */
  readonly regions: readonly string[];
}

/** What `health()` sees at this moment. */
export interface ContextHealth {
  /** `running`, `parked` (asleep for want of work), `closed`, or `lost` (the device cannot be used any more). */
  readonly state: 'running' | 'parked' | 'closed' | 'lost';
  /** Configs queued whose records have not arrived. */
  readonly pending: number;
  /**
   * Changes while the workers make progress: with every step on the CPU, at most once a millisecond on the resident
   * engine, with barriers inside a long step on the launch engine. A value that stands still with work pending means a
   * long or hung step.
   */
  readonly heartbeat: number;
  /** Why the context has ended; empty while it lives. */
  readonly reason: string;
}
