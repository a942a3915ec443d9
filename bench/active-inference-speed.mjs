// Agent steps a second of @aatgs/active-inference: T-maze, a grid of 64 cells, three factors; shared and per-agent models.
//   node bench/active-inference-speed.mjs [--device auto|cpu|N] [--seconds S] [--repeats N] [--only NAME] [--out FILE]
// One agent step: an observation from the process, beliefs, expected free energy of all policies, an action. With
// --device cpu one thread and fewer agents are used, and figures are for ratios only.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ActiveInference, gridWorld, tmaze } from '@aatgs/active-inference';
import { devices } from '@aatgs/core';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'auto' },
    seconds: { type: 'string', default: '1' },
    repeats: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    out: { type: 'string' },
  },
});
const device = /^\d+$/.test(values.device) ? Number(values.device) : values.device;
const cpu = device === 'cpu' || !devices().cuda.available;

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

const grid = gridWorld({ rows: 8, slip: 0.1, noise: 0.2 }).model;
const all = [
  { name: 'tmaze-16', model: tmaze().model, length: 2, agents: [1, 100, 10_000, 1_000_000, 10_000_000] },
  { name: 'tmaze-4', model: tmaze().model, length: 1, agents: [1_000_000] },
  { name: 'grid64-125-shared', model: grid, length: 3, agents: [10_000, 1_000_000] },
  { name: 'grid64-125-own', model: grid, length: 3, agents: [10_000], perAgent: ['A', 'B'] },
  { name: '16-16-4-256-shared', model: threeFactors(), length: 2, agents: [1_000_000] },
  { name: '16-16-4-4096-shared', model: threeFactors(), length: 3, agents: [10_000] },
];
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const runs = [];
for (const { name, model, length, agents: sizes, perAgent } of all) {
  if (!name.includes(values.only)) continue;
  for (const agents of sizes) {
    if (cpu && agents > 10_000) continue;
    const ai = new ActiveInference(model, {
      agents,
      device,
      async: true,
      policies: { length },
      ...(perAgent && { perAgent }),
      ...(cpu && { threads: 1 }),
    });
    const rates = [];
    // Rollouts are cut into configs of sixteen steps; the first ones also allocate and warm up.
    let started = performance.now();
    await ai.simulate(16);
    let steps = 16;
    for (let repeat = 0; repeat <= Number(values.repeats); repeat++) {
      const each = (performance.now() - started) / steps;
      steps = Math.max(16, Math.min(1600, Math.ceil((Number(values.seconds) * 1000) / each / 16) * 16));
      started = performance.now();
      await ai.simulate(steps);
      if (repeat > 0) rates.push((agents * steps * 1000) / (performance.now() - started));
    }
    const run = { name, agents, policies: ai.policies, precision: 'f32', deviceBytes: ai.info.deviceBytes, rates };
    runs.push(run);
    console.log(
      `${name.padEnd(22)} ${String(agents).padStart(9)} agents ${(median(rates) / 1e6).toFixed(3)} M agent-steps/s`,
    );
    await ai.shutdown();
  }
}

// One agent, one call a step: from JavaScript to the action and back.
if ('latency'.includes(values.only) || values.only === '') {
  for (const engine of cpu ? ['host'] : ['launch', 'resident']) {
    const ai = new ActiveInference(tmaze().model, {
      device,
      policies: { length: 2 },
      ...(cpu ? { threads: 1 } : { engine, async: engine === 'resident' }),
    });
    const observation = Uint32Array.from([0, 0, 0]);
    const times = [];
    for (let i = 0; i < 6000; i++) {
      const begin = performance.now();
      ai.stepSync(observation);
      if (i >= 1000) times.push((performance.now() - begin) * 1000);
    }
    runs.push({
      name: 'latency',
      engine,
      agents: 1,
      microseconds: { median: median(times), best: Math.min(...times) },
    });
    console.log(
      `latency of one step, ${engine}: ${median(times).toFixed(2)} us (best ${Math.min(...times).toFixed(2)})`,
    );
    await ai.shutdown();
  }
}

// Against a real environment on the host: every step waited for, against two halves in turn.
if ('rollout'.includes(values.only) || values.only === '') {
  for (const [name, world, length, agents] of [
    ['tmaze', tmaze(), 2, cpu ? 2000 : 200_000],
    ['grid64', gridWorld({ rows: 8, slip: 0.1, noise: 0.2 }), 3, cpu ? 40 : 100_000],
  ]) {
    const result = { name: `rollout-${name}`, agents };
    for (const mode of ['sync', 'async']) {
      const ai = new ActiveInference(world.model, {
        agents,
        device,
        async: mode === 'async',
        policies: { length },
        ...(cpu && { threads: 1 }),
      });
      const times = [];
      for (let repeat = 0; repeat < 4; repeat++) {
        const { elapsedMs } = await ai.rollout(world.environment(agents), { steps: 12 });
        if (repeat > 0) times.push(elapsedMs / 12);
      }
      result[mode] = times;
      await ai.shutdown();
    }
    runs.push(result);
    const ratio = median(result.sync) / median(result.async);
    console.log(
      `${result.name}: ${median(result.sync).toFixed(2)} ms a step sync, ${median(result.async).toFixed(2)} async, ${ratio.toFixed(2)}x`,
    );
  }
}

const commit =
  process.env.AATGS_COMMIT ??
  (() => {
    try {
      return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
    } catch {
      return 'unknown';
    }
  })();
const record = {
  date: new Date().toISOString(),
  commit,
  node: process.version,
  devices: devices(),
  parameters: values,
  runs,
};
if (values.out) writeFileSync(values.out, `${JSON.stringify(record, null, 2)}\n`);
