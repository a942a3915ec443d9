export { type Bonds, Model, type ModelOptions } from './model.ts';
export * from './problems.ts';
