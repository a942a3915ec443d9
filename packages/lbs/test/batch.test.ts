import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Mailbox } from '../src/batch/mailbox.ts';
import { fromSent, toSent } from '../src/batch/transfer.ts';
import { Lbs, LbsError, parseStructure, readStructures } from '../src/index.ts';
import { proteinPdb } from '../src/output/pdb.ts';
import { packStructure } from '../src/pack.ts';
import type { Prediction } from '../src/result.ts';
import type { Structure } from '../src/structure/structure.ts';
import { syntheticProtein } from '../src/synthetic.ts';

const folder = mkdtempSync(join(tmpdir(), 'aatgs-lbs-batch-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fileOf = (structure: Structure) =>
  proteinPdb({ structure, residueScores: new Float32Array(structure.residues.length) } as unknown as Prediction);
const paths = Array.from({ length: 24 }, (_, i) => {
  const path = join(folder, `p${i}.pdb${i % 2 ? '.gz' : ''}`);
  const text = fileOf(syntheticProtein(30 + i, i));
  writeFileSync(path, i % 2 ? gzipSync(text) : text);
  return path;
});
const broken = join(folder, 'broken.pdb');
writeFileSync(broken, 'ATOM      1  N   ALA A   1       x.xxx   0.000   0.000  1.00  0.00           N\n');

test('a structure is the same after it was sent to another thread', () => {
  const structure = parseStructure(
    `${fileOf(syntheticProtein(12, 3))}HETATM  999  O   HOH A 900       1.000   1.000   1.000  1.00  0.00           O\n`,
  );
  const packed = packStructure(structure);
  const there = structuredClone(toSent(structure, packed));
  expect(fromSent(there)).toEqual(structure);
  expect(there.packed).toEqual(packed);
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('reading in worker threads', () => {
  test.each([0, 1, 3])('%i readers: in order, each once, errors typed', async (readers) => {
    const asked = [...paths.slice(0, 5), broken, join(folder, 'nowhere.pdb'), ...paths.slice(5)];
    const found = [];
    for await (const result of readStructures(asked, { readers })) found.push(result);
    expect(found.map(({ path }) => path)).toEqual(asked);
    for (const { path, structure, error } of found) {
      if (path === broken) {
        expect(error).toBeInstanceOf(LbsError);
        expect(error).toMatchObject({ code: 'ERR_LBS_PARSE', details: { source: broken, line: 1, value: 'x.xxx' } });
      } else if (path.endsWith('nowhere.pdb')) {
        expect(error).toMatchObject({ code: 'ERR_LBS_IO', details: { reason: 'ENOENT' } });
        expect((error as LbsError).cause).toBeInstanceOf(Error);
      } else {
        expect(structure?.residues).toHaveLength(30 + paths.indexOf(path));
        expect(structure?.name).toBe(`p${paths.indexOf(path)}`);
      }
    }
  });

  test('options reach the threads; paths may be URLs', async () => {
    const [result] = await all(readStructures([pathToFileURL(paths[1] as string)], { name: 'mine' }));
    expect(result?.structure?.name).toBe('mine');
    const [none] = await all(readStructures(paths.slice(0, 1), { chains: ['Q'] }));
    expect(none?.error).toMatchObject({ code: 'ERR_LBS_NO_PROTEIN', message: expect.stringContaining('chains Q') });
  });

  test('a signal ends it; so does whoever stops taking; bad options are refused', async () => {
    const stop = new AbortController();
    const run = async () => {
      for await (const _ of readStructures(paths, { signal: stop.signal })) stop.abort(new Error('enough'));
    };
    await expect(run()).rejects.toThrow('enough');
    for await (const { error } of readStructures(paths)) {
      expect(error).toBeUndefined();
      break;
    }
    await expect(readStructures(paths, { readers: -1 }).next()).rejects.toMatchObject({
      code: 'ERR_LBS_INVALID_ARGUMENT',
    });
  });

  test('what threads answer after the end disturbs nobody', async () => {
    const uncaught: Error[] = [];
    const note = (error: Error) => uncaught.push(error);
    process.on('uncaughtException', note);
    for (let round = 0; round < 5; round++) {
      for await (const { error } of readStructures(paths, { readers: 3 })) {
        expect(error).toBeUndefined();
        // Others answer meanwhile; nothing has looked at it when the reading ends.
        const end = performance.now() + 50;
        while (performance.now() < end);
        break;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off('uncaughtException', note);
    expect(uncaught).toEqual([]);
  });
});

describe('predicting files', () => {
  const sitesOf = async (readers: number) => {
    await using lbs = new Lbs({ device: 'cpu', async: true, readers, batchStructures: 5 });
    const found = new Map<string, unknown>();
    for await (const { id, prediction, error } of lbs.predictBatch([...paths, broken])) {
      expect(found.has(id)).toBe(false);
      found.set(id, prediction?.sites ?? (error as LbsError).code);
    }
    return found;
  };

  test('the number of readers changes nothing', async () => {
    const here = await sitesOf(0);
    expect(here.size).toBe(paths.length + 1);
    expect(here.get(broken)).toBe('ERR_LBS_PARSE');
    const there = await sitesOf(2);
    for (const [id, sites] of here) expect(there.get(id), id).toEqual(sites);
  });

  test('what a slow source gave is predicted at once; a signal does not wait for it', async () => {
    await using lbs = new Lbs({ device: 'cpu', async: true, readers: 1 });
    const stop = new AbortController();
    async function* endless() {
      yield paths[0] as string;
      await new Promise(() => undefined);
    }
    const ids: string[] = [];
    const run = async () => {
      for await (const { id } of lbs.predictBatch(endless(), { signal: stop.signal })) {
        ids.push(id);
        setTimeout(() => stop.abort(new Error('enough')), 50);
      }
    };
    await expect(run()).rejects.toThrow('enough');
    expect(ids).toEqual(paths.slice(0, 1));
    expect((await lbs.predict(paths[1] as string)).sites).toBeDefined();
    await expect(lbs.predictBatch(paths, { signal: stop.signal }).next()).rejects.toThrow('enough');
  });

  test('the source is asked for no more than is needed, and is told when nobody takes any more', async () => {
    await using lbs = new Lbs({ device: 'cpu', async: true, readers: 1, batchStructures: 2 });
    let [given, closed] = [0, false];
    function* many() {
      try {
        for (;;) yield { id: String(given++), source: paths[0] as string };
      } finally {
        closed = true;
      }
    }
    for await (const { error } of lbs.predictBatch(many())) {
      expect(error).toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 300));
      break;
    }
    await expect.poll(() => closed).toBe(true);
    expect(given).toBeLessThan(40);
  });
});

describe('a mailbox', () => {
  test('gives everything in order, whoever is faster, and an error last', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { maxLength: 40 }), fc.nat(3), fc.boolean(), async (waits, lag, fails) => {
        const box = new Mailbox<number>(4);
        const pause = (turns: number) =>
          new Promise((resolve) => (turns ? setTimeout(resolve, turns - 1) : resolve(0)));
        const put = async () => {
          for (const [i, wait] of waits.entries()) {
            await pause(wait);
            box.put(i);
            await box.room();
          }
          box.close(fails ? { error: new Error('last') } : {});
        };
        const taken: number[] = [];
        const take = async () => {
          for await (const item of box.take()) {
            taken.push(item);
            await pause(lag);
          }
        };
        const [, end] = await Promise.allSettled([put(), take()]);
        expect(taken).toEqual(waits.map((_, i) => i));
        expect(end.status).toBe(fails ? 'rejected' : 'fulfilled');
      }),
      { numRuns: 40 },
    );
  });
});
