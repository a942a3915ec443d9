// From npm install to something to look at: colours a map of random points, prints what happened, and draws it. The page
// needs nothing else, and no request leaves it.
//
//   node quickstart.mjs [file.html]
import { writeFileSync } from 'node:fs';
import { devices } from '@aatgs/core';
import { renderReport } from '@aatgs/core/report';
import { Graph, Whcr } from '@aatgs/whcr';

const { cuda } = devices();
console.log(
  cuda.available ? `GPU: ${cuda.devices[0].name}` : `No GPU is used (${cuda.reason}); the CPU does the same.`,
);

// Points that are near each other must differ in colour.
const points = Array.from({ length: 300 }, (_, i) => ({ x: fraction(i * 0.754877), y: fraction(i * 0.56984) }));
const near = [];
for (let a = 0; a < points.length; a++) {
  for (let b = a + 1; b < points.length; b++) {
    if (Math.hypot(points[a].x - points[b].x, points[a].y - points[b].y) < 0.12) near.push([a, b]);
  }
}
const ends = (side) => near.map((pair) => pair[side]);
const graph = Graph.fromEdges(points.length, ends(0), ends(1));

await using whcr = new Whcr(graph, { async: true, seed: 1 });
const result = await whcr.minimize({ maxIterations: 200_000 });
console.log(`${graph.n} points, ${graph.m} pairs: ${result.finalColors} colours, ${result.finalConflicts} conflicts`);

const file = process.argv[2] ?? 'quickstart.html';
writeFileSync(
  file,
  renderReport({
    title: 'Points that differ from their neighbours',
    facts: [
      ['points', graph.n],
      ['pairs', graph.m],
      ['colours', result.finalColors],
      ['ran on', whcr.info.deviceName],
    ],
    charts: [],
    drawings: [{ title: 'The colouring', svg: draw(result.coloring, result.finalColors) }],
  }),
);
console.log(`drawn in ${file}`);

function draw(coloring, colors) {
  const at = (value) => (20 + value * 560).toFixed(1);
  const lines = near.map(([a, b]) => {
    const [from, to] = [points[a], points[b]];
    return `<line x1="${at(from.x)}" y1="${at(from.y)}" x2="${at(to.x)}" y2="${at(to.y)}" stroke="#ccc"/>`;
  });
  const dots = points.map(({ x, y }, i) => {
    const hue = Math.round((360 * coloring[i]) / colors);
    return `<circle cx="${at(x)}" cy="${at(y)}" r="6" fill="hsl(${hue} 70% 50%)"/>`;
  });
  return `<svg viewBox="0 0 600 600" width="600">${lines.join('')}${dots.join('')}</svg>`;
}

function fraction(value) {
  return value - Math.floor(value);
}
