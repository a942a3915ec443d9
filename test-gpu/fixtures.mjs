// What the tests on a GPU host share. They run inside the folder that scripts/pack-gpu.mjs makes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { DeviceGroup, GpuExecutionContext, KernelModule } from '@aatgs/core';
import { ExamplePhase, exampleModule } from '@aatgs/core/example';

export const here = (name) => fileURLToPath(new URL(name, import.meta.url));
export const example = (setup = {}) => exampleModule({ entities: 64, goal: 0x7fffffff, ...setup });

/** Records without how long they took. */
export const bits = (records) => records.map(({ durationNs: _, ...record }) => record);
/** A reset, a few steps, and a step of so many nanoseconds; what it leaves depends on the seed only. */
export const job = (seed, spinNs = 0) => [
  { phase: ExamplePhase.RESET, seed },
  { substeps: 1 + (seed % 5), seed },
  { phase: ExamplePhase.SPIN, spinNs, seed },
];
export const jobs = () => Array.from({ length: 3000 }, (_, seed) => job(seed));
/** One context of the example module a device. */
export const group = (list, options = {}) =>
  new DeviceGroup(({ device }) => new GpuExecutionContext(example(), { async: true, device, ...options }), {
    devices: list,
  });

/** The module that goes wrong on purpose: phase RESET writes where nothing is, WAIT never ends. */
export function faultModule() {
  const { layout, setup } = example().spec;
  return new KernelModule({ layout, library: here('native/fault.so'), setup });
}

/** Runs a script of this folder in a Node process of its own. */
export async function runNode(script, args, { env = {}, timeoutMs = 60_000 } = {}) {
  const child = spawn(process.execPath, [here(script), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text;
    });
  }
  const [code, signal] = await once(child, 'close');
  return { code, signal, ...output };
}

/** Records of `count` single steps, in order; throws when one is missing, doubled or wrong. */
export async function runSteps(context, count, config = {}) {
  let expected = 0;
  const take = (records) => {
    for (const record of records) {
      if (record.steps !== expected + 1) throw new Error(`step ${expected + 1} expected, ${record.steps} came`);
      expected++;
    }
  };
  for (let i = 0; i < count; i++) {
    await context.submit({ substeps: 1, ...config });
    take(context.poll());
  }
  await context.flush();
  take(context.poll());
  if (expected !== count) throw new Error(`${count} steps queued, ${expected} came back`);
}
