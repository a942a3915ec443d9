import { describe, expect, test } from 'vitest';
import { Lbs, type Point3, parseCenters, predictionsCsv, rescoreCenters, type Site } from '../src/index.ts';
import { syntheticProtein } from '../src/synthetic.ts';

const predict = async (surface: boolean) => {
  await using lbs = new Lbs({ device: 'cpu', surface });
  return lbs.predict(syntheticProtein(150, 4));
};

describe('re-scoring centres', () => {
  test('our own sites keep their scores in order; a place without surface comes last', async () => {
    const prediction = await predict(true);
    const { sites } = prediction;
    expect(sites.length).toBeGreaterThan(2);
    const centers = [[900, 0, 0] as const, ...sites.map(({ center }) => center)];
    const scored = rescoreCenters(prediction, centers);
    expect(scored.map(({ rank }) => rank)).toEqual(centers.map((_, i) => i + 1));
    expect(new Set(scored.map(({ index }) => index)).size).toBe(centers.length);
    expect(scored.find(({ index }) => index === 0)).toMatchObject({ score: 0, points: 0, site: 0, probability: 0 });
    for (const { index, site, probability, center } of scored) {
      expect(center).toEqual(centers[index]);
      if (site > 0) expect(probability).toBe((sites[site - 1] as Site).probability);
    }
    // The score is the sum over the points within reach, counted here once more.
    const one = scored.find(({ index }) => index === 1);
    const { positions, scores } = prediction.surface ?? { positions: new Float64Array(), scores: new Float32Array() };
    let sum = 0;
    for (let q = 0; q < scores.length; q++) {
      const p = positions.subarray(3 * q, 3 * q + 3);
      if (Math.hypot(...(sites[0] as Site).center.map((v, k) => v - (p[k] as number))) <= 6)
        sum += (scores[q] ?? 0) ** 2;
    }
    expect(one?.score).toBeCloseTo(sum, 6);
  });

  test('of several centres on one site the best keeps its place', async () => {
    const prediction = await predict(true);
    const [first, second] = prediction.sites as [Site, Site];
    const beside: Point3 = [first.center[0] + 0.3, first.center[1], first.center[2]];
    const scored = rescoreCenters(prediction, [first.center, beside, second.center], { radius: 5 });
    const order = scored.map(({ site }) => site);
    expect(order[2]).toBe(
      order[0] === order[1] ? -1 : order.find((site) => order.filter((s) => s === site).length === 2),
    );
  });

  test('bad arguments', async () => {
    const prediction = await predict(true);
    const refused = (run: () => unknown) =>
      expect(run).toThrow(expect.objectContaining({ code: 'ERR_LBS_INVALID_ARGUMENT' }));
    refused(() => rescoreCenters(prediction, [[Number.NaN, 0, 0]]));
    refused(() => rescoreCenters(prediction, [[1, 2] as unknown as Point3]));
    refused(() => rescoreCenters(prediction, [], { radius: 0 }));
    const plain = await predict(false);
    refused(() => rescoreCenters(plain, [[0, 0, 0]]));
  });
});

describe('tables of centres', () => {
  test("P2Rank's columns, eval's columns, and what this package writes", async () => {
    const ours = parseCenters(predictionsCsv(await predict(true)));
    expect(ours.length).toBeGreaterThan(2);
    expect(ours.every(({ center }) => center.every(Number.isFinite))).toBe(true);
    expect(parseCenters('id,rank,score,x,y,z\na,1,2,3,4,5\n\n,2,1,6,7,8\r\n')).toEqual([
      { id: 'a', center: [3, 4, 5] },
      { center: [6, 7, 8] },
    ]);
  });
  test('what is wrong is named with its line', () => {
    const error = (text: string) => {
      try {
        parseCenters(text, 't.csv');
      } catch (thrown) {
        return thrown;
      }
      return undefined;
    };
    expect(error('a,b\n1,2')).toMatchObject({ code: 'ERR_LBS_PARSE', message: expect.stringContaining('no column x') });
    expect(error('x,y,z\n1,2,3\n1,two,3')).toMatchObject({
      code: 'ERR_LBS_PARSE',
      details: { source: 't.csv', line: 3, value: 'two' },
    });
    expect(error('x,y,z\n1,2')).toMatchObject({ details: { line: 2 } });
    expect(error('')).toMatchObject({ code: 'ERR_LBS_PARSE' });
  });
});
