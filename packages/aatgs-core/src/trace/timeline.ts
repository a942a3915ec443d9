import { escapeHtml, type ReportChart, renderReport } from '../report/index.ts';
import type { ContextTrace } from './context-trace.ts';
import { byPlace, onLanes } from './lanes.ts';
import type { TracedTask } from './tracer.ts';

const WIDTH = 920;
const LEFT = 150;
const ROW = 20;
const COLORS = { done: '#1f77b4', failed: '#d62728', cancelled: '#999999' } as const;
/** Steps that would be narrower than this, in pixels, are drawn as one with their neighbours. */
const NARROW = 0.5;

interface Bar {
  readonly startMs: number;
  readonly endMs: number;
  readonly text: string;
  readonly tip: string;
  readonly color: string;
}

interface Row {
  readonly name: string;
  readonly bars: readonly Bar[];
}

/** A trace as one page: tasks and steps as bars, the rings as charts below. */
export function timelinePage(
  title: string,
  tasks: readonly TracedTask[],
  contexts: readonly ContextTrace[],
  dropped: number,
): string {
  const ends = [...tasks, ...contexts.flatMap(({ steps }) => steps.slice(-1))].map(({ endMs }) => endMs);
  const endMs = ends.reduce((a, b) => Math.max(a, b), 0);
  const steps = contexts.reduce((sum, context) => sum + context.steps.length, 0);
  const busy = contexts.map(({ name, steps: own, marks }) => {
    const inSteps = own.reduce((sum, step) => sum + step.endMs - step.startMs, 0);
    const count = (what: string) => marks.reduce((sum, mark) => sum + (mark.what === what ? mark.count : 0), 0);
    const share = `${((100 * inSteps) / Math.max(endMs, 1e-9)).toFixed(1)} % in steps`;
    return [name, `${share}, asleep ${count('park')} times, stalled ${count('stall')}`] as const;
  });
  return renderReport({
    title,
    facts: [
      ['length', `${endMs.toFixed(1)} ms`],
      ['tasks', tasks.length],
      ['steps', dropped > 0 ? `${steps} (and ${dropped} entries that were not kept)` : steps],
      ...busy,
    ],
    drawings: [{ title: 'Tasks and steps', svg: drawing([...taskRows(tasks), ...stepRows(contexts, endMs)], endMs) }],
    charts: contexts.filter(({ levels }) => levels.length > 1).map(ringChart),
  });
}

function taskRows(tasks: readonly TracedTask[]): Row[] {
  return [...byPlace(tasks)].flatMap(([place, there]) => {
    const rows: { name: string; bars: Bar[] }[] = [];
    for (const { span, lane } of onLanes(there)) {
      rows[lane] ??= { name: lane === 0 ? place : '', bars: [] };
      const { name, state, reason, startMs, endMs } = span;
      const tip = `${name}: ${(endMs - startMs).toFixed(3)} ms, ${state}${reason === null ? '' : `: ${reason}`}`;
      rows[lane].bars.push({ startMs, endMs, text: name, tip, color: COLORS[state] });
    }
    return rows;
  });
}

/** One row a context; runs of steps too narrow to see become one bar. */
function stepRows(contexts: readonly ContextTrace[], endMs: number): Row[] {
  const narrow = (NARROW * endMs) / (WIDTH - LEFT);
  return contexts.map(({ name, steps }) => {
    const bars: { startMs: number; endMs: number; count: number }[] = [];
    for (const step of steps) {
      const last = bars.at(-1);
      if (last && step.startMs - last.endMs < narrow && step.endMs - step.startMs < narrow) {
        last.endMs = step.endMs;
        last.count++;
      } else {
        bars.push({ startMs: step.startMs, endMs: step.endMs, count: 1 });
      }
    }
    const shown = bars.map((bar) => {
      const tip = `${bar.count} steps, ${(bar.endMs - bar.startMs).toFixed(3)} ms`;
      return { ...bar, text: '', tip, color: '#2ca02c' };
    });
    return { name, bars: shown };
  });
}

function drawing(rows: readonly Row[], endMs: number): string {
  const height = rows.length * ROW + 24;
  const x = (ms: number) => LEFT + ((WIDTH - LEFT) * ms) / Math.max(endMs, 1e-9);
  const parts: string[] = [];
  for (const [i, { name, bars }] of rows.entries()) {
    const y = i * ROW;
    parts.push(`<text x="0" y="${y + 14}">${escapeHtml(name.slice(0, 24))}</text>`);
    for (const { startMs, endMs: end, text, tip, color } of bars) {
      const [left, width] = [x(startMs), Math.max(NARROW, x(end) - x(startMs))];
      parts.push(
        `<rect x="${left.toFixed(2)}" y="${y + 2}" width="${width.toFixed(2)}" height="${ROW - 4}" fill="${color}"><title>${escapeHtml(tip)}</title></rect>`,
      );
      const fits = Math.floor(width / 7);
      if (text !== '' && fits >= 2) {
        const label = text.length <= fits ? text : `${text.slice(0, fits - 1)}…`;
        parts.push(
          `<text x="${(left + 3).toFixed(2)}" y="${y + 14}" fill="#fff" pointer-events="none">${escapeHtml(label)}</text>`,
        );
      }
    }
  }
  for (let i = 0; i <= 4; i++) {
    const ms = (endMs * i) / 4;
    const anchor = i === 4 ? 'end' : i === 0 ? 'start' : 'middle';
    parts.push(
      `<line x1="${x(ms)}" y1="0" x2="${x(ms)}" y2="${rows.length * ROW}" stroke="#ddd"/><text x="${x(ms)}" y="${height - 6}" text-anchor="${anchor}">${ms.toFixed(1)} ms</text>`,
    );
  }
  return `<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="11">${parts.join('')}</svg>`;
}

function ringChart({ name, levels }: ContextTrace): ReportChart {
  return {
    title: `Rings of ${name}`,
    xLabel: 'ms',
    x: levels.map((level) => level.ms),
    series: [
      { label: 'configs queued', values: levels.map((level) => level.configs), steps: true },
      { label: 'records unread', values: levels.map((level) => level.records), steps: true },
    ],
  };
}
