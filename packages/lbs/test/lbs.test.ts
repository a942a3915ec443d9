import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  Lbs,
  LbsError,
  type Prediction,
  parseStructure,
  readModel,
  readStructure,
  type Structure,
} from '../src/index.ts';
import { syntheticProtein } from '../src/synthetic.ts';
import { dataFile } from './data.ts';
import { backbone, pdb } from './files.ts';

const proteins = Array.from({ length: 12 }, (_, i) => syntheticProtein(40 + 9 * i, i));
/** What a user compares. */
const essence = ({ id, sites, residueScores }: Prediction) => ({ id, sites, scores: Array.from(residueScores) });

async function predictAll(structures: readonly Structure[], options: ConstructorParameters<typeof Lbs>[0]) {
  await using lbs = new Lbs({ device: 'cpu', ...options });
  const found = new Map<string, Prediction>();
  for await (const { id, prediction, error } of lbs.predictBatch(structures)) {
    if (error) throw error;
    expect(found.has(id), 'given twice').toBe(false);
    found.set(id, prediction);
  }
  return structures.map(({ name }) => essence(found.get(name) as Prediction));
}

describe('the same prediction', () => {
  test('from sync, async, batches of any size and any number of threads', async () => {
    const alone = [];
    {
      using lbs = new Lbs({ device: 'cpu' });
      for (const protein of proteins) alone.push(essence(lbs.predictSync(protein)));
    }
    expect(alone.some(({ sites }) => sites.length > 0)).toBe(true);
    expect(await predictAll(proteins, { async: true })).toEqual(alone);
    expect(await predictAll(proteins, { async: false, batchAtoms: 700 })).toEqual(alone);
    expect(await predictAll(proteins, { async: true, batchStructures: 3, threads: 3 })).toEqual(alone);
    await using lbs = new Lbs({ device: 'cpu', async: true });
    const calls = await Promise.all(proteins.map((protein) => lbs.predict(protein)));
    expect(calls.map(essence)).toEqual(alone);
  });

  test('of a structure larger than a batch, and of one that is all surface', async () => {
    const large = syntheticProtein(300, 1);
    const trace = parseStructure(
      pdb(
        Array.from({ length: 400 }, (_, i) => ({
          number: i + 1,
          xyz: [9 * (i % 20), 9 * Math.floor(i / 20), 0] as const,
        })),
      ),
    );
    await using roomy = new Lbs({ device: 'cpu' });
    await using tight = new Lbs({ device: 'cpu', async: true, batchAtoms: 500 });
    for (const structure of [large, trace]) {
      expect(essence(await tight.predict(structure))).toEqual(essence(await roomy.predict(structure)));
      expect(essence(tight.predictSync(structure))).toEqual(essence(roomy.predictSync(structure)));
    }
    expect((await tight.predict(trace)).points).toBe(400 * 40);
  });

  test('with the surface, whose points say which site they belong to', async () => {
    const protein = proteins.at(-1) as Structure;
    await using plain = new Lbs({ device: 'cpu' });
    await using lbs = new Lbs({ device: 'cpu', surface: true, async: true });
    const prediction = await lbs.predict(protein);
    expect(essence(prediction)).toEqual(essence(await plain.predict(protein)));
    const { surface, sites, points } = prediction;
    expect(surface?.scores).toHaveLength(points);
    for (const { rank, points: own } of sites) expect(surface?.sites.filter((site) => site === rank)).toHaveLength(own);
    // Every point is on the sphere of some atom and inside none.
    const { x, y, z, elements } = protein;
    const radius: Record<string, number> = { C: 1.7, N: 1.55, O: 1.52 };
    for (let q = 0; q < points; q += 7) {
      const p = surface?.positions.subarray(3 * q, 3 * q + 3) ?? [];
      const gaps = Array.from(x, (_, i) => {
        const d = Math.hypot(...[x[i], y[i], z[i]].map((v, k) => (v as number) - (p[k] as number)));
        return d - 1.6 - (radius[elements[i] as string] ?? 1.8);
      });
      expect(Math.min(...gaps)).toBeGreaterThan(-1e-3);
      expect(Math.min(...gaps)).toBeLessThan(1e-3);
    }
  });
});

describe('on real proteins', () => {
  const folder = dataFile('lbs/posebusters-dev/chain');
  const files = folder
    ? readdirSync(folder)
        .slice(10, 16)
        .map((name) => `${folder}/${name}`)
    : [];

  test.skipIf(!folder)('sites turn and move with the structure', async () => {
    await using lbs = new Lbs({ device: 'cpu' });
    const [a, b] = [0.7, 2.1];
    const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
    const turn = (x: number, y: number, z: number) => [
      ca * x - sa * y,
      cb * (sa * x + ca * y) - sb * z + 17,
      sb * (sa * x + ca * y) + cb * z - 33,
    ];
    for (const file of files) {
      const structure = await readStructure(file);
      const { x, y, z } = structure;
      const places = Array.from(x, (_, i) => turn(x[i] as number, y[i] as number, z[i] as number));
      const axis = (k: number) => Float64Array.from(places, (place) => place[k] as number);
      const before = lbs.predictSync(structure);
      const after = lbs.predictSync({ ...structure, x: axis(0), y: axis(1), z: axis(2) });
      for (const [i, site] of before.sites.slice(0, 3).entries()) {
        const there = turn(...(site.center as [number, number, number]));
        const moved = after.sites[i]?.center ?? [0, 0, 0];
        expect(Math.hypot(...there.map((v, k) => v - (moved[k] as number))), `${file} site ${i + 1}`).toBeLessThan(0.5);
      }
    }
  });

  test.skipIf(!folder)('probabilities fall with rank, and residues line the site', async () => {
    await using lbs = new Lbs({ device: 'cpu', async: true });
    for await (const { prediction } of lbs.predictBatch(files)) {
      const sites = prediction?.sites ?? [];
      expect(sites.length).toBeGreaterThan(0);
      for (const [i, site] of sites.entries()) {
        expect(site.rank).toBe(i + 1);
        expect(site.probability).toBeLessThanOrEqual(sites[i - 1]?.probability ?? 1);
        expect(site.volume).toBeGreaterThan(0);
        const { x, y, z } = (prediction as Prediction).structure;
        for (const atom of site.atoms) {
          const place = [x[atom], y[atom], z[atom]] as number[];
          expect(Math.hypot(...place.map((v, k) => v - (site.center[k] as number)))).toBeLessThan(30);
        }
      }
    }
  });
});

describe('batches', () => {
  test('what is wrong with one is its own result; the others go on', async () => {
    await using lbs = new Lbs({ device: 'cpu', async: true });
    const good = proteins[0] as Structure;
    const items = [
      { id: 'good', source: good },
      { id: 'missing', source: '/nowhere/x.pdb' },
      { id: 'empty', source: { ...good, x: new Float64Array() } },
      { id: 'good too', source: proteins[1] as Structure },
    ];
    const codes = new Map<string, string>();
    for await (const { id, error } of lbs.predictBatch(items))
      codes.set(id, (error as LbsError | undefined)?.code ?? 'ok');
    expect(Object.fromEntries(codes)).toEqual({
      good: 'ok',
      missing: 'ERR_LBS_IO',
      empty: 'ERR_LBS_NO_PROTEIN',
      'good too': 'ok',
    });
  });

  test('a slow source loses nothing: what lands while nobody looks is kept', async () => {
    await using lbs = new Lbs({ device: 'cpu', async: true });
    async function* slowly() {
      for (const protein of proteins) {
        await new Promise((resolve) => setTimeout(resolve, 60));
        yield protein;
      }
    }
    const ids = [];
    for await (const { id } of lbs.predictBatch(slowly())) ids.push(id);
    expect(ids.sort()).toEqual(proteins.map(({ name }) => name).sort());
  });

  test('a signal ends a batch', async () => {
    await using lbs = new Lbs({ device: 'cpu', async: true });
    const stop = new AbortController();
    const run = async () => {
      for await (const { id } of lbs.predictBatch(proteins, { signal: stop.signal }))
        if (id) stop.abort(new Error('enough'));
    };
    await expect(run()).rejects.toThrow('enough');
    expect((await lbs.predict(proteins[0] as Structure)).sites).toBeDefined();
  });
});

describe('small and odd structures', () => {
  test.each([1, 2, 3])('%i residues', async (count) => {
    await using lbs = new Lbs({ device: 'cpu' });
    const atoms = Array.from({ length: count }, (_, i) => backbone(i + 1, 3.7 * i)).flat();
    const { sites, points } = await lbs.predict(parseStructure(pdb(atoms)));
    expect(points).toBeGreaterThan(0);
    for (const { probability } of sites) expect(probability).toBeLessThan(0.5);
  });
  test('atoms in one place, and atoms far apart', async () => {
    await using lbs = new Lbs({ device: 'cpu' });
    const heap = Array.from({ length: 50 }, (_, i) => ({ number: i + 1, xyz: [1, 1, 1] as const }));
    const wide = [...backbone(1, 0), ...backbone(2, 9000), ...backbone(3, -900)];
    for (const atoms of [heap, wide]) {
      const { points, sites } = await lbs.predict(parseStructure(pdb(atoms)));
      expect(points).toBeGreaterThanOrEqual(0);
      for (const { center } of sites) expect(center.every(Number.isFinite)).toBe(true);
    }
  });
});

test('bad arguments are refused by name', async () => {
  expect(() => new Lbs({ device: 'cpu', batchAtoms: 0 })).toThrow('batchAtoms is 0');
  expect(() => readModel('/nowhere')).toThrow(LbsError);
  expect(() => readModel(new URL('../package.json', import.meta.url))).toThrow('not a model file');
  await using lbs = new Lbs({ device: 'cpu' });
  await expect(async () => {
    for await (const _ of lbs.predictBatch([7 as unknown as string])) break;
  }).rejects.toMatchObject({ code: 'ERR_LBS_INVALID_ARGUMENT' });
});
