export { autocorrelationTime } from './autocorrelation.ts';
export type { Estimate } from './errors.ts';
export { type Observables, observe } from './observables.ts';
export { type Reweighted, reweight } from './reweight.ts';
export { Series } from './series.ts';
