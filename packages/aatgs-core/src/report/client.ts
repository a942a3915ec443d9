/** The page's own script: draws the charts from the data in the page. Plain JavaScript for any browser of the day. */
export const CLIENT = `
const colors = ['#1668b8', '#d1541f', '#2a8a3e', '#8a3ea8', '#b8860b', '#008b8b', '#c2185b', '#555555'];
for (const chart of JSON.parse(document.getElementById('data').textContent)) {
  const heading = document.createElement('h2');
  heading.textContent = chart.title;
  const place = document.createElement('div');
  document.getElementById('charts').append(heading, place);
  const shown = (value) => (chart.log && !(value > 0) ? null : value);
  new uPlot(
    {
      width: Math.min(920, document.body.clientWidth),
      height: 280,
      scales: { x: { time: false }, y: { distr: chart.log ? 3 : 1 } },
      axes: [{ label: chart.xLabel }, {}],
      series: [{ label: chart.xLabel }].concat(
        chart.series.map((series, i) => ({
          label: series.label,
          stroke: colors[i % colors.length],
          width: 1.5,
          spanGaps: true,
          paths: series.steps ? uPlot.paths.stepped({ align: 1 }) : undefined,
        })),
      ),
    },
    [chart.x].concat(chart.series.map((series) => series.values.map(shown))),
    place,
  );
}
`;
