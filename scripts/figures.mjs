// node scripts/figures.mjs [--write]: the tables of figures in the READMEs, between `<!-- figures: NAME -->` and
// `<!-- /figures -->`, come from files in bench/results and from nowhere else. Checks that, or writes them.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './cmake.mjs';
import { packages } from './workspace.mjs';

const TABLES = {
  overhead,
  'whcr-dimacs': whcrDimacs,
  'whcr-quality': whcrQuality,
  'whcr-sparse': whcrSparse,
  'thermo-gset': thermoGset,
  'active-inference': activeInference,
};
const writes = process.argv.includes('--write');
const files = ['README.md', ...packages().map(({ folder }) => join(relative(root, folder), 'README.md'))];
let stale = 0;

for (const file of files) {
  const text = readFileSync(join(root, file), 'utf8');
  // Links to the results start at the document.
  const up = '../'.repeat(file.split('/').length - 1);
  const filled = text.replace(/(<!-- figures: (\S+) -->\n)[\s\S]*?(<!-- \/figures -->)/g, (_, start, name, end) => {
    if (!TABLES[name]) throw new Error(`${file}: there are no figures called ${name}`);
    return `${start}${TABLES[name](up).join('\n')}\n${end}`;
  });
  if (filled === text) continue;
  stale++;
  console.error(`${writes ? 'written' : 'out of date; run node scripts/figures.mjs --write'}: ${file}`);
  if (writes) writeFileSync(join(root, file), filled);
}
if (stale > 0 && !writes) process.exit(1);

/** Cost of an iteration: as usually written, the best synchronous way, and asynchronous. */
function overhead(up) {
  const { cuda, measurements, node } = results('overhead-h200');
  const written = results('sync-as-written-h200').measurements.filter(({ what }) => what === 'sync-as-written');
  const at = (list, step, fits) => list.find((one) => one.stepUs === step && fits(one))?.medianUs;
  const rows = [...new Set(written.map(({ stepUs }) => stepUs))].map((step) => {
    const usual = at(written, step, () => true);
    const best = at(measurements, step, ({ what }) => what === 'sync');
    const async = at(measurements, step, ({ what, depth }) => what === 'async' && depth === 16);
    return [`${step} us`, us(usual), us(best), us(async), times(usual, async), times(best, async)];
  });
  return [
    `Microseconds for one iteration on one ${cuda.devices[0].name}, from Node ${node} (medians):`,
    '',
    ...table(['step', 'sync as usually written', 'best sync', 'async, 16 deep', 'gain', 'gain over best sync'], rows),
    '',
    `From [overhead-h200.json](${up}bench/results/overhead-h200.json) and` +
      ` [sync-as-written-h200.json](${up}bench/results/sync-as-written-h200.json).`,
  ];
}

/** Published graphs: how often the colours asked for were reached, and the median time. */
function whcrDimacs(up) {
  const { cpu, parameters, runs } = results('whcr-dimacs-cpu');
  const rows = grouped(runs).map(([name, list]) => {
    const solved = list.filter(({ success }) => success);
    const seconds =
      solved.length > 0 ? (median(solved.map(({ milliseconds }) => milliseconds)) / 1000).toFixed(2) : '–';
    return [name, list[0].colors, `${solved.length} of ${list.length}`, seconds];
  });
  return [
    `Published graphs, ${parameters.timeLimitSeconds} s at most, ${parameters.seeds} seeds, sync and async, CPU engine of a` +
      ` ${cpu.cores}-core ${cpu.name} machine:`,
    '',
    ...table(['graph', 'colours', 'solved', 'median of these, s'], rows),
    '',
    `From [whcr-dimacs-cpu.json](${up}bench/results/whcr-dimacs-cpu.json).`,
  ];
}

/** Published graphs on a GPU: seconds to a number of colours, and of HEAD where it ran. */
function whcrQuality(up) {
  const { cuda, cases } = results('whcr-quality-h200');
  const shown = (list) =>
    list
      .toSorted((a, b) => (a.conflicts || 0) - (b.conflicts || 0) || a.seconds - b.seconds)
      .map(({ conflicts, seconds }) => {
        const time = seconds.toFixed(seconds < 10 ? 1 : 0);
        return conflicts ? `${conflicts} left after ${time}` : time;
      })
      .join(', ');
  const rows = cases.map(({ name, colors, dynamic = 'auto', movesPerGeneration, runs, head }) => [
    name,
    colors,
    dynamic,
    movesPerGeneration,
    shown(runs),
    head.length > 0 ? shown(head) : '–',
  ]);
  return [
    `Seconds to a number of colours on one ${cuda.devices[0].name}, every seed, without reading the graph and making the context;` +
      ' HEAD with two threads beside it on the same host. "left": conflicting edges when the time was over. Each case says its commit' +
      ' and settings in the file.',
    '',
    ...table(['graph', 'colours', 'dynamic', 'moves a generation', 'seconds', 'HEAD, seconds'], rows),
    '',
    `From [whcr-quality-h200.json](${up}bench/results/whcr-quality-h200.json).`,
  ];
}

/** Huge sparse graphs: one greedy colouring and fewer colours in ten times the peer's time. */
function whcrSparse(up) {
  const { cuda, cases } = results('whcr-sparse-h200');
  const pair = (list, time) =>
    list.length === 0
      ? '–'
      : `${median(list.map(({ colors }) => colors))} colours, ${median(list.map(time)).toFixed(1)} ms`;
  const rows = cases.map(({ name, vertices, edges, ecl, chroma = [], once, improved, improvedLimitMs }) => [
    `${name}, ${(vertices / 1e6).toFixed(1)} M vertices, ${(edges / 1e6).toFixed(1)} M edges`,
    pair(ecl, ({ milliseconds }) => milliseconds),
    pair(chroma, ({ milliseconds }) => milliseconds),
    pair(once, ({ kernelMs }) => kernelMs),
    `${median(once.map(({ elapsedMs }) => elapsedMs)).toFixed(0)} ms`,
    `${median(improved.map(({ colors }) => colors))} colours within ${improvedLimitMs.toFixed(0)} ms`,
  ]);
  return [
    `One ${cuda.devices[0].name}, medians; ECL-GC 1.2 and CHROMA in the same run. Times are without transfers, as both give their own; the fifth` +
      ' column is the whole call, with the transfer of the result and its verification on the host.',
    '',
    ...table(['graph', 'ECL-GC', 'CHROMA', 'greedy at once', 'whole call', "ten times ECL-GC's time"], rows),
    '',
    `From [whcr-sparse-h200.json](${up}bench/results/whcr-sparse-h200.json).`,
  ];
}

/** Agent steps a second on a GPU, and pymdp's on the same models. */
function activeInference(up) {
  const { cuda, runs } = results('active-inference-speed-h200');
  const peers = results('active-inference-pymdp-h200').runs;
  const rows = runs
    .filter(({ rates }) => rates)
    .map(({ name, agents, policies, rates }) => {
      const ours = median(rates);
      const same = peers.filter((one) => name.startsWith(one.name) && !name.endsWith('-goals'));
      const shared = same.filter((one) => one.shared !== name.endsWith('-own'));
      const near = (shared.length > 0 ? shared : same).find((one) => Math.abs(Math.log10(one.agents / agents)) <= 1);
      const theirs = near && median(near.rates);
      const million = (rate) => (rate >= 1e8 ? (rate / 1e6).toFixed(0) : (rate / 1e6).toPrecision(3));
      return [name, agents, policies, million(ours), near ? `${million(theirs)} (${near.agents})` : '–'];
    });
  return [
    `Million agent steps a second on one ${cuda.devices[0].name} in float32 (medians): the process shows an observation, beliefs,` +
      ' expected free energy of all policies, an action. pymdp 1.0.2 under JAX on a GPU of the same kind, with the number of agents' +
      ' nearest to ours; the file says which of its runs were in the same call.',
    '',
    ...table(['model', 'agents', 'policies', 'M steps/s', 'pymdp (agents)'], rows),
    '',
    `From [active-inference-speed-h200.json](${up}bench/results/active-inference-speed-h200.json) and` +
      ` [active-inference-pymdp-h200.json](${up}bench/results/active-inference-pymdp-h200.json).`,
  ];
}

/** Max-Cut on Gset: the best cut found against the best known one. */
function thermoGset(up) {
  const { cpu, parameters, runs } = results('thermo-gset-cpu');
  const rows = grouped(runs).map(([name, list]) => {
    const cuts = list.map(({ cut }) => cut);
    const best = Math.max(...cuts);
    const found = list.filter(({ cut }) => cut === best).map(({ foundAtMs }) => foundAtMs / 1000);
    return [name, list[0].n, list[0].best, best, Math.min(...cuts), median(found).toFixed(2)];
  });
  return [
    `Max-Cut on Gset, ${parameters.timeLimitSeconds} s, ${parameters.seeds} seeds, ${parameters.threads} thread of a` +
      ` ${cpu.cores}-core ${cpu.name} machine:`,
    '',
    ...table(['graph', 'vertices', 'best known', 'best', 'worst seed', 'best found after, s'], rows),
    '',
    `From [thermo-gset-cpu.json](${up}bench/results/thermo-gset-cpu.json).`,
  ];
}

function results(name) {
  return JSON.parse(readFileSync(join(root, 'bench', 'results', `${name}.json`), 'utf8'));
}

function grouped(runs) {
  const names = [...new Set(runs.map(({ name }) => name))];
  return names.map((name) => [name, runs.filter((run) => run.name === name)]);
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function us(value) {
  return value.toFixed(value < 10 ? 2 : 1);
}

function times(a, b) {
  return `${(a / b).toFixed(a / b < 2 ? 2 : 1)}x`;
}
