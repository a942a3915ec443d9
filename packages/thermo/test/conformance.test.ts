import { conformanceCases } from '@aatgs/core/conformance';
import { describe, expect, test } from 'vitest';
import { conformanceSubject } from '../src/conformance.ts';
import { thermoModule } from '../src/kernel.ts';
import { ising2d } from '../src/models/index.ts';

describe('the thermo module conforms on the host engine', () => {
  for (const { name, run } of conformanceCases(conformanceSubject)) test(name, run);
});

test('every field of the compiled module has the offset the codec uses', () => {
  const { info, spec } = thermoModule(ising2d(4), [2], {});
  expect(info.fields).toEqual(spec.layout.fields);
  expect(info.fingerprint).toBe(spec.layout.fingerprint);
});

test('the generated files are what the description says', async () => {
  const { fileURLToPath } = await import('node:url');
  const { generateLayout } = await import('../../aatgs-core/src/layout/generate.ts');
  const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const targets = { cpp: at('../../../kernels/thermo/thermo_layout.h'), ts: at('../src/generated/layout.ts') };
  expect(generateLayout(at('../../../kernels/thermo/thermo.layout.json'), targets, true)).toEqual([]);
});
