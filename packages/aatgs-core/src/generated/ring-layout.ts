// Generated from ring.layout.json by `aatgs layout`; do not edit.
export const RING_PROTOCOL = 1;
export const RING_LINE_BYTES = 128;
/** What the scheduler does with a config slot. */
export const SlotKind = {
  STEP: 0,
  COPY: 1,
} as const;
/** Bits of a telemetry record's status word. */
export const Status = {
  CONVERGED: 1,
  IDLE: 2,
  CANCELLED: 4,
  FAULT: 8,
} as const;
/** Bits of the host's control word. */
export const Control = {
  STOP: 1,
  YIELD: 2,
} as const;
/** The scheduler's state, written by the device side only. */
export const EngineStatus = {
  STARTING: 0,
  RUNNING: 1,
  PARKED: 2,
  STOPPED: 3,
  LOST: 4,
} as const;
/** Words only the host writes. */
export const RingHostLine = {
  BYTES: 128,
  /** Byte offset. Configs published so far, modulo 2^32. */
  configWrite: 0,
  /** Byte offset. Telemetry records consumed so far, modulo 2^32. */
  telemetryRead: 4,
  /** Byte offset. Control bits. */
  control: 8,
  /** Byte offset. Non-zero asks a running step to end early; its results are then discarded. */
  cancel: 12,
} as const;
/** Words only the scheduler writes. */
export const RingDeviceLine = {
  BYTES: 128,
  /** Byte offset. Configs consumed so far, modulo 2^32. */
  configRead: 0,
  /** Byte offset. Telemetry records published so far, modulo 2^32. */
  telemetryWrite: 4,
  /** Byte offset. EngineStatus. */
  status: 8,
  /** Byte offset. Number of times the scheduler was started. */
  epoch: 12,
  /** Byte offset. Advances whenever the workers make progress. */
  heartbeat: 16,
  /** Byte offset. Times a step waited for room in the telemetry ring. */
  stalls: 20,
  /** Byte offset. Times the scheduler went to sleep for want of work. */
  parks: 24,
  /** Byte offset. Times it was woken. */
  wakeups: 28,
} as const;
/** Plain words JavaScript writes before it calls publish(); never read by the device. */
export const RingDoorbell = {
  BYTES: 128,
  configWrite: 0,
  telemetryRead: 4,
} as const;
/** Plain copies publish() makes of the device's line for JavaScript; never read by the device. */
export const RingMirror = {
  BYTES: 128,
  configRead: 0,
  telemetryWrite: 4,
  status: 8,
  epoch: 12,
  heartbeat: 16,
  stalls: 20,
  parks: 24,
  wakeups: 28,
} as const;
/** First 64 bytes of every config slot. */
export const ConfigHeader = {
  BYTES: 64,
  /** Byte offset. Position in the stream of configs, modulo 2^32. */
  sequence: 0,
  /** Byte offset. SlotKind. */
  kind: 4,
  /** Byte offset. Position in the stream of configs, 64 bits; echoed in the telemetry. */
  iteration: 8,
  /** Byte offset. Seed for the random numbers of this config. */
  seed: 16,
  /** Byte offset. The module's own phase id. */
  phase: 24,
  /** Byte offset. The module's own flags. */
  flags: 28,
  /** Byte offset. Device address of the staged input, or the source of a COPY. */
  input: 32,
  /** Byte offset. Bytes staged, or bytes to COPY. */
  inputBytes: 40,
  /** Byte offset. Device address of this record's output area, or the destination of a COPY. */
  output: 48,
  /** Byte offset. Capacity of the output area. */
  outputBytes: 56,
} as const;
/** First 32 bytes of every telemetry slot. */
export const TelemetryHeader = {
  BYTES: 32,
  /** Byte offset. Sequence of the config this record answers. */
  sequence: 0,
  /** Byte offset. Status bits. */
  status: 4,
  /** Byte offset. Iteration of the config this record answers. */
  iteration: 8,
  /** Byte offset. Time the step took, in nanoseconds; not part of a result. */
  durationNs: 16,
  /** Byte offset. Bytes the step wrote to its output area. */
  outputBytes: 24,
  /** Byte offset. Phase id of the config this record answers. */
  phase: 28,
} as const;
