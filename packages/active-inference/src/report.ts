import { type ReportChart, renderReport } from '@aatgs/core/report';
import type { RunRecord } from './cli/run.ts';

/** A page of one run: free energy, the first agent's beliefs, what all agents did. */
export function reportPage(
  title: string,
  facts: readonly (readonly [string, string | number])[],
  { freeEnergy, beliefs, controls }: RunRecord,
  factors: readonly string[],
): string {
  const x = freeEnergy.map((_, step) => step);
  const lines = (rows: readonly (readonly number[])[], name: string) =>
    Array.from({ length: rows[0]?.length ?? 0 }, (_, i) => ({
      label: `${name} ${i}`,
      values: rows.map((row) => row[i] ?? null),
    }));
  const chart = (of: string, series: ReportChart['series']): ReportChart => ({
    title: of,
    xLabel: 'time step',
    x,
    series,
  });
  return renderReport({
    title,
    facts,
    charts: [
      chart('Mean variational free energy, nats', [{ label: 'free energy', values: freeEnergy }]),
      ...beliefs.map((rows, f) => chart(`Beliefs of the first agent: ${factors[f]}`, lines(rows, 'state'))),
      chart('Share of agents that chose each control', lines(controls, 'control')),
    ],
  });
}
