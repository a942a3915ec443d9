import { type ReportChart, renderReport } from '@aatgs/core/report';
import type { Graph } from '../graph/index.ts';
import type { ColoringResult } from '../requests.ts';
import type { LevelSample, SearchProgress } from '../search.ts';
import { DRAWABLE_VERTICES, drawColoring } from './drawing.ts';

/**
 * A search as one HTML page: convergence, conflicts by level of the hierarchy, how full the rings were, and the colouring
 * of graphs up to 300 vertices.
 *
 * @param progress what `onProgress` was called with, in order
 * @param ran where it ran, for the reader
 */
export function coloringReport(
  graph: Graph,
  result: ColoringResult,
  progress: readonly SearchProgress[],
  ran: string,
): string {
  const { reduced } = result;
  return renderReport({
    title: `Colouring of ${graph.name ?? 'a graph'}`,
    facts: [
      ['graph', `${graph.n} vertices, ${graph.m} edges`],
      ['colours', result.finalColors],
      ['conflicts', result.finalConflicts],
      ['ended by', result.ended],
      ['regime', result.regime],
      [
        'reduced to',
        reduced ? `${reduced.vertices} vertices, ${reduced.edges} edges, ${reduced.parts} parts` : 'not reduced',
      ],
      ['moves', result.iterations],
      ['total time', `${(result.elapsedMs / 1000).toFixed(3)} s`],
      ['time in steps', `${(result.kernelMs / 1000).toFixed(3)} s`],
      ['ran on', ran],
    ],
    charts: [...convergence(progress), ...levels(result.levels), ...rings(progress)],
    drawings:
      graph.n <= DRAWABLE_VERTICES ? [{ title: 'The colouring', svg: drawColoring(graph, result.coloring) }] : [],
  });
}

const seconds = (samples: readonly { readonly elapsedMs: number }[]): number[] =>
  samples.map(({ elapsedMs }) => elapsedMs / 1000);

function convergence(progress: readonly SearchProgress[]): ReportChart[] {
  const x = seconds(progress);
  const line = (label: string, value: (at: SearchProgress) => number | null) => ({
    label,
    values: progress.map(value),
    steps: true,
  });
  return [
    {
      title: 'Convergence: colours',
      xLabel: 'seconds',
      x,
      series: [line('searched with', (p) => p.colors), line('best proper colouring', (p) => p.bestColors || null)],
    },
    {
      title: 'Convergence: fewest conflicts with the colours searched with',
      xLabel: 'seconds',
      x,
      log: true,
      series: [line('conflicts', (p) => p.conflicts)],
    },
  ];
}

function levels(samples: readonly LevelSample[]): ReportChart[] {
  const depth = samples[0]?.levels.length ?? 0;
  if (depth === 0) return [];
  const x = seconds(samples);
  const chart = (title: string, value: (level: LevelSample['levels'][number]) => number): ReportChart => ({
    title,
    xLabel: 'seconds',
    x,
    log: true,
    series: Array.from({ length: depth }, (_, l) => ({
      label: l === 0 ? 'vertices' : `level ${l}`,
      values: samples.map((sample) => value(sample.levels[l]!)),
    })),
  });
  return [
    chart('Conflicts by hierarchy level: clusters that hold some', (level) => level.clusters),
    chart('Conflicts by hierarchy level: conflict ends in the fullest cluster', (level) => level.largest),
  ];
}

function rings(progress: readonly SearchProgress[]): ReportChart[] {
  return [
    {
      title: 'Ring utilisation',
      xLabel: 'seconds',
      x: seconds(progress),
      series: [
        { label: 'configs, share of slots', values: progress.map((p) => p.configRing) },
        { label: 'telemetry, share of slots', values: progress.map((p) => p.telemetryRing) },
      ],
    },
  ];
}
