// What the adaptive parts of the task graph bring.
//   node bench/task-graph.mjs [--parts makespan,pace] [--dags 10] [--repeats 3] [--device cpu|N] [--group cpu,cpu|0,1]
//     [--modules example,thermo,whcr,active-inference] [--milliseconds 150] [--out FILE]
//
// makespan: random DAGs with skewed durations. Order by readiness (fifo), by critical path from measured durations (the first
//   run learns them), and the best static order that was found with the true durations known; against the lower bound.
//   Tasks are timers on 4 lanes, and spinning steps on the devices of --group (0,0,0,0: four contexts that share GPU 0).
// pace: substeps a second of `advance` against fixed substeps and depths, and how long a context still works after a signal.
import { parseArgs } from 'node:util';
import { ActiveInference, AiPhase, tmaze } from '@aatgs/active-inference';
import { DeviceGroup, GpuExecutionContext, TaskGraph } from '@aatgs/core';
import { ExamplePhase, exampleModule } from '@aatgs/core/example';
import { edwardsAnderson, geometricTemperatures, thermoModule } from '@aatgs/thermo';
import { queen, whcrModule } from '@aatgs/whcr';
import { bestStaticOrder, lowerBound, randomDag } from './dags.mjs';
import { writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: 'makespan,pace' },
    dags: { type: 'string', default: '10' },
    repeats: { type: 'string', default: '3' },
    device: { type: 'string', default: 'cpu' },
    group: { type: 'string', default: 'cpu,cpu' },
    modules: { type: 'string', default: 'example,thermo,whcr,active-inference' },
    milliseconds: { type: 'string', default: '150' },
    out: { type: 'string' },
  },
});
const repeats = Number(values.repeats);
const device = (name) => (name === 'cpu' ? name : Number(name));
const where = (name) => ({ device: device(name), async: true, ...(name === 'cpu' && { threads: 1 }) });
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const mean = (list) => list.reduce((sum, x) => sum + x, 0) / list.length;
const log = (...parts) => console.log(...parts);

/** Runs one DAG in every order; milliseconds of each repeat. */
async function race(dag, width, addTask, concurrency) {
  const build = (priorities) => {
    const graph = new TaskGraph();
    const handles = [];
    for (const [i, { ms, needs }] of dag.entries()) {
      const options = { after: needs.map((j) => handles[j]), ...(priorities && { priority: priorities[i] }) };
      handles.push(addTask(graph, `${i}`, ms, options));
    }
    return graph;
  };
  const graphs = { fifo: build(), adaptive: build(), static: build(bestStaticOrder(dag, width).priorities) };
  const run = async (name) => {
    const options = { order: name === 'fifo' ? 'fifo' : 'critical-path', ...concurrency };
    return (await graphs[name].run(options)).report.elapsedMs;
  };
  const first = await run('adaptive'); // learns the durations
  const times = { fifo: [], adaptive: [], static: [] };
  for (let i = 0; i < repeats; i++) for (const name of Object.keys(times)) times[name].push(await run(name));
  return { boundMs: lowerBound(dag, width), firstMs: first, ...times };
}

async function makespan(what, width, addTask, concurrency) {
  const rows = [];
  for (let seed = 1; seed <= Number(values.dags); seed++) {
    const dag = randomDag({ seed, tasks: 60, meanMs: 12, sigma: 1.3 });
    rows.push({ seed, tasks: dag.length, ...(await race(dag, width, addTask, concurrency)) });
  }
  const over = (name) => mean(rows.map((row) => median(row[name]) / row.boundMs));
  const best = (name, than) => mean(rows.map((row) => median(row[than]) / median(row[name])));
  const summary = {
    fifoOverBound: over('fifo'),
    adaptiveOverBound: over('adaptive'),
    staticOverBound: over('static'),
    fifoOverAdaptive: best('adaptive', 'fifo'),
    staticOverAdaptive: best('adaptive', 'static'),
  };
  log(
    `${what}:`,
    Object.entries(summary)
      .map(([name, x]) => `${name} ${x.toFixed(3)}`)
      .join(', '),
  );
  return { what, width, summary, rows };
}

const temperatures = geometricTemperatures(2.5, 0.5, 8);
const forever = { burnIn: 2 ** 31 - 1, seed: 3 };
const on = (module) => (options) => new GpuExecutionContext(module, options);
const subjects = {
  example: { open: on(exampleModule({ entities: 500, goal: 2 ** 31 - 1 })), config: {} },
  thermo: { open: on(thermoModule(edwardsAnderson([12, 12], 1), temperatures, forever)), config: {} },
  whcr: {
    open: on(whcrModule(queen(8), { maxColors: 12, population: 4, movesPerSubstep: 20, colors: 7, seed: 3 })),
    config: {},
  },
  'active-inference': {
    open: (options) => new ActiveInference(tmaze().model, { ...options, agents: 16, policies: { length: 2 } }).context,
    config: { phase: AiPhase.ROLLOUT },
  },
};

/** Substeps a second over about so many milliseconds; what is in the ring then still counts. */
async function rateOf(context, config, pins, milliseconds) {
  const start = performance.now();
  const until = () => performance.now() - start >= milliseconds;
  const { substeps } = await context.advance(config, { ...ENDLESS, until, ...pins });
  return (substeps / (performance.now() - start)) * 1000;
}

/** Milliseconds from a signal, some time after the start, until the context is idle. */
async function stopOf(context, config, pins) {
  const controller = new AbortController();
  let told = 0;
  setTimeout(() => {
    told = performance.now();
    controller.abort();
  }, 20);
  await context.advance(config, { ...ENDLESS, signal: controller.signal, ...pins }).catch(() => {});
  await context.flush();
  return performance.now() - told;
}

const ENDLESS = { substeps: Number.POSITIVE_INFINITY };
const SUBSTEPS = [1, 4, 16, 64, 256, 1024];
const DEPTHS = [1, 4, 16];

/** Throughput and stopping, adaptive and with every setting fixed. */
async function pace(name) {
  const { open, config } = subjects[name];
  const context = open({ ...where(values.device), configSlots: 16, telemetrySlots: 64 });
  const settings = [{ setting: 'adaptive' }];
  for (const stepSubsteps of SUBSTEPS) {
    for (const depth of DEPTHS) settings.push({ setting: `${stepSubsteps}x${depth}`, stepSubsteps, depth });
  }
  const rows = settings.map((pins) => ({ ...pins, substepsPerSecond: [] }));
  const rate = (row) => median(row.substepsPerSecond);
  await rateOf(context, config, {}, 500); // warm, and long enough to find its pace
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const [i, { setting: _, ...pins }] of settings.entries()) {
      rows[i].substepsPerSecond.push(await rateOf(context, config, pins, Number(values.milliseconds)));
    }
  }
  const [adaptive, ...fixed] = rows;
  const best = fixed.reduce((a, b) => (rate(b) > rate(a) ? b : a));
  for (const row of [adaptive, best]) {
    const { setting: _, substepsPerSecond: __, ...pins } = row;
    row.stopMs = [];
    for (let repeat = 0; repeat < repeats; repeat++) row.stopMs.push(await stopOf(context, config, pins));
  }
  const { engine, deviceName } = context.info;
  await context.shutdown();
  const summary = {
    best: best.setting,
    adaptiveOverBest: rate(adaptive) / rate(best),
    adaptiveOverOneSubstep: rate(adaptive) / rate(fixed.find((row) => row.setting === '1x16')),
    adaptiveStopMs: median(adaptive.stopMs),
    bestStopMs: median(best.stopMs),
  };
  log(
    `${name}: adaptive ${rate(adaptive).toFixed(0)} substeps/s, ${summary.adaptiveOverBest.toFixed(3)} of the best fixed (${best.setting}), ${summary.adaptiveOverOneSubstep.toFixed(2)}x of one substep a config; stops within ${summary.adaptiveStopMs.toFixed(2)} ms, the best fixed within ${summary.bestStopMs.toFixed(2)} ms`,
  );
  return { module: name, engine, deviceName, summary, rows };
}

const parameters = {
  dags: Number(values.dags),
  repeats,
  milliseconds: Number(values.milliseconds),
  device: device(values.device),
  group: values.group,
};
const results = {};
const write = () => writeRecord(values.out, 'task graph', { parameters, ...results });
if (values.parts.includes('pace')) {
  results.pace = [];
  for (const name of values.modules.split(',')) {
    results.pace.push(await pace(name));
    write();
  }
}
if (values.parts.includes('makespan')) {
  const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const timer = (graph, name, ms, options) => graph.task(name, {}, () => sleep(ms), options);
  const list = values.group.split(',');
  const example = exampleModule({ entities: 1, goal: 1 });
  await using group = new DeviceGroup(
    ({ index }) => new GpuExecutionContext(example, { ...where(list[index]), maxBlocks: 8 }),
    {
      devices: list.map(device),
    },
  );
  const step = (graph, name, ms, options) =>
    graph.step(name, group, {}, { phase: ExamplePhase.SPIN, spinNs: Math.round(ms * 1e6) }, options);
  results.makespan = [await makespan(`steps on ${values.group}`, list.length, step, {})];
  write();
  results.makespan.push(await makespan('timers on 4 lanes', 4, timer, { concurrency: 4 }));
}
write();
