// Does analysis on the host overlap with sampling? The same run, with observables of all samples so far, and histograms
// reweighted to temperatures between, estimated again and again on the JavaScript thread, sync and async; and once without.
// The least async could take is the longer of sampling and analysis.
//   node bench/thermo-overlap.mjs [--device auto|cpu|N] [--engine E] [--side 512] [--samples 2000] [--analyses 40]
//     [--reweighted 0] [--repeats 3] [--out FILE]
import { parseArgs } from 'node:util';
import { ising2d, observe, reweight, Thermo } from '@aatgs/thermo';
import { deviceNamed, writeRecord } from './record.mjs';

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'auto' },
    engine: { type: 'string' },
    threads: { type: 'string' },
    side: { type: 'string', default: '512' },
    rungs: { type: 'string', default: '32' },
    samples: { type: 'string', default: '2000' },
    every: { type: 'string', default: '20' },
    analyses: { type: 'string', default: '40' },
    reweighted: { type: 'string', default: '0' },
    repeats: { type: 'string', default: '3' },
    out: { type: 'string' },
  },
});
const rungs = Number(values.rungs);
const samples = Number(values.samples);
const model = ising2d(Number(values.side));
const temperatures = Float64Array.from({ length: rungs }, (_, k) => 2.1 + (0.4 * k) / rungs);
const span = temperatures[rungs - 1] - temperatures[0];
const between = Float64Array.from(
  { length: Number(values.reweighted) },
  (_, k) => temperatures[0] + (span * (k + 0.5)) / Number(values.reweighted),
);
const device = deviceNamed(values.device);

async function run(async, analyse) {
  await using thermo = new Thermo(model, {
    async,
    device,
    temperatures,
    maxSamples: samples,
    configSlots: 64,
    ...(values.engine && { engine: values.engine }),
    ...(values.threads && { threads: Number(values.threads) }),
  });
  await thermo.sample({ samples: 10, burnIn: 50, seed: 1 }); // warm
  thermo.context.resetStats();
  let analysisMs = 0;
  let lastAnalysisMs = 0;
  let analyses = 0;
  let last = 0;
  const start = performance.now();
  const result = await thermo.sample({
    samples,
    sampleEvery: Number(values.every),
    burnIn: 200,
    seed: 2,
    ...(analyse && {
      seriesEvery: Math.ceil(samples / Number(values.analyses)),
      onSeries(series) {
        const begin = performance.now();
        for (let k = 0; k < rungs; k++) last = observe(series, k).tau;
        if (between.length > 0) reweight(series, between);
        lastAnalysisMs = performance.now() - begin;
        analysisMs += lastAnalysisMs;
        analyses++;
      },
    }),
  });
  const milliseconds = performance.now() - start;
  return {
    milliseconds,
    analysisMs,
    lastAnalysisMs,
    analyses,
    last,
    busyFraction: thermo.stats.busyFraction,
    energy: result.series.energy(0).at(-1),
    engine: thermo.info.engine,
    deviceName: thermo.info.deviceName,
  };
}

const repeats = [];
for (let i = 0; i < Number(values.repeats); i++) {
  const round = { alone: await run(true, false), sync: await run(false, true), async: await run(true, true) };
  repeats.push(round);
  const show = ({ milliseconds, analysisMs, lastAnalysisMs, busyFraction }) =>
    `${milliseconds.toFixed(0)} ms (analysis ${analysisMs.toFixed(0)} ms, the last ${lastAnalysisMs.toFixed(0)} ms, device busy ${(100 * busyFraction).toFixed(0)} %)`;
  // What cannot be beaten: the longer of the two.
  round.overBest = round.async.milliseconds / Math.max(round.alone.milliseconds, round.sync.analysisMs);
  console.log(
    `sampling alone ${show(round.alone)}; with analysis: sync ${show(round.sync)}, async ${show(round.async)}: ${round.overBest.toFixed(3)} of the longer one`,
  );
  if (round.sync.energy !== round.async.energy) throw new Error('sync and async parted ways');
}
writeRecord(values.out, 'thermo: analysis beside sampling', {
  parameters: values,
  repeats,
});
