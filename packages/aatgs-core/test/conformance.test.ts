import { describe, expect, test } from 'vitest';
import { conformanceSubject } from '../src/conformance/example.ts';
import { conformanceCases, runConformance } from '../src/conformance/index.ts';

describe('the example module conforms on the host engine', () => {
  for (const { name, run } of conformanceCases(conformanceSubject)) test(name, run);
});

describe('the kit notices modules that do not conform', () => {
  const broken = (change: Partial<typeof conformanceSubject>) => ({ ...conformanceSubject, ...change });
  const failures = async (subject: typeof conformanceSubject, filter: string) =>
    (await runConformance(subject, { filter })).filter((result) => !result.passed).map((result) => result.name);

  test('substeps that do not compose', async () => {
    const subject = broken({ merged: (count) => ({ substeps: count + 1 }) });
    expect(await failures(subject, 'k substeps')).toEqual(['k substeps equal k configs']);
  });
  test('results that differ between runs', async () => {
    let run = 0;
    const subject = broken({ configs: (count) => Array.from({ length: count }, () => ({ substeps: 1, seed: ++run })) });
    expect(await failures(subject, 'same bits')).toContain('sync, async and batch end in the same bits');
  });
  test('a reset that does not reset', async () => {
    const subject = broken({ reset: () => ({ substeps: 0 }) });
    expect(await failures(subject, 'in-band reset')).toEqual(['an in-band reset starts over']);
  });
  test('input that does not arrive', async () => {
    const staged = conformanceSubject.staged;
    const subject = broken({
      staged: (bytes) => {
        const good = staged?.(bytes);
        if (!good) throw new Error('the example takes input');
        return { ...good, item: { ...good.item, input: good.item.input.map((byte) => byte ^ 1) } };
      },
    });
    expect(await failures(subject, 'staged')).toEqual(['staged data of every size arrives with its config']);
  });
});
