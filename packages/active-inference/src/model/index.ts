export { Model, type ModelSpec, type ParameterName } from './model.ts';
export { type ConstructPoliciesOptions, constructPolicies, type PolicyOptions } from './policies.ts';
export type { NestedNumbers, Tensor, TensorLike } from './tensor.ts';
