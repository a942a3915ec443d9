export { Ensemble, type EnsembleOptions, edwardsAndersonEnsemble } from './ensemble.ts';
export { type Bonds, Model, type ModelOptions } from './model.ts';
export * from './problems.ts';
export { type ReducedModel, reduceModel } from './reduce.ts';
