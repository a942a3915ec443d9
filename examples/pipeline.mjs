// Three stages over one graph as one task graph: one agent a vertex infers its colour from noisy sightings, and the beliefs
// bias WHCR's search;
// where conflicts are left, parallel tempering polishes, holding the rest, and WHCR mends what remains; an independent check
// ends it. Sync and async
// run the same code and end in the same colouring. Writes the trace of the async run if a file is named:
//   node examples/pipeline.mjs [trace.html | trace.json]
import { fileURLToPath } from 'node:url';
import { ActiveInference } from '@aatgs/active-inference';
import { TaskGraph, Tracer } from '@aatgs/core';
import { coloringModel, Thermo } from '@aatgs/thermo';
import { flat, PhiloxStream, verifyColoring, Whcr } from '@aatgs/whcr';

/** Sightings of a hidden colouring: right with probability `reliability`, otherwise any colour. `[sighting][vertex]`. */
export function sightings(hidden, colors, { count, reliability, seed }) {
  const random = new PhiloxStream(seed, 0x516);
  const see = (color) => (random.below(1000) < 1000 * reliability ? color : random.below(colors));
  return Array.from({ length: count }, () => Uint32Array.from(hidden, see));
}

/** What an agent that watches one vertex believes in: a hidden colour that stays, seen right or as any colour. */
export function sightingModel(colors, reliability) {
  const square = (entry) =>
    Array.from({ length: colors }, (_, i) => Array.from({ length: colors }, (_, j) => entry(i, j)));
  return {
    A: [square((seen, hidden) => (seen === hidden ? reliability : 0) + (1 - reliability) / colors)],
    B: [square((next, now) => [next === now ? 1 : 0])],
  };
}

/**
 * The vertices around conflicts, to be coloured anew while all others keep their colours: a Potts model of them and of k
 * further vertices that stand for the colours. Those are all joined, so that each has a colour of its own, and a vertex is
 * joined to the colours its fixed neighbours have.
 */
export function subproblem(graph, coloring, colors) {
  const free = new Map();
  const add = (v) => free.has(v) || free.set(v, free.size);
  const neighbors = (v) => graph.neighbors.subarray(graph.offsets[v], graph.offsets[v + 1]);
  const conflicted = (v) => neighbors(v).some((u) => coloring[u] === coloring[v]);
  for (let v = 0; v < graph.n; v++) if (conflicted(v)) [v, ...neighbors(v)].forEach(add);
  const [u, v] = [[], []];
  const join = (a, b) => u.push(a) && v.push(b);
  for (let a = 0; a < colors; a++) for (let b = 0; b < a; b++) join(free.size + a, free.size + b);
  for (const [vertex, i] of free) {
    const taken = new Set();
    for (const other of neighbors(vertex)) {
      const j = free.get(other);
      if (j === undefined) taken.add(coloring[other]);
      else if (j < i) join(i, j);
    }
    for (const color of taken) join(i, free.size + color);
  }
  return { free, model: coloringModel(free.size + colors, colors, { u, v }) };
}

/** A state of the subproblem put back into the colouring, with the colours named as the colour vertices say. */
export function putBack(coloring, { free }, state, colors) {
  const names = new Map(Array.from({ length: colors }, (_, color) => [state[free.size + color], color]));
  const result = Uint32Array.from(coloring);
  for (const [vertex, i] of free) result[vertex] = names.get(state[i]) ?? result[vertex];
  return result;
}

/** The pipeline over one graph; `run` it as often as you like. */
export function pipeline(graph, agents, whcr, { colors, seed, maxIterations, maxSweeps, tracer, ...placement }) {
  const tasks = new TaskGraph({ name: 'pipeline' });
  const seen = tasks.input('sightings');
  const beliefs = tasks.use('beliefs', agents, { seen }, async (agents, { seen }) => {
    await agents.reset();
    for (const sighting of seen) await agents.step(sighting);
    const [belief] = await agents.beliefs(); // [vertex][color]
    return belief;
  });
  const priors = tasks.use('priors', whcr, { beliefs }, async (whcr, { beliefs }) => {
    const belief = new Float32Array(graph.n * whcr.maxColors);
    for (let v = 0; v < graph.n; v++) belief.set(beliefs.subarray(v * colors, (v + 1) * colors), v * whcr.maxColors);
    await whcr.setPriors({ belief });
  });
  const found = tasks.use(
    'search',
    whcr,
    {},
    (whcr, _, { signal }) => whcr.color({ colors, seed, maxIterations, start: 'random', signal }),
    { after: [priors] },
  );
  const polish = (inner, { found }) => {
    const part = inner.task('part', { found }, ({ found }) => subproblem(graph, found.coloring, colors));
    const tempered = inner.task('temper', { part }, async ({ part }, { signal }) => {
      await using thermo = new Thermo(part.model, { ...placement, maxSamples: 0, seed });
      tracer?.watch(thermo);
      return await thermo.minimize({ target: 0, maxSweeps, anneal: 100, signal });
    });
    const merged = inner.task('merge', { found, part, tempered }, ({ found, part, tempered }) => {
      const merged = putBack(found.coloring, part, tempered.state, colors);
      return verifyColoring(graph, merged).conflicts < found.finalConflicts ? merged : found.coloring;
    });
    return inner.use('mend', whcr, { merged }, async (whcr, { merged }, { signal }) => {
      const mended = await whcr.repair(merged, { colors, seed, maxIterations: 1_000_000, signal });
      return mended.coloring;
    });
  };
  const polished = tasks.when(
    'polish',
    { found },
    ({ found }) => !found.success,
    polish,
    (inner, { found }) => inner.task('as it is', { found }, ({ found }) => found.coloring),
  );
  const checked = tasks.task('verify', { polished }, ({ polished }) => verifyColoring(graph, polished, { colors }));
  return { tasks, seen, beliefs, found, polished, checked };
}

/** Runs the pipeline once on a planted colouring. */
export async function runPipeline({
  async,
  tracer,
  colors = 7,
  n = 400,
  density = 0.065,
  seed = 1,
  reliability = 0.3,
  maxIterations = 2000,
  ...placement
}) {
  const { graph, coloring: hidden } = flat(n, colors, seed, { density });
  await using whcr = new Whcr(graph, {
    ...placement,
    async,
    beliefs: true,
    maxColors: colors + 4,
    movesPerSubstep: 200,
    seed,
  });
  const options = { colors, seed, maxIterations, maxSweeps: 1000, tracer, async, ...placement };
  await using agents = new ActiveInference(sightingModel(colors, reliability), { ...placement, async, agents: n });
  const { tasks, seen, beliefs, found, polished, checked } = pipeline(graph, agents, whcr, options);
  const sighted = sightings(hidden, colors, { count: 2, reliability, seed });
  const result = await tasks.run({ inputs: [seen.is(sighted)], ...(tracer && { trace: tracer }) });
  const { success, finalConflicts } = result.get(found);
  return {
    sighted,
    belief: result.get(beliefs),
    searched: { success, finalConflicts },
    coloring: result.get(polished),
    verified: result.get(checked),
    report: result.report,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const tracer = process.argv[2] ? new Tracer() : undefined;
  const sync = await runPipeline({ async: false });
  const async = await runPipeline({ async: true, tracer });
  await tracer?.write(process.argv[2]);
  for (const [name, run] of Object.entries({ sync, async })) {
    console.log(
      `${name}: the search left ${run.searched.finalConflicts} conflicts, in the end ${run.verified.conflicts}`,
    );
    for (const task of run.report.tasks) {
      console.log(`  ${task.name} on ${task.place}: ${(task.endMs - task.startMs).toFixed(1)} ms`);
    }
  }
  const same = sync.coloring.every((color, v) => color === async.coloring[v]);
  console.log(same ? 'Both ended in the same colouring.' : 'They differ: that is a bug.');
  process.exitCode = same && async.verified.valid ? 0 : 1;
}
