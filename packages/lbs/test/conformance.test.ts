import { conformanceCases } from '@aatgs/core/conformance';
import { describe, expect, test } from 'vitest';
import { conformanceSubject } from '../src/conformance.ts';
import { lbsModule } from '../src/kernel.ts';
import { defaultModel } from '../src/model.ts';

describe('the lbs module conforms on the host engine', () => {
  for (const { name, run } of conformanceCases(conformanceSubject)) test(name, run, 120_000);
});

test('every field of the compiled module has the offset the codec uses', () => {
  const { info, spec } = lbsModule(defaultModel(), { maxAtoms: 100, maxStructures: 1 });
  expect(info.fields).toEqual(spec.layout.fields);
  expect(info.fingerprint).toBe(spec.layout.fingerprint);
});

test('the generated files are what the description says', async () => {
  const { fileURLToPath } = await import('node:url');
  const { generateLayout } = await import('../../aatgs-core/src/layout/generate.ts');
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const targets = { cpp: at('../../../kernels/lbs/lbs_layout.h'), ts: at('../src/generated/layout.ts') };
  expect(generateLayout(at('../../../kernels/lbs/lbs.layout.json'), targets, true)).toEqual([]);
});
