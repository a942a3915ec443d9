import { describe, expect, test } from 'vitest';
import { escapeHtml, renderReport } from '../src/report/index.ts';

const chart = { title: 'Conflicts', xLabel: 's', x: [0, 1, 2], series: [{ label: 'all', values: [3, null, 1] }] };

describe('renderReport', () => {
  const page = renderReport({
    title: 'A <b>run</b>',
    facts: [['graph', '"q" & co']],
    charts: [{ ...chart, title: '</script>' }],
    drawings: [{ title: 'colouring', svg: '<svg></svg>' }],
  });
  test('is one page that asks nothing of the network', () => {
    expect(page).toContain('uPlot=function');
    expect(page).toContain('.uplot');
    expect(page).not.toMatch(/(src|href)=/);
    expect(page).toContain("default-src 'none'");
  });
  test('shows texts as texts', () => {
    expect(page).toContain('A &lt;b&gt;run&lt;/b&gt;');
    expect(page).toContain('&quot;q&quot; &amp; co');
    expect(page).toContain('\\u003c/script>');
    expect(escapeHtml("'")).toBe('&#39;');
  });
  test('its data are what was given', () => {
    const data = /<script type="application\/json" id="data">(.*)<\/script>/.exec(page)?.[1];
    expect(JSON.parse(data as string)).toEqual([{ ...chart, title: '</script>' }]);
  });
  test('refuses a series of another length', () => {
    expect(() => renderReport({ title: '', facts: [], charts: [{ ...chart, x: [0] }] })).toThrow(TypeError);
  });
});
