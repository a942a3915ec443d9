import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { deviceOption, EXIT, integerOption, printJson, seedOption } from '@aatgs/core/cli';
import { Command, InvalidArgumentError } from 'commander';
import ora from 'ora';
import {
  colorClasses,
  countColors,
  dsatur,
  type Graph,
  greedy,
  readColoring,
  readGraph,
  writeColoring,
} from '../graph/index.ts';
import type { WhcrOptions } from '../options.ts';
import { coloringReport } from '../report/report.ts';
import type { ColoringResult, SearchOptions, Start } from '../requests.ts';
import type { SearchLimits, SearchProgress } from '../search.ts';
import { Whcr } from '../whcr.ts';

interface ColorCliOptions {
  readonly k?: number;
  readonly time?: number;
  readonly iterations?: number;
  readonly seed: number | bigint;
  readonly out?: string;
  readonly sync?: boolean;
  readonly device: 'auto' | 'cpu' | number;
  readonly threads: number;
  readonly population?: number;
  readonly dynamic?: NonNullable<WhcrOptions['dynamic']>;
  readonly start?: Start;
  readonly dropLoops?: boolean;
  readonly checkpoint?: string;
  readonly checkpointEvery: number;
  readonly resume?: boolean;
  readonly json?: boolean;
  readonly regime?: NonNullable<WhcrOptions['regime']>;
  readonly hierarchy?: number;
  readonly reduction: boolean;
  readonly report?: string;
  readonly balanced?: boolean;
}

const DEFAULT_SECONDS = 60;

function secondsOption(text: string): number {
  const value = Number(text);
  if (!(value >= 0) || text.trim() === '') throw new InvalidArgumentError('expected seconds, at least 0');
  return value;
}

/** What `color` and `repair` have in common. */
function searchCommand(name: string): Command {
  return new Command(name)
    .option('--time <seconds>', `time limit (default: ${DEFAULT_SECONDS} without --iterations)`, secondsOption)
    .option('--iterations <n>', 'moves of each colouring; reproducible, unlike --time', integerOption(0))
    .option('--seed <n>', 'seed', seedOption, 0)
    .option('--out <file>', 'write the colouring: one colour a line, in vertex order')
    .option('--sync', 'wait for every step; the result is the same')
    .option('--device <device>', 'auto, cpu or the index of a GPU', deviceOption, 'auto')
    .option('--threads <n>', 'CPU threads; the result is the same', integerOption(1), availableParallelism())
    .option(
      '--population <n>',
      'colourings searched at once (default: as many as keep the device busy)',
      integerOption(1),
    )
    .option('--regime <regime>', 'auto, dense or sparse')
    .option('--dynamic <dynamic>', 'dense: auto, table, weighted, annealed, mixed or repair')
    .option('--hierarchy <levels>', 'sparse: levels of the hierarchy that steers the repair', integerOption(0))
    .option('--no-reduction', 'search the graph as it is')
    .option('--balanced', 'make the classes of a proper colouring of as equal size as can be')
    .option('--report <file>', 'write a page with convergence, conflicts by level, ring utilisation and the colouring')
    .option('--drop-loops', 'ignore edges from a vertex to itself')
    .option('--checkpoint <file>', 'keep the search in this file')
    .option('--checkpoint-every <seconds>', 'seconds between writes', secondsOption, 30)
    .option('--resume', 'take up the search in the checkpoint file, if there is one')
    .option('--json', 'print one JSON object');
}

/** `aatgs-whcr color`: looks for k colours, or for as few as possible. */
export function colorCommand(): Command {
  return searchCommand('color')
    .description('Colour a graph with k colours, or, without -k, with as few as possible')
    .argument('<graph>', 'DIMACS .col or .col.b, Matrix Market or edge list, gzipped or not')
    .option('-k <colors>', 'number of colours', integerOption(1))
    .option('--start <start>', 'with -k: random, greedy or dsatur')
    .action(async (path: string, options: ColorCliOptions) => {
      const graph = await load(path, options);
      await solve(graph, options, (whcr, limits) => {
        const { k, start } = options;
        return k === undefined ? whcr.minimize(limits) : whcr.color({ colors: k, ...(start && { start }), ...limits });
      });
    });
}

/** `aatgs-whcr repair`: mends a given colouring. */
export function repairCommand(): Command {
  return searchCommand('repair')
    .description('Repair a colouring with conflicts')
    .argument('<graph>', 'the graph')
    .argument('<coloring>', 'the colouring to start from, one colour a line')
    .requiredOption('-k <colors>', 'number of colours', integerOption(1))
    .action(async (path: string, coloring: string, options: ColorCliOptions) => {
      const graph = await load(path, options);
      const colors = options.k as number;
      const from = await readColoring(coloring, { vertices: graph.n, colors });
      await solve(graph, options, (whcr, limits) => whcr.repair(from, { colors, ...limits }));
    });
}

async function load(path: string, { dropLoops }: ColorCliOptions): Promise<Graph> {
  return readGraph(path, dropLoops ? { selfLoops: 'drop' } : {});
}

async function solve(
  graph: Graph,
  options: ColorCliOptions,
  search: (whcr: Whcr, limits: SearchLimits & SearchOptions) => Promise<ColoringResult>,
): Promise<void> {
  const { k, threads, population, dynamic, checkpoint, resume, checkpointEvery } = options;
  await using whcr = new Whcr(graph, {
    async: !options.sync,
    device: options.device,
    ...(k !== undefined && { maxColors: Math.max(k, startColors(graph)) }),
    threads, // this process does nothing else: no core is left free for it
    ...(population !== undefined && { population }),
    ...(dynamic !== undefined && { dynamic }),
    ...(options.regime !== undefined && { regime: options.regime }),
    ...(options.hierarchy !== undefined && { hierarchy: options.hierarchy }),
    reduction: options.reduction,
  });
  const spinner = ora({ text: `${graph.n} vertices, ${graph.m} edges`, isEnabled: process.stderr.isTTY }).start();
  const progress: SearchProgress[] = [];
  const stop = new AbortController();
  const onInterrupt = () => stop.abort(new Error('interrupted'));
  process.once('SIGINT', onInterrupt);
  try {
    const result = await search(whcr, {
      seed: options.seed,
      signal: stop.signal,
      onProgress: (at) => {
        spinner.text = progressLine(at);
        if (options.report) progress.push(at);
      },
      ...limits(options),
      ...(options.balanced && { balanced: true }),
      ...(checkpoint && {
        checkpoint: { path: checkpoint, everyMs: checkpointEvery * 1000, ...(resume && { resume }) },
      }),
    });
    spinner.stop();
    await report(graph, whcr, result, options);
    if (options.report) {
      const { deviceName, engine, mode } = whcr.info;
      await writeFile(options.report, coloringReport(graph, result, progress, `${deviceName}, ${engine}, ${mode}`));
    }
  } catch (error) {
    spinner.stop();
    if (!stop.signal.aborted) throw error;
    process.stderr.write(`interrupted${checkpoint ? `; --resume takes up ${checkpoint}` : ''}\n`);
    process.exitCode = EXIT.goalNotReached;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

/** Colours a construction needs: a search for more than that still starts, and k above it is easy. */
const startColors = (graph: Graph): number =>
  countColors(graph.n <= 20_000 ? dsatur(graph) : greedy(graph, 'smallest-last'));

function limits({ time, iterations }: ColorCliOptions): SearchLimits {
  if (time === undefined && iterations === undefined) return { timeLimit: DEFAULT_SECONDS };
  return {
    ...(time !== undefined && { timeLimit: time }),
    ...(iterations !== undefined && { maxIterations: iterations }),
  };
}

function progressLine({ colors, conflicts, bestColors, moves, elapsedMs }: SearchProgress): string {
  const best = bestColors ? `, best ${bestColors}` : '';
  const rate = elapsedMs > 0 ? (moves / elapsedMs / 1000).toFixed(2) : '0';
  return `${colors} colours, ${conflicts} conflicts${best}; ${(moves / 1e6).toFixed(1)} M moves, ${rate} M/s, ${(elapsedMs / 1000).toFixed(1)} s`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(3)} s`;

async function report(
  graph: Graph,
  whcr: Whcr,
  result: ColoringResult,
  { out, json, seed }: ColorCliOptions,
): Promise<void> {
  if (out) await writeColoring(out, result.coloring);
  const { success, coloring, finalColors, finalConflicts, iterations, elapsedMs, kernelMs, transferMs, ended } = result;
  const sizes = colorClasses(coloring)
    .map((members) => members.length)
    .filter((size) => size > 0);
  const classes = { smallest: Math.min(...sizes), largest: Math.max(...sizes) };
  if (json) {
    const { device, deviceName, engine, mode } = whcr.info;
    printJson({
      graph: { name: graph.name, vertices: graph.n, edges: graph.m },
      success,
      colors: finalColors,
      conflicts: finalConflicts,
      moves: iterations,
      milliseconds: elapsedMs,
      ended,
      classes,
      regime: result.regime,
      dynamic: result.dynamic,
      population: result.population,
      reduced: result.reduced,
      kernelMilliseconds: kernelMs,
      transferMilliseconds: transferMs,
      seed: String(seed),
      ran: { device, deviceName, engine, mode },
      ...(out && { out }),
    });
  } else {
    const state = finalConflicts === 0 ? 'proper' : `${finalConflicts} conflicts left`;
    process.stdout.write(
      `${finalColors} colours, ${state} (verified); classes of ${classes.smallest} to ${classes.largest}; ${result.regime} regime, ${iterations} moves\n` +
        `total ${seconds(elapsedMs)}, in kernels ${seconds(kernelMs)}, fetching ${seconds(transferMs)}\n`,
    );
  }
  if (!success) process.exitCode = EXIT.goalNotReached;
}
