import { writeFile } from 'node:fs/promises';
import { deviceOption, EXIT, integerOption, printJson, seedOption } from '@aatgs/core/cli';
import { Command, Option } from 'commander';
import { ActiveInference } from '../active-inference.ts';
import { bandit, cueChaining, gridWorld, tmaze, type World } from '../environments/index.ts';
import type { ModelSpec } from '../model/model.ts';
import { reportPage } from '../report.ts';
import { beliefPlot } from './plot.ts';
import { withProgress } from './progress.ts';

const WORLDS: Readonly<
  Record<string, { world: () => World<ModelSpec>; length: number; factors: string[]; states?: string[][] }>
> = {
  tmaze: {
    world: tmaze,
    length: 2,
    factors: ['location', 'side of the reward'],
    states: [
      ['centre', 'right', 'left', 'cue'],
      ['right', 'left'],
    ],
  },
  grid: { world: () => gridWorld({ rows: 5, slip: 0.1, noise: 0.1 }), length: 3, factors: ['cell'] },
  'cue-chaining': { world: cueChaining, length: 4, factors: ['cell', 'place of the second cue', 'side of the reward'] },
  bandit: {
    world: bandit,
    length: 1,
    factors: ['better arm', 'choice'],
    states: [
      ['left', 'right'],
      ['left', 'right', 'hint'],
    ],
  },
};

interface RunOptions {
  readonly agents: number;
  readonly steps: number;
  readonly length?: number;
  readonly conventions: 'pymdp-1' | 'spm';
  readonly precision: 'f32' | 'f64';
  readonly stochastic?: boolean;
  readonly host?: boolean;
  readonly sync?: boolean;
  readonly device: 'auto' | 'cpu' | number;
  readonly threads?: number;
  readonly seed?: number | bigint;
  readonly report?: string;
  readonly json?: boolean;
}

/** The course of one agent and of all. */
export interface RunRecord {
  readonly freeEnergy: number[];
  /** Beliefs of the first agent: `[factor][step][state]`. */
  readonly beliefs: number[][][];
  /** Share of agents that took each control of the first controllable factor, `[step][control]`. */
  readonly controls: number[][];
}

/** `aatgs-active-inference run`: agents in one of the example worlds. */
export function runCommand(): Command {
  return new Command('run')
    .description("Run agents in an example world and plot the first one's beliefs")
    .argument('<world>', Object.keys(WORLDS).join(', '))
    .option('--agents <n>', 'agents', integerOption(1), 1)
    .option('--steps <n>', 'time steps', integerOption(1), 20)
    .option('--length <n>', "policy length (default: the world's)", integerOption(1))
    .addOption(new Option('--conventions <preset>').choices(['pymdp-1', 'spm']).default('pymdp-1'))
    .addOption(new Option('--precision <format>').choices(['f32', 'f64']).default('f32'))
    .option('--stochastic', 'draw actions instead of taking the most probable')
    .option('--host', 'step the environment on the host instead of the device')
    .option('--sync', 'wait for every step; the result is the same')
    .option('--device <device>', 'auto, cpu or the index of a GPU', deviceOption, 'auto')
    .option('--threads <n>', 'CPU threads; the result is the same', integerOption(1))
    .option('--seed <seed>', 'of all random numbers', seedOption)
    .option('--report <file>', 'write a page with the course of beliefs (HTML)')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: RunOptions) => {
      const entry = WORLDS[name];
      if (!entry) {
        process.stderr.write(`there is no world ${name}; worlds are ${Object.keys(WORLDS).join(', ')}\n`);
        process.exitCode = EXIT.badInput;
        return;
      }
      const { agents, steps, conventions, precision, device, threads, seed, json } = options;
      const world = entry.world();
      await using ai = new ActiveInference(world.model, {
        agents,
        conventions,
        precision,
        device,
        async: !options.sync,
        policies: { length: options.length ?? entry.length },
        action: { selection: options.stochastic ? 'stochastic' : 'deterministic' },
        ...(threads !== undefined && { threads }),
        ...(seed !== undefined && { seed }),
      });
      const record: RunRecord = { freeEnergy: [], beliefs: ai.model.states.map(() => []), controls: [] };
      const started = performance.now();
      const done = await withProgress(`${agents} agents in ${name}`, async ({ signal, say }) => {
        const note = async (freeEnergy: number) => {
          record.freeEnergy.push(freeEnergy);
          const beliefs = await ai.beliefs();
          for (const [f, all] of beliefs.entries()) record.beliefs[f]?.push([...all.subarray(0, ai.model.states[f])]);
          record.controls.push(shares(ai, await ai.actions()));
          say(`step ${record.freeEnergy.length} of ${steps}, free energy ${freeEnergy.toFixed(4)} nats`);
        };
        if (options.host) {
          await hostSteps(ai, world, steps, Number(seed ?? 0), signal, note);
        } else {
          for (let step = 0; step < steps; step++) {
            signal.throwIfAborted();
            await note(await ai.simulate(1, { signal }));
          }
        }
        return true;
      });
      if (done === null) return;
      const elapsedMs = performance.now() - started;
      const facts: [string, string | number][] = [
        ['world', name],
        ['agents', agents],
        ['policies', ai.policies],
        ['steps', steps],
        ['device', ai.info.deviceName || String(ai.info.device)],
        ['mean free energy at the end, nats', (record.freeEnergy.at(-1) ?? 0).toFixed(4)],
      ];
      if (options.report)
        await writeFile(options.report, reportPage(`Active inference: ${name}`, facts, record, entry.factors));
      if (json) return printJson({ ...Object.fromEntries(facts), elapsedMs, ...record });
      for (const [f, course] of record.beliefs.entries()) {
        const states = entry.states?.[f] ?? Array.from({ length: ai.model.states[f] as number }, (_, s) => String(s));
        process.stdout.write(`${beliefPlot(`beliefs of the first agent: ${entry.factors[f]}`, states, course)}\n`);
      }
      for (const [fact, value] of facts) process.stdout.write(`${fact}: ${value}\n`);
    });
}

async function hostSteps(
  ai: ActiveInference,
  world: World<ModelSpec>,
  steps: number,
  seed: number,
  signal: AbortSignal,
  note: (freeEnergy: number) => Promise<void>,
): Promise<void> {
  const environment = world.environment(ai.agents, seed);
  const observations = new Uint32Array(ai.agents * ai.model.outcomes.length);
  environment.reset(0, ai.agents, observations);
  for (let step = 0; step < steps; step++) {
    signal.throwIfAborted();
    const { actions, freeEnergy } = await ai.step(observations);
    await note(freeEnergy);
    environment.step(0, ai.agents, actions, observations);
  }
}

/** Which share of agents took each control of the first factor that has a choice. */
function shares(ai: ActiveInference, actions: Uint32Array): number[] {
  const { controls } = ai.model;
  const f = Math.max(
    0,
    controls.findIndex((n) => n > 1),
  );
  const counts = new Array<number>(controls[f] as number).fill(0);
  for (let a = 0; a < ai.agents; a++) counts[actions[a * controls.length + f] as number]! += 1;
  return counts.map((count) => count / ai.agents);
}
