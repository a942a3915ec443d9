export { greedyClique } from './clique.ts';
export { WHCR_ERROR_CODES, WhcrError, type WhcrErrorCode, type WhcrErrorOptions } from './errors.ts';
export {
  type WhcrConfig,
  WhcrDynamic,
  WhcrInit,
  WhcrPhase,
  type WhcrSetup,
  type WhcrTelemetry,
} from './generated/layout.ts';
export * from './graph/index.ts';
export { WHCR_PRESETS, type WhcrModule, whcrModule } from './kernel.ts';
export type { WhcrOptions } from './options.ts';
export type { SearchLimits, SearchProgress } from './search.ts';
export {
  type CheckpointOptions,
  type ColoringResult,
  type ColorOptions,
  type MinimizeOptions,
  type RepairOptions,
  Whcr,
} from './whcr.ts';
