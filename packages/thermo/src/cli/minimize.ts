import { writeFile } from 'node:fs/promises';
import { EXIT, integerOption, printJson } from '@aatgs/core/cli';
import type { Command } from 'commander';
import {
  cutWeight,
  edwardsAnderson,
  isingModel,
  type Model,
  maxCutModel,
  quboModel,
  quboValue,
  reduceModel,
} from '../models/index.ts';
import { searchOptions } from '../options.ts';
import { readQubo, readRudy } from '../readers/index.ts';
import { Thermo } from '../thermo.ts';
import {
  type CommonCliOptions,
  checkpointOptions,
  numberOption,
  secondsOption,
  thermoCommand,
  thermoOptions,
  unitsOf,
} from './options.ts';
import { withProgress } from './run.ts';

interface MinimizeCliOptions extends CommonCliOptions {
  readonly time?: number;
  readonly sweeps?: number;
  readonly target?: number;
  readonly clusterEvery?: number;
  readonly anneal?: number;
  readonly out?: string;
}

/** How a problem's own figure follows from the model's energy. */
interface Problem {
  readonly model: Model;
  /** Name of the figure. */
  readonly figure: string;
  value(energy: number): number;
  /** Energy at which the figure has a value. */
  energy(value: number): number;
  /** The figure of a state, counted anew, and the state as it is written to a file. */
  verify(state: Int32Array): { value: number; lines: ArrayLike<number> };
}

const DEFAULT_SECONDS = 10;

function minimizeCommand(name: string): Command {
  return thermoCommand(name)
    .option('--time <seconds>', `time limit (default: ${DEFAULT_SECONDS} without --sweeps)`, secondsOption)
    .option('--sweeps <n>', 'sweeps of every replica; reproducible, unlike --time', integerOption(0))
    .option('--target <value>', 'stop here; exit with 1 where it is not reached', numberOption)
    .option('--cluster-every <rounds>', 'isoenergetic cluster moves, with --ladders 2 or more', integerOption(1))
    .option('--anneal <rounds>', 'rounds in which all temperatures fall to their own', integerOption(0))
    .option('--out <file>', 'write the best state: one value a line');
}

/** `aatgs-thermo maxcut`: a partition with as much weight across as possible. */
export function maxcutCommand(): Command {
  return minimizeCommand('maxcut')
    .description('Max-Cut of a graph in Gset / rudy format, gzipped or not; --out gets -1 or 1 a line')
    .argument('<graph>', 'the graph')
    .action(async (path: string, options: MinimizeCliOptions) => {
      const graph = await readRudy(path);
      const total = Array.from(graph.w).reduce((sum, w) => sum + w, 0);
      await solve(options, {
        model: maxCutModel(graph),
        figure: 'cut',
        value: (energy) => (total - energy) / 2,
        energy: (cut) => total - 2 * cut,
        verify: (state) => ({ value: cutWeight(graph, state), lines: state }),
      });
    });
}

/** `aatgs-thermo qubo`: variables of 0 and 1 with as small a value as possible. */
export function quboCommand(): Command {
  return minimizeCommand('qubo')
    .description('Minimise a QUBO in .qubo format or a list of i j value; --out gets 0 or 1 a line')
    .argument('<qubo>', 'the file')
    .action(async (path: string, options: MinimizeCliOptions) => {
      const qubo = await readQubo(path);
      await solve(options, {
        model: quboModel(qubo),
        figure: 'value',
        value: (energy) => energy / 4,
        energy: (value) => 4 * value,
        verify: (state) => {
          const x = state.map((s) => (s + 1) / 2);
          return { value: quboValue(qubo, x), lines: x };
        },
      });
    });
}

/** `aatgs-thermo spinglass`: a ground state of E = - sum J s s'. */
export function spinglassCommand(): Command {
  return minimizeCommand('spinglass')
    .description('Ground state of a spin glass: a file of u v J lines in rudy format, or --size L --dimensions D')
    .argument('[file]', 'the couplings')
    .option('--size <L>', 'side of an Edwards-Anderson model with couplings of +-1', integerOption(3))
    .option('--dimensions <D>', 'its dimensions', integerOption(1), 3)
    .option('--disorder <n>', 'seed of its couplings', integerOption(0), 0)
    .action(
      async (
        path: string | undefined,
        options: MinimizeCliOptions & { size?: number; dimensions: number; disorder: number },
        command: Command,
      ) => {
        if ((path === undefined) === (options.size === undefined))
          command.error('give a file, or --size', { exitCode: EXIT.badInput });
        const model = path
          ? await readRudy(path).then((graph) => isingModel(graph.n, graph))
          : edwardsAnderson(new Array(options.dimensions).fill(options.size), options.disorder);
        const same = (x: number) => x;
        const verify = (state: Int32Array) => ({ value: model.energy(state), lines: state });
        await solve(options, { model, figure: 'energy', value: same, energy: same, verify });
      },
    );
}

async function solve(options: MinimizeCliOptions, problem: Problem): Promise<void> {
  const { figure } = problem;
  const { model, expand } = reduceModel(problem.model);
  const { sweeps, clusterEvery, anneal, target, out } = options;
  const time = options.time ?? (sweeps === undefined ? DEFAULT_SECONDS : undefined);
  // What only time ends is not reproducible anyway, and may fill the device; else the device must not matter.
  const usual = searchOptions(model, sweeps === undefined ? unitsOf(options) : 1);
  const chosen = thermoOptions(usual, options);
  const { ladders, temperatures } = chosen;
  await using thermo = new Thermo(model, {
    ...chosen,
    maxSamples: 0,
    clusterEvery: clusterEvery ?? (ladders > 1 ? usual.clusterEvery : 0),
  });
  const result = await withProgress(
    `${problem.model.n} spins${model.n < problem.model.n ? `, ${model.n} to search` : ''}`,
    options.checkpoint,
    (p) =>
      `${figure} ${problem.value(p.bestEnergy)}; ${p.sweeps} sweeps, exchanges ${(100 * p.acceptance).toFixed(0)} %, ${(p.elapsedMs / 1000).toFixed(1)} s`,
    (watch) =>
      thermo.minimize({
        seed: options.seed,
        ...watch,
        ...(time !== undefined && { timeLimit: time }),
        ...(sweeps !== undefined && { maxSweeps: sweeps }),
        ...(anneal !== undefined && { anneal }),
        ...(target !== undefined && { target: problem.energy(target) }),
        ...checkpointOptions(options),
      }),
  );
  if (!result) return;
  const { value, lines } = problem.verify(expand(result.state));
  if (out) await writeFile(out, `${Array.from(lines).join('\n')}\n`);
  const { success, elapsedMs, ended, exchanges, history } = result;
  const firstAt = history.at(-1)?.elapsedMs ?? 0;
  if (options.json) {
    const { device, deviceName, engine, mode } = thermo.info;
    printJson({
      model: { name: model.name, spins: problem.model.n, searched: model.n },
      success,
      [figure]: value,
      energy: result.bestEnergy,
      sweeps: result.sweeps,
      replicas: temperatures.length * ladders,
      ladders,
      milliseconds: elapsedMs,
      foundAtMilliseconds: firstAt,
      ended,
      roundTrips: exchanges.roundTrips,
      barrier: exchanges.barrier,
      seed: String(options.seed),
      ran: { device, deviceName, engine, mode },
      ...(out && { out }),
    });
  } else {
    process.stdout.write(
      `${figure} ${value} (verified); ${result.sweeps} sweeps in ${(elapsedMs / 1000).toFixed(2)} s, found after ${(firstAt / 1000).toFixed(2)} s\n`,
    );
  }
  if (!success) process.exitCode = EXIT.goalNotReached;
}
