// Agent steps a second of @aatgs/active-inference: T-maze, a grid of 64 cells, three factors; shared and per-agent models;
// the latency of one step; rollouts against environments on the host.
//   node bench/active-inference-speed.mjs [--device auto|cpu|N] [--engine E] [--precision f32|f64] [--seconds S]
//     [--repeats N] [--only NAME,NAME] [--limit S] [--out FILE]
// One agent step: an observation from the process, beliefs, expected free energy of all policies, an action. With
// --device cpu one thread and fewer agents are used, and figures are for ratios only. Every case runs in a process of its
// own with a time limit, the most important ones first; results are printed and written as they come.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ActiveInference, gridWorld, tmaze } from '@aatgs/active-inference';
import { devices } from '@aatgs/core';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'auto' },
    engine: { type: 'string' },
    precision: { type: 'string', default: 'f32' },
    seconds: { type: 'string', default: '1' },
    repeats: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    limit: { type: 'string', default: '60' },
    out: { type: 'string' },
    case: { type: 'string' },
  },
});
const device = deviceNamed(values.device);
const repeats = Number(values.repeats);

/** Three factors of 16, 16 and 4 states, each seen by itself; 16 combinations of controls. */
function threeFactors() {
  const circle = (n, controls) =>
    Array.from({ length: n }, (_, next) =>
      Array.from({ length: n }, (_, now) =>
        Array.from({ length: controls }, (_, u) => (next === (now + u) % n ? 0.9 : 0) + 0.1 / n),
      ),
    );
  const noisy = (n) =>
    Array.from({ length: n }, (_, o) => Array.from({ length: n }, (_, s) => (o === s ? 0.8 : 0) + 0.2 / n));
  const sizes = [16, 16, 4];
  return {
    A: sizes.map(noisy),
    B: [circle(16, 4), circle(16, 4), circle(4, 1)],
    C: sizes.map((n) => Array.from({ length: n }, (_, o) => (o === n - 1 ? 2 : 0))),
    aDependencies: [[0], [1], [2]],
  };
}

/** Eight by eight cells; without goals, which would add the inductive term. */
function grid() {
  const { model, environment } = gridWorld({ rows: 8, slip: 0.1, noise: 0.2 });
  const { goals: _, ...plain } = model;
  return { model: plain, environment };
}
const own = { perAgent: ['A', 'B'] };
const speed = (name, agents, model, length, more) => ({
  name,
  agents,
  run: () => throughput(agents, model(), length, more),
});
const rollout = (name, agents, world, length) => ({ name, agents, run: () => roundTrips(agents, world(), { length }) });
/** 512 policies of five steps in the T-maze: the last one at the centre or at the cue. */
const five = {
  list: Array.from({ length: 512 }, (_, p) => [...[7, 5, 3, 1].map((bit) => [(p >> bit) & 3, 0]), [(p & 1) * 3, 0]]),
};
const cases = [
  speed('tmaze-16', 1_000_000, () => tmaze().model, 2),
  speed('tmaze-4', 1_000_000, () => tmaze().model, 1),
  speed('grid64-125-shared', 1_000_000, () => grid().model, 3),
  speed('grid64-125-own', 10_000, () => grid().model, 3, own),
  speed('16-16-4-256-shared', 1_000_000, threeFactors, 2),
  speed('16-16-4-4096-shared', 10_000, threeFactors, 3),
  { name: 'latency-resident', agents: 1, gpu: true, run: () => latency('resident') },
  { name: 'latency-launch', agents: 1, gpu: true, run: () => latency('launch') },
  { name: 'latency-host', agents: 1, cpu: true, run: () => latency('host') },
  rollout('rollout-grid64-625', 100_000, grid, 4),
  { name: 'rollout-tmaze-512', agents: 200_000, run: () => roundTrips(200_000, tmaze(), five) },
  rollout('rollout-tmaze-256', 200_000, tmaze, 4),
  rollout('rollout-grid64-125', 100_000, grid, 3),
  rollout('rollout-tmaze-64', 200_000, tmaze, 3),
  rollout('rollout-grid64-3125', 40_000, grid, 5),
  rollout('rollout-tmaze-16', 200_000, tmaze, 2),
  rollout('rollout-grid64-125', 400, grid, 3),
  rollout('rollout-tmaze-64', 2000, tmaze, 3),
  speed('grid64-125-goals', 100_000, () => gridWorld({ rows: 8, slip: 0.1, noise: 0.2 }).model, 3),
  speed('tmaze-16', 10_000, () => tmaze().model, 2),
  speed('tmaze-16', 1, () => tmaze().model, 2),
  speed('tmaze-16', 100, () => tmaze().model, 2),
  speed('grid64-125-shared', 10_000, () => grid().model, 3),
  speed('grid64-125-own', 1000, () => grid().model, 3, own),
  speed('grid64-125-own', 50_000, () => grid().model, 3, own),
  speed('grid64-125-shared', 1, () => grid().model, 3),
  speed('tmaze-16', 10_000_000, () => tmaze().model, 2),
].map((one) => ({ ...one, id: `${one.name}@${one.agents}` }));

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const info = devices();
const cpu = device === 'cpu' || !info.cuda.available;
const placement = (async, engine = values.engine) => ({
  device,
  async,
  precision: values.precision,
  ...(cpu ? { threads: 1 } : engine && { engine }),
});
const facts = (ai) => ({ policies: ai.policies, engine: ai.info.engine, deviceBytes: ai.info.deviceBytes });

async function throughput(agents, model, length, more = {}) {
  const ai = new ActiveInference(model, { agents, ...placement(true), policies: { length }, ...more });
  // The first steps also allocate and warm up; from how long others take follows how many make a repeat.
  await ai.simulate(1);
  let steps = 1;
  let took = 0;
  const timed = async () => {
    const started = performance.now();
    await ai.simulate(steps);
    took = performance.now() - started;
  };
  const target = Number(values.seconds) * 1000;
  for (await timed(); took < target / 8 && steps < 2 ** 20; await timed()) steps *= 4;
  steps = Math.max(1, Math.round((steps * target) / took));
  const rates = [];
  for (let i = 0; i < repeats; i++) {
    await timed();
    rates.push((agents * steps * 1000) / took);
  }
  const result = { ...facts(ai), steps, rates };
  await ai.shutdown();
  return [result, `${(median(rates) / 1e6).toFixed(4)} M agent-steps/s (${result.engine})`];
}

/** One agent, one call a step: from JavaScript to the action and back. */
async function latency(engine) {
  const ai = new ActiveInference(tmaze().model, {
    ...placement(engine === 'resident', engine),
    policies: { length: 2 },
  });
  const observation = Uint32Array.from([0, 0, 0]);
  const times = [];
  for (let i = 0; i < 6000; i++) {
    const begin = performance.now();
    ai.stepSync(observation);
    if (i >= 1000) times.push((performance.now() - begin) * 1000);
  }
  const microseconds = { median: median(times), best: Math.min(...times) };
  const result = { ...facts(ai), microseconds };
  await ai.shutdown();
  return [result, `${microseconds.median.toFixed(2)} us a step (best ${microseconds.best.toFixed(2)})`];
}

/** Against a real environment on the host: every step waited for, against two halves in turn. */
async function roundTrips(agents, world, policies) {
  const steps = 12;
  const result = {};
  const rounds = { sync: [], async: [] };
  const environment = world.environment(agents);
  const runners = ['sync', 'async'].map((mode) => [
    mode,
    new ActiveInference(world.model, { agents, ...placement(mode === 'async'), policies }),
  ]);
  // In turn, so that both see the same machine; the first round warms up.
  for (let repeat = 0; repeat <= repeats; repeat++) {
    for (const [mode, ai] of runners) {
      const { elapsedMs } = await ai.rollout(environment, { steps });
      if (repeat > 0) rounds[mode].push(elapsedMs / steps);
    }
  }
  const actions = await runners[0][1].actions();
  const observations = new Uint32Array(agents * runners[0][1].model.outcomes.length);
  const host = [];
  for (let repeat = 0; repeat < 5; repeat++) {
    const started = performance.now();
    environment.step(0, agents, actions, observations);
    host.push(performance.now() - started);
  }
  for (const [, ai] of runners) {
    Object.assign(result, facts(ai));
    await ai.shutdown();
  }
  const [sync, async_, alone] = [median(rounds.sync), median(rounds.async), median(host)];
  return [
    { ...result, milliseconds: { ...rounds, environmentAlone: host } },
    `${sync.toFixed(3)} ms a step sync (environment ${alone.toFixed(3)}), ${async_.toFixed(3)} async, ${(sync / async_).toFixed(2)}x`,
  ];
}

if (values.case) {
  const [result, text] = await cases.find(({ id }) => id === values.case).run();
  console.log(`\n${JSON.stringify({ result, text })}`);
  process.exit(0);
}

const runs = [];
const wanted = values.only.split(',').filter(Boolean);
for (const { id, name, agents, gpu, cpu: onlyCpu } of cases) {
  if (wanted.length > 0 && !wanted.some((text) => id.includes(text))) continue;
  if (cpu ? gpu || agents > 10_000 : onlyCpu || (name.startsWith('rollout') && agents < 10_000)) continue;
  const given = Object.entries(values).flatMap(([key, value]) => (key === 'out' ? [] : [`--${key}`, value]));
  const { stdout, stderr, status, signal } = spawnSync(
    process.execPath,
    [fileURLToPath(import.meta.url), ...given, '--case', id],
    { encoding: 'utf8', timeout: Number(values.limit) * 1000, killSignal: 'SIGKILL' },
  );
  const last = stdout.trim().split('\n').at(-1);
  if (status === 0) {
    const { result, text } = JSON.parse(last);
    runs.push({ name, agents, precision: values.precision, ...result });
    console.log(`${id.padEnd(30)} ${text}`);
  } else {
    const reason = signal ? `nothing within ${values.limit} s` : stderr.trim().split('\n').slice(-4).join(' | ');
    runs.push({ name, agents, precision: values.precision, failed: reason });
    console.log(`${id.padEnd(30)} failed: ${reason}`);
  }
  writeRecord(values.out, 'active-inference', { parameters: values, runs });
}
