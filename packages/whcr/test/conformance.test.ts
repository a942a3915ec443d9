import { conformanceCases } from '@aatgs/core/conformance';
import { describe, expect, test } from 'vitest';
import { conformanceSubject } from '../src/conformance.ts';
import { conformanceSubject as sparseSubject } from '../src/conformance-sparse.ts';
import { queen } from '../src/graph/index.ts';
import { whcrModule } from '../src/kernel.ts';

describe('the whcr module conforms on the host engine', () => {
  for (const { name, run } of conformanceCases(conformanceSubject)) test(name, run);
});

describe('the sparse regime conforms on the host engine', () => {
  for (const { name, run } of conformanceCases(sparseSubject)) test(name, run);
});

test('every field of the compiled module has the offset the codec uses', () => {
  const { info, spec } = whcrModule(queen(4), { maxColors: 4 });
  expect(info.fields).toEqual(spec.layout.fields);
  expect(info.fingerprint).toBe(spec.layout.fingerprint);
});

test('the generated files are what the description says', async () => {
  const { fileURLToPath } = await import('node:url');
  const { generateLayout } = await import('../../aatgs-core/src/layout/generate.ts');
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const targets = { cpp: at('../../../kernels/whcr/whcr_layout.h'), ts: at('../src/generated/layout.ts') };
  expect(generateLayout(at('../../../kernels/whcr/whcr.layout.json'), targets, true)).toEqual([]);
});
