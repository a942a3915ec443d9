export { AlgorithmAdapter, type PlacementOptions, placementOf } from './adapter.ts';
export type { Advanced, AdvanceOptions, SubstepRule } from './adaptive/advance.ts';
export { type ArgumentChecks, argumentChecks, shown } from './argument-checks.ts';
export type { BatchOptions, StagedConfig } from './batch.ts';
export {
  type Checkpoint,
  type CheckpointOptions,
  checkpointer,
  type GoalJob,
  readCheckpoint,
  resumeFromCheckpoint,
  type Snapshots,
  writeCheckpoint,
} from './checkpoint.ts';
export {
  type ConfigRecord,
  isConverged,
  isIdle,
  type LayoutField,
  type ModuleLayout,
  type SlotViews,
  type TelemetryRecord,
  telemetryHeader,
  u32Field,
  u64Field,
  viewsOf,
} from './codec.ts';
export { GpuExecutionContext } from './context.ts';
export type { ContextHealth, ContextInfo } from './context-info.ts';
export { type BufferHost, DeviceBuffer, DeviceSpan } from './device-buffer.ts';
export { type CpuDevice, type DeviceLink, type Devices, devices } from './devices.ts';
export { CHANNELS } from './diagnostics.ts';
export { AatgsError, type AatgsErrorCode, type AatgsErrorOptions, ERROR_CODES } from './errors.ts';
export { Status } from './generated/ring-layout.ts';
export * from './graph/index.ts';
export * from './group/index.ts';
export { KernelModule, type KernelModuleSpec } from './module.ts';
export type { CudaStatus, GpuDevice, NativeModuleInfo } from './native/binding.ts';
export { type BinaryLocation, locateBinary } from './native/locate.ts';
export { platformSuffix } from './native/platform.ts';
export type { ContextObserver, EngineCounters, RingLevels } from './observer.ts';
export type { ContextOptions } from './options.ts';
export type { ContextStats, IterationMode, RingUtilization } from './stats.ts';
export * from './trace/index.ts';
