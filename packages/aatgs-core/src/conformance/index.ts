export { type ConformanceOptions, type ConformanceResult, conformanceCases, runConformance } from './run.ts';
export type { ConformanceCase, ConformanceSubject, ConformanceTarget } from './subject.ts';
