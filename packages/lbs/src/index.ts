export { type ReadResult, type ReadStructuresOptions, readStructures } from './batch/read-structures.ts';
export type { BatchResult } from './batch/run.ts';
export { AMINO_ACIDS } from './chemistry/residues.ts';
export { LBS_ERROR_CODES, LbsError, type LbsErrorCode, type LbsErrorOptions } from './errors.ts';
export { fetchStructure, isStructureId, STRUCTURE_SERVERS, type StructureServers } from './fetch.ts';
export { type LbsConfig, LbsFlag, LbsPhase, type LbsSetup, type LbsTelemetry } from './generated/layout.ts';
export { LBS_PRESETS, type LbsKernel, lbsModule } from './kernel.ts';
export { type BatchItem, Lbs, type PredictBatchOptions } from './lbs.ts';
export { defaultModel, defaultModelPath, type LbsModel, readModel } from './model.ts';
export type { LbsOptions } from './options.ts';
export * from './output/index.ts';
export { isStructureFile, parseStructure, readStructure, structureName } from './readers/index.ts';
export {
  type CenterRow,
  parseCenters,
  type RescoredCenter,
  type RescoreOptions,
  rescoreCenters,
} from './rescore.ts';
export type { Point3, Prediction, Site, SurfacePoints } from './result.ts';
export {
  type Chain,
  type LeftOut,
  type ReadOptions,
  type Residue,
  residueLabel,
  type Structure,
} from './structure/structure.ts';
