import { fileURLToPath } from 'node:url';
import { conformanceCases } from '@aatgs/core/conformance';
import { describe, expect, test } from 'vitest';
import { generateLayout } from '../../aatgs-core/src/layout/generate.ts';
import { conformanceSubject } from '../src/conformance.ts';

describe('the active-inference module conforms on the host engine', () => {
  for (const { name, run } of conformanceCases(conformanceSubject, { device: 'cpu' })) test(name, run);
});

test('the generated files are what the description says', () => {
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const kernel = '../../../kernels/active_inference/active_inference';
  const targets = { cpp: at(`${kernel}_layout.h`), ts: at('../src/generated/layout.ts') };
  expect(generateLayout(at(`${kernel}.layout.json`), targets, true)).toEqual([]);
});
