export {
  ActiveInference,
  type Observations,
  type StepOptions,
  type StepResult,
} from './active-inference.ts';

export * from './analysis/index.ts';
export { beliefsForColoring, type ColoringGraph, type ColoringOptions } from './coloring.ts';
export { CONVENTIONS, type ConventionName, type ConventionOptions, type Conventions } from './conventions.ts';
export type { PolicyDetails, StepDetails } from './details.ts';
export * from './environments/index.ts';
export {
  ACTIVE_INFERENCE_ERROR_CODES,
  ActiveInferenceError,
  type ActiveInferenceErrorCode,
  type ActiveInferenceErrorOptions,
} from './errors.ts';
export { type AiConfig, AiPhase, type AiSetup, type AiTelemetry } from './generated/layout.ts';
export { NOT_OBSERVED } from './input.ts';
export { ACTIVE_INFERENCE_PRESETS, type ActiveInferenceKernel, activeInferenceLibrary } from './kernel.ts';
export * from './model/index.ts';
export type {
  ActionOptions,
  ActiveInferenceOptions,
  InductiveOptions,
  InferenceOptions,
  LearningOptions,
  LearningRule,
  SearchOptions,
  TermOptions,
} from './options.ts';
export { Population, shareOf } from './population.ts';
export { type FreeEnergies, Readings } from './readings.ts';
export type { RolloutOptions, RolloutResult, RolloutStep } from './rollout.ts';
export type { Difference } from './verify/compare.ts';
export { type CaseResult, type VerifyOptions, verifyDirectory } from './verify/index.ts';
