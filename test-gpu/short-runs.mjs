// node short-runs.mjs <engine> [name ...]: every module, or those named, for a moment, for tools that make everything a
// hundred times slower. What each ends with must be what it ends with on the CPU.
import assert from 'node:assert/strict';
import { ActiveInference, gridWorld, tmaze } from '@aatgs/active-inference';
import { GpuExecutionContext } from '@aatgs/core';
import { conformanceSubject as lbs } from '@aatgs/lbs/conformance';
import { edwardsAnderson, ising2d, isingModel, Thermo } from '@aatgs/thermo';
import { gnp, Whcr } from '@aatgs/whcr';
import { bits, example } from './fixtures.mjs';

const [engine, ...names] = process.argv.slice(2);
const runs = {
  async example(options) {
    await using context = new GpuExecutionContext(example({ entities: 500, goal: 100 }), options);
    const records = await context.executeBatch(Array.from({ length: 20 }, () => ({ substeps: 2 })));
    return records.map((record) => record.total);
  },
  async dense(options) {
    await using whcr = new Whcr(gnp(60, 0.5, 1), { ...options, population: 3 });
    const { coloring, iterations } = await whcr.color({ colors: 12, seed: 3, maxIterations: 800 });
    return [...coloring, iterations];
  },
  /** A walk takes all warps of its block, as it does from 993 vertices on. */
  async wide(options) {
    await using whcr = new Whcr(gnp(1000, 0.03, 1), { ...options, regime: 'dense', population: 2 });
    const { coloring, iterations } = await whcr.color({ colors: 8, seed: 3, start: 'random', maxIterations: 400 });
    return [...coloring, iterations];
  },
  async weighted(options) {
    await using whcr = new Whcr(gnp(200, 0.5, 1), { ...options, dynamic: 'weighted', population: 3 });
    const { coloring, iterations } = await whcr.color({ colors: 26, seed: 3, maxIterations: 900 });
    return [...coloring, iterations];
  },
  async annealed(options) {
    await using whcr = new Whcr(gnp(200, 0.5, 1), { ...options, dynamic: 'annealed', population: 3 });
    const { coloring, iterations } = await whcr.color({ colors: 26, seed: 3, maxIterations: 900 });
    return [...coloring, iterations];
  },
  async sparse(options) {
    await using whcr = new Whcr(gnp(600, 0.01, 1), { ...options, regime: 'sparse' });
    const { coloring, iterations } = await whcr.color({ colors: 5, seed: 3, maxIterations: 2000 });
    return [...coloring, iterations];
  },
  async lattice(options) {
    await using thermo = new Thermo(ising2d(64), { ...options, temperatures: [2, 2.5], maxSamples: 5 });
    const { observables } = await thermo.sample({ seed: 1, burnIn: 10 });
    return observables.map(({ energy }) => energy.mean);
  },
  async glass(options) {
    await using thermo = new Thermo(edwardsAnderson([4, 4, 4], 1), options);
    return [(await thermo.minimize({ maxSweeps: 30, seed: 1 })).bestEnergy];
  },
  /** Every spin with every other: tensor cores bring its fields up to date. */
  async pairs(options) {
    const couplings = { u: [], v: [], w: [] };
    for (let u = 0; u < 150; u++) {
      for (let v = 0; v < u; v++) {
        couplings.u.push(u);
        couplings.v.push(v);
        couplings.w.push(((u * v) % 7) - 3);
      }
    }
    await using thermo = new Thermo(isingModel(150, couplings), options);
    return [(await thermo.minimize({ maxSweeps: 20, seed: 1 })).bestEnergy];
  },
  beliefs: (options) => simulate(tmaze().model, { ...options, agents: 3 }),
  /** Agents with models of their own: a block each, or two to a block. */
  own: (options) => simulate(gridWorld({ rows: 5, noise: 0.1 }).model, { ...options, agents: 3, perAgent: ['A', 'B'] }),
  /** So many states that a team of warps shares what all agents have in common. */
  teams: (options) => simulate(gridWorld({ rows: 8, noise: 0.1, slip: 0.1 }).model, { ...options, agents: 1100 }),
  async sites(options) {
    await using context = lbs.open(options);
    return bits(await context.executeBatch(lbs.configs(6)));
  },
};
async function simulate(model, options) {
  await using agents = new ActiveInference(model, { ...options, policies: { length: 2 }, seed: 3 });
  await agents.simulate(3);
  return [...(await agents.beliefs()), await agents.values(), await agents.actions()];
}
for (const [name, run] of Object.entries(runs)) {
  if (names.length > 0 && !names.includes(name)) continue;
  const expected = await run({ device: 'cpu', async: true });
  assert.deepEqual(await run({ device: 0, async: true, engine }), expected, `${name} on ${engine}`);
  console.log(`${name}: same on ${engine} as on the CPU`);
}
