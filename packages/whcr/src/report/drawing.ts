import type { Graph } from '../graph/index.ts';

/** Up to here a drawing tells something. */
export const DRAWABLE_VERTICES = 300;
const STEPS = 200;
const SIZE = 720;
const MARGIN = 16;
/** Hues this far apart stay distinct however many there are. */
const GOLDEN_ANGLE = 137.508;

/**
 * A colouring as SVG: vertices placed by forces (T. Fruchterman, E. Reingold, "Graph drawing by force-directed placement",
 * Software: Practice and Experience 21, 1991), conflicting edges in red. The same drawing each time.
 */
export function drawColoring(graph: Graph, coloring: ArrayLike<number>): string {
  const [x, y] = placeVertices(graph);
  const lines: string[] = [];
  graph.forEachEdge((u, v) => {
    const clash = coloring[u] === coloring[v];
    lines.push(
      `<line x1="${x[u]}" y1="${y[u]}" x2="${x[v]}" y2="${y[v]}"${clash ? ' stroke="#d00" stroke-width="2" stroke-opacity="1"' : ''}/>`,
    );
  });
  const dots = Array.from({ length: graph.n }, (_, v) => {
    const color = coloring[v]!;
    const fill = `hsl(${((color * GOLDEN_ANGLE) % 360).toFixed(0)} 65% ${45 + (color % 3) * 10}%)`;
    return `<circle cx="${x[v]}" cy="${y[v]}" r="6" fill="${fill}"><title>vertex ${v}: colour ${color}</title></circle>`;
  });
  return `<svg viewBox="0 0 ${SIZE} ${SIZE}" width="${SIZE}" role="img"><g stroke="#888" stroke-width="0.6" stroke-opacity="0.35">${lines.join('')}</g>${dots.join('')}</svg>`;
}

function placeVertices(graph: Graph): [x: string[], y: string[]] {
  const { n } = graph;
  const ideal = Math.sqrt(1 / n);
  const x = Float64Array.from({ length: n }, (_, v) => Math.cos((2 * Math.PI * v) / n) / 2);
  const y = Float64Array.from({ length: n }, (_, v) => Math.sin((2 * Math.PI * v) / n) / 2);
  for (let step = 0; step < STEPS; step++) {
    const reach = 0.1 * (1 - step / STEPS);
    const dx = new Float64Array(n);
    const dy = new Float64Array(n);
    const push = (u: number, v: number, force: (distance: number) => number) => {
      const ex = x[u]! - x[v]!;
      const ey = y[u]! - y[v]!;
      const distance = Math.max(1e-3, Math.hypot(ex, ey));
      const strength = force(distance) / distance;
      dx[u]! += ex * strength;
      dy[u]! += ey * strength;
      dx[v]! -= ex * strength;
      dy[v]! -= ey * strength;
    };
    for (let u = 0; u < n; u++) for (let v = 0; v < u; v++) push(u, v, (d) => (ideal * ideal) / d);
    graph.forEachEdge((u, v) => push(u, v, (d) => -(d * d) / ideal));
    for (let v = 0; v < n; v++) {
      const length = Math.max(1e-9, Math.hypot(dx[v]!, dy[v]!));
      const moved = Math.min(length, reach) / length;
      x[v]! += dx[v]! * moved;
      y[v]! += dy[v]! * moved;
    }
  }
  return [fit(x), fit(y)];
}

function fit(values: Float64Array): string[] {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const scale = high > low ? (SIZE - 2 * MARGIN) / (high - low) : 0;
  return Array.from(values, (value) => (MARGIN + (value - low) * scale).toFixed(1));
}
