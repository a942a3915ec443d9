import { conformanceCases } from '@aatgs/core/conformance';
import { describe, it } from 'vitest';
import { conformanceSubject } from '../src/conformance.ts';

describe('active-inference keeps the contract of every module', () => {
  for (const { name, run } of conformanceCases(conformanceSubject, { device: 'cpu' })) it(name, run);
});
