export type { CheckpointOptions } from '@aatgs/core';
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
export { colorOnIslands, type IslandsOptions, type IslandsProgress, type IslandsResult } from './islands.ts';
export { WHCR_PRESETS, type WhcrModule, whcrModule } from './kernel.ts';
export type { WhcrOptions } from './options.ts';
export type { Priors, PriorWeights } from './priors.ts';
export type { Kernel } from './reduce/parts.ts';
export { type Reduction, reduceGraph } from './reduce/reduce.ts';
export type { Dynamic, Regime } from './regime.ts';
export { coloringReport } from './report/report.ts';
export type * from './requests.ts';
export type { LevelSample, SearchLimits, SearchProgress } from './search.ts';
export { Whcr } from './whcr.ts';
