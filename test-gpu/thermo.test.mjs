// Every path of @aatgs/thermo ends in the same state, bit for bit, on the CPU and on both CUDA engines.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import {
  edwardsAnderson,
  edwardsAndersonEnsemble,
  ising2d,
  isingModel,
  pottsModel,
  quboModel,
  Thermo,
} from '@aatgs/thermo';

const COLD = [0.5, 0.8, 1.2, 2];
const CRITICAL = [2.1, 2.3, 2.6];

/** A graph with some hubs, and weights up to `most`. */
function randomGraph(n, bonds, most) {
  let state = 12345;
  const random = (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const columns = { u: [], v: [], w: [] };
  for (let i = 0; i < bonds; i++) {
    const u = random(2) ? random(n) : random(8);
    const v = random(n);
    if (u === v) continue;
    columns.u.push(u);
    columns.v.push(v);
    columns.w.push((1 + random(most)) * (random(2) ? 1 : -1));
  }
  return columns;
}

/** Bonds of a ring with chords, few enough for clusters to stay apart. */
function ringWithChords() {
  const u = Array.from({ length: 288 }, (_, i) => i % 144);
  const v = u.map((site, i) => (site + (i < 144 ? 1 : 12)) % 144);
  return { u, v, w: u.map((_, i) => ((i * i) % 3 === 1 ? -1 : 1)) };
}

/** All bonds among n sites. */
function complete(n, weight) {
  const columns = { u: [], v: [], w: [] };
  for (let u = 0; u < n; u++) {
    for (let v = 0; v < u; v++) {
      columns.u.push(u);
      columns.v.push(v);
      columns.w.push(weight(columns.u.length));
    }
  }
  return columns;
}

const sparse = randomGraph(2000, 9000, 1);
const small = randomGraph(200, 800, 1);
const wide = randomGraph(300, 2000, 1000);
const cases = {
  'square, L = 64': [ising2d(64), { temperatures: CRITICAL }],
  'square, L = 192': [ising2d(192), { temperatures: CRITICAL }],
  'square, L = 512, two ladders': [ising2d(512), { temperatures: CRITICAL, ladders: 2 }],
  'ensemble, 8 x 6 x 4': [edwardsAndersonEnsemble([8, 6, 4], { systems: 40 }), { temperatures: COLD, ladders: 2 }],
  'ensemble, 16^3': [edwardsAndersonEnsemble([16, 16, 16], { systems: 64 }), { temperatures: COLD, ladders: 2 }],
  'ensemble, 24 x 12': [edwardsAndersonEnsemble([24, 12], { systems: 33 }), { temperatures: COLD }],
  'bit-packed graph': [isingModel(2000, sparse), { temperatures: [1, 2, 3, 5, 8] }],
  'bit-packed graph, many ladders': [isingModel(200, small), { temperatures: COLD, ladders: 1500 }],
  'bit-packed graph, cluster moves': [
    edwardsAnderson([12, 12], 1),
    { temperatures: COLD, ladders: 6, clusterEvery: 1 },
  ],
  'bit-packed graph, cluster moves of 70 rungs': [
    edwardsAnderson([20, 10], 2),
    { temperatures: Float64Array.from({ length: 70 }, (_, k) => 0.3 + 0.02 * k), ladders: 5, clusterEvery: 2 },
  ],
  'fields, cluster moves': [
    isingModel(
      144,
      ringWithChords(),
      Array.from({ length: 144 }, (_, i) => (i % 3) - 1),
    ),
    { temperatures: COLD, ladders: 4, clusterEvery: 1 },
  ],
  'graph of large weights': [isingModel(300, wide), { temperatures: [500, 1000, 2000] }],
  'dense graph': [
    isingModel(
      200,
      complete(200, (i) => (i % 5) - 2),
    ),
    { temperatures: [20, 30, 50, 80], ladders: 20 },
  ],
  'dense graph of large weights': [
    isingModel(
      90,
      complete(90, (i) => ((i * i) % 1999) - 1000),
    ),
    { temperatures: [5000, 8000, 12000] },
  ],
  fields: [
    quboModel({ n: 40, row: [0, 1, 2, 3, 3], column: [0, 5, 7, 3, 30], value: [1, -2, 3, -1, 2] }),
    { temperatures: COLD },
  ],
  Potts: [pottsModel(300, 3, { ...wide, w: wide.w.map(Math.sign) }), { temperatures: COLD }],
};

for (const [name, [model, options]] of Object.entries(cases)) {
  test(name, async () => {
    const ends = {};
    for (const [device, engine] of [
      ['cpu', 'host'],
      [0, 'launch'],
      [0, 'resident'],
    ]) {
      await using thermo = new Thermo(model, { async: true, device, engine, maxSamples: 10, ...options });
      const { series } = await thermo.sample({ burnIn: 50, seed: 4 });
      const state = createHash('sha256')
        .update(await thermo.snapshot())
        .digest('hex');
      ends[engine] = `${state.slice(0, 16)}, last energy ${series.energy(0).at(-1)}`;
    }
    assert.equal(ends.launch, ends.host);
    assert.equal(ends.resident, ends.host);
  });
}
