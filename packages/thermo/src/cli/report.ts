import type { Observables } from '../analysis/index.ts';
import type { SampleResult } from '../thermo.ts';

const WIDTH = 460;
const HEIGHT = 280;
const MARGIN = { left: 64, right: 12, top: 30, bottom: 34 };

interface Point {
  readonly x: number;
  readonly y: number;
  readonly error: number;
}

/** A page without scripts or links: curves with error bars, the ladder, and the run's figures. */
export function reportPage(title: string, result: SampleResult): string {
  const { observables, exchanges, sweeps, elapsedMs, series } = result;
  const points = (of: (o: Observables) => { mean: number; error: number }): Point[] =>
    observables.map((o) => ({ x: o.temperature, y: of(o).mean, error: of(o).error }));
  const acceptance = Array.from(exchanges.acceptance, (y, k) => {
    const [hot = 0, cold = 0] = [series.temperatures[k], series.temperatures[k + 1]];
    return { x: (hot + cold) / 2, y, error: 0 };
  });
  const charts = [
    chart(
      'Energy a spin',
      points((o) => o.energy),
    ),
    chart(
      'Specific heat',
      points((o) => o.specificHeat),
    ),
    chart(
      'Magnetisation',
      points((o) => o.magnetization),
    ),
    chart(
      'Binder cumulant',
      points((o) => o.binder),
    ),
    chart(
      'Autocorrelation time of the energy, samples',
      points((o) => ({ mean: o.tau, error: 0 })),
    ),
    chart('Exchanges made', acceptance),
  ];
  const facts = `${series.samples} samples at ${observables.length} temperatures, ${sweeps} sweeps in ${(elapsedMs / 1000).toFixed(1)} s; ${exchanges.roundTrips} round trips, barrier ${exchanges.barrier.toFixed(2)}.`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>
<style>body{font:15px system-ui,sans-serif;margin:2em}svg{margin:.5em;border:1px solid #ddd}text{font-size:12px}</style></head>
<body><h1>${escaped(title)}</h1><p>${facts} Bars are one standard error.</p>
${charts.join('\n')}
</body></html>
`;
}

function chart(title: string, points: readonly Point[]): string {
  const xs = points.map((p) => p.x);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const low = Math.min(...points.map((p) => p.y - p.error));
  const high = Math.max(...points.map((p) => p.y + p.error));
  const px = (x: number) => MARGIN.left + ((x - left) / (right - left || 1)) * (WIDTH - MARGIN.left - MARGIN.right);
  const py = (y: number) =>
    HEIGHT - MARGIN.bottom - ((y - low) / (high - low || 1)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const at = (value: number) => value.toFixed(1);
  const line = points.map((p) => `${at(px(p.x))},${at(py(p.y))}`).join(' ');
  const marks = points.map((p) => {
    const x = at(px(p.x));
    const bar = `<line x1="${x}" x2="${x}" y1="${at(py(p.y - p.error))}" y2="${at(py(p.y + p.error))}" stroke="#333"/>`;
    return `${bar}<circle cx="${x}" cy="${at(py(p.y))}" r="2.5" fill="#1f5fa8"/>`;
  });
  const y = (value: number) =>
    `<text x="${MARGIN.left - 6}" y="${at(py(value) + 4)}" text-anchor="end">${value.toPrecision(4)}</text>`;
  const x = (value: number) =>
    `<text x="${at(px(value))}" y="${HEIGHT - 12}" text-anchor="middle">${value.toFixed(2)}</text>`;
  return `<svg width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${escaped(title)}">
<text x="${MARGIN.left}" y="18">${escaped(title)}</text>${y(low)}${y(high)}${x(left)}${x((left + right) / 2)}${x(right)}
<polyline points="${line}" fill="none" stroke="#9bbbe0"/>${marks.join('')}</svg>`;
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
