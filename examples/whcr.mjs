// Which radio stations may share a frequency? Stations near each other may not: a geometric graph, coloured with as few
// colours as possible.
import { geometric, verifyColoring, Whcr } from '@aatgs/whcr';

const graph = geometric(400, 0.12, 7);
await using whcr = new Whcr(graph, { async: true, seed: 1 });
const { finalColors, coloring, elapsedMs } = await whcr.minimize({ maxIterations: 500_000 });
const { valid } = verifyColoring(graph, coloring);
console.log(`${graph.n} stations, ${graph.m} pairs in range: ${finalColors} frequencies in ${elapsedMs.toFixed(0)} ms`);
console.log(valid ? 'No two neighbours share one.' : 'Some neighbours share one.');

const users = new Map();
for (const color of coloring) users.set(color, (users.get(color) ?? 0) + 1);
for (const [color, count] of [...users].sort((a, b) => a[0] - b[0])) {
  console.log(`frequency ${String(color).padStart(2)}  ${'#'.repeat(count)} ${count}`);
}
