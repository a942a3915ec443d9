import { CLIENT } from './client.ts';
import { chartLibrary, chartStyle } from './library.ts';

/** A line of a chart. */
export interface ReportSeries {
  /** Name in the legend. */
  readonly label: string;
  /** One value for each of the chart's `x`; null where there is none. */
  readonly values: readonly (number | null)[];
  /** Draw as steps instead of sloped lines: for values that hold until the next one. Default false. */
  readonly steps?: boolean;
}

/** A chart of lines over one axis. */
export interface ReportChart {
  /** Heading above the chart. */
  readonly title: string;
  /** Name and unit of the horizontal axis. */
  readonly xLabel: string;
  /** Ascending. */
  readonly x: readonly number[];
  /** The lines, drawn in this order. */
  readonly series: readonly ReportSeries[];
  /** Logarithmic vertical axis; values of 0 and below are left out. Default false. */
  readonly log?: boolean;
}

/** What a report shows, from top to bottom. */
export interface Report {
  /** The page's title and heading. */
  readonly title: string;
  /** Names and values, in a table. */
  readonly facts: readonly (readonly [name: string, value: string | number])[];
  /** Charts, below the facts. */
  readonly charts: readonly ReportChart[];
  /** Drawings as SVG elements. They are put into the page as they are. */
  readonly drawings?: readonly { readonly title: string; readonly svg: string }[];
}

/**
 * A report as one HTML page that needs nothing else: charts by uPlot, which is inside, and no request leaves the page when
 * it is opened (its content security policy forbids it).
 *
 * @throws {TypeError} when a chart's series are not as long as its axis.
 */
export function renderReport({ title, facts, charts, drawings = [] }: Report): string {
  for (const chart of charts) {
    for (const { label, values } of chart.series) {
      if (values.length === chart.x.length) continue;
      throw new TypeError(
        `series ${label} of chart ${chart.title} has ${values.length} values for ${chart.x.length} places`,
      );
    }
  }
  const rows = facts.map(
    ([name, value]) => `<tr><th>${escapeHtml(name)}</th><td>${escapeHtml(String(value))}</td></tr>`,
  );
  const figures = drawings.map(({ title: caption, svg }) => `<h2>${escapeHtml(caption)}</h2><figure>${svg}</figure>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${chartStyle}
body { font: 15px/1.5 system-ui, sans-serif; max-width: 960px; margin: 2em auto; padding: 0 1em; color: #222; }
h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin-top: 2em; }
th { text-align: left; font-weight: 500; padding-right: 2em; color: #666; }
figure { margin: 0; } svg { max-width: 100%; height: auto; }
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<table>${rows.join('')}</table>
<main id="charts"></main>
${figures.join('\n')}
<script>${chartLibrary}</script>
<script type="application/json" id="data">${JSON.stringify(charts).replaceAll('<', '\\u003c')}</script>
<script>${CLIENT}</script>
</body>
</html>
`;
}

/** Text as it may stand between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => names[character] as string);
}
