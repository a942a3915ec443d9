// Runs one context after another with random ring sizes and a random rhythm, so that the scheduler parks, wakes and
// stalls at random moments, and counts: every iteration exactly once, in order, with the state a plain run would have.
//   node scripts/soak.mjs [--seconds N] [--device cpu|N] [--engine E] [--most N] [--seed N] [--out FILE]
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { GpuExecutionContext } from '@aatgs/core';
import { exampleModule } from '@aatgs/core/example';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    most: { type: 'string', default: '4000' }, // iterations of one context, about
    device: { type: 'string', default: 'cpu' },
    engine: { type: 'string', default: 'auto' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const device = /^\d+$/.test(values.device) ? Number(values.device) : values.device;
let state = Number(values.seed) >>> 0;
const random = (bound) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * bound);
};

const module = exampleModule({ entities: 64, goal: 0x7fffffff });
const totals = { contexts: 0, iterations: 0, parks: 0, wakeups: 0, stalls: 0 };
const end = performance.now() + Number(values.seconds) * 1000;
while (performance.now() < end) {
  const options = {
    async: true,
    device,
    engine: values.engine,
    configSlots: 2 ** random(9),
    telemetrySlots: 2 ** random(9),
    initialSequence: random(2) ? (2 ** 32 - random(2000)) >>> 0 : random(1000),
    idleTimeoutUs: random(3) === 0 ? 0 : random(2000),
    maxResidentMs: 1 + random(200),
    onFull: 'block',
  };
  await using context = new GpuExecutionContext(module, options);
  const wanted = 200 + random(Number(values.most));
  let expected = 0;
  const take = (records) => {
    for (const record of records) {
      if (record.iteration !== expected || record.steps !== expected + 1) {
        throw new Error(
          `iteration ${expected}: got ${record.iteration} with ${record.steps} steps; ${JSON.stringify(options)}`,
        );
      }
      expected++;
    }
  };
  for (let i = 0; i < wanted; i++) {
    const record = context.execute({ substeps: 1 });
    if (record) take([record]);
    const rhythm = random(400);
    if (rhythm === 0) await sleep(random(4));
    else if (rhythm < 4) take(context.poll());
    else if (rhythm < 6) await context.flush();
  }
  await context.flush();
  take(context.poll());
  if (expected !== wanted)
    throw new Error(`${wanted} iterations queued, ${expected} came back; ${JSON.stringify(options)}`);
  const { idle, wakeups, stalls } = context.stats;
  totals.contexts++;
  totals.iterations += wanted;
  totals.parks += idle;
  totals.wakeups += wakeups;
  totals.stalls += stalls;
}
const result = {
  soak: 'none lost, none doubled',
  date: new Date().toISOString(),
  commit: process.env.AATGS_COMMIT,
  device,
  engine: values.engine,
  seconds: Number(values.seconds),
  ...totals,
};
console.log(JSON.stringify(result));
if (values.out) writeFileSync(values.out, `${JSON.stringify(result, null, 2)}\n`);
