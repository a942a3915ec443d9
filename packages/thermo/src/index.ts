export type { CheckpointOptions } from '@aatgs/core';
export { type AcrossOptions, type AcrossResult, sampleAcross } from './across.ts';
export * from './analysis/index.ts';
export { THERMO_ERROR_CODES, ThermoError, type ThermoErrorCode, type ThermoErrorOptions } from './errors.ts';
export {
  type ThermoConfig,
  ThermoModel,
  ThermoPhase,
  ThermoScheme,
  type ThermoSetup,
  type ThermoTelemetry,
} from './generated/layout.ts';
export { THERMO_PRESETS, type ThermoKernel, thermoModule } from './kernel.ts';
export type { Exchanges } from './ladder.ts';
export * from './models/index.ts';
export { defaultTemperatures, geometricTemperatures, searchOptions, type ThermoOptions } from './options.ts';
export { readQubo, readRudy } from './readers/index.ts';
export type { ThermoLimits, ThermoProgress } from './search.ts';
export {
  type MinimizeOptions,
  type MinimizeResult,
  type SampleOptions,
  type SampleResult,
  Thermo,
} from './thermo.ts';
