export { type ConformanceOptions, type ConformanceResult, conformanceCases, runConformance } from './run.ts';
export type { AnySubject, ConformanceCase, ConformanceSubject, ConformanceTarget } from './subject.ts';
