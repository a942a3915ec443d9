// Two algorithms on one graph at the same time, and a third task that compares them: a task graph over packages.
import { TaskGraph } from '@aatgs/core';
import { coloringModel, Thermo } from '@aatgs/thermo';
import { gnp, verifyColoring, Whcr } from '@aatgs/whcr';

const COLORS = 15;
const graph = gnp(100, 0.5, 3);
const [u, v] = [[], []];
for (let a = 0; a < graph.n; a++) {
  for (let i = graph.offsets[a]; i < graph.offsets[a + 1]; i++) {
    if (graph.neighbors[i] > a) {
      u.push(a);
      v.push(graph.neighbors[i]);
    }
  }
}

await using whcr = new Whcr(graph, { async: true, seed: 1, maxColors: COLORS });
await using thermo = new Thermo(coloringModel(graph.n, COLORS, { u, v }), { async: true, seed: 1 });

const tasks = new TaskGraph({ name: 'two ways to colour' });
const tabu = tasks.use('tabu search', whcr, {}, (search, _, { signal }) =>
  search.color({ colors: COLORS, maxIterations: 300_000, signal }),
);
const tempering = tasks.use('parallel tempering', thermo, {}, (search, _, { signal }) =>
  search.minimize({ maxSweeps: 3000, target: 0, signal }),
);
const verdict = tasks.task('compare', { tabu, tempering }, ({ tabu, tempering }) => ({
  tabu: verifyColoring(graph, tabu.coloring).conflicts,
  tempering: verifyColoring(graph, Uint32Array.from(tempering.state)).conflicts,
}));

const result = await tasks.run({
  onProgress: ({ done, total }) => process.stderr.write(`${done} of ${total} tasks\n`),
});
console.log(`conflicts left with ${COLORS} colours:`, result.get(verdict));
