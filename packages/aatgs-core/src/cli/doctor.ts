import { Command } from 'commander';
import { GpuExecutionContext } from '../context.ts';
import { devices } from '../devices.ts';
import { type ExampleConfig, exampleModule } from '../example.ts';
import { native } from '../native/load.ts';
import { platformSuffix } from '../native/platform.ts';
import { version } from '../version.ts';
import { EXIT, printJson } from './run.ts';

/** What `aatgs doctor` finds; `ok` is whether contexts can run here at all. */
export interface DoctorReport {
  readonly ok: boolean;
  readonly core: string;
  readonly node: string;
  readonly napi: string;
  readonly platform: string;
  readonly binary:
    | { readonly path: string; readonly source: string; readonly abi: number; readonly ringProtocol: number }
    | { readonly error: string };
  readonly cpu?: { readonly name: string; readonly cores: number };
  readonly cuda?: ReturnType<typeof devices>['cuda'];
  /** Where `device: 'auto'` runs, and why. */
  readonly auto?: { readonly device: 'cpu' | number; readonly engine: string; readonly reason: string };
  readonly selfTest?: string;
}

/** Looks at everything a context needs. */
export async function examine(): Promise<DoctorReport> {
  const base = {
    core: version(),
    node: process.version,
    napi: process.versions.napi ?? '',
    platform: platformSuffix(),
  };
  try {
    const { binding, location } = native();
    const binary = { ...location, abi: binding.abi, ringProtocol: binding.ringProtocol };
    const { auto, selfTest } = await tryRings();
    return { ok: selfTest === 'passed', ...base, binary, ...devices(), auto, selfTest };
  } catch (error) {
    return { ok: false, ...base, binary: { error: describe(error) } };
  }
}

/** A short run of the example module, sync and async: both must end in the same state. */
async function tryRings() {
  const module = exampleModule({ entities: 1000, goal: 500 });
  const configs: ExampleConfig[] = Array.from({ length: 40 }, () => ({ substeps: 1 }));
  await using sync = new GpuExecutionContext(module, { async: false });
  await using async = new GpuExecutionContext(module, { async: true });
  for (const config of configs) sync.execute(config);
  await async.executeBatch(configs);
  const same = Buffer.compare(await sync.snapshot(), await async.snapshot()) === 0;
  const { device, engine, reason } = async.info;
  return {
    auto: { device, engine, reason },
    selfTest: same ? 'passed' : 'FAILED: sync and async ended in different states',
  };
}

function describe(error: unknown): string {
  const causes: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) causes.push(at.message);
  return causes.join('; caused by: ') || String(error);
}

/** `aatgs doctor`. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description('What was found on this machine, what was not, and why')
    .option('--json', 'print one JSON object')
    .action(async ({ json }: { json?: boolean }) => {
      const report = await examine();
      if (json) printJson(report);
      else process.stdout.write(`${lines(report).join('\n')}\n`);
      if (!report.ok) process.exitCode = EXIT.goalNotReached;
    });
}

function lines(report: DoctorReport): string[] {
  const { binary, cpu, cuda, auto } = report;
  const out = [`@aatgs/core ${report.core}, Node ${report.node} (N-API ${report.napi}), ${report.platform}`];
  if ('error' in binary) return [...out, `native part: NOT LOADED: ${binary.error}`];
  out.push(
    `native part: ${binary.path} (${binary.source}), module ABI ${binary.abi}, ring protocol ${binary.ringProtocol}`,
  );
  out.push(`CPU: ${cpu?.name}, ${cpu?.cores} cores`);
  if (cuda?.available) {
    for (const gpu of cuda.devices) {
      out.push(
        `GPU ${gpu.index}: ${gpu.name}, compute capability ${gpu.computeCapability}, ${gpu.multiprocessors} multiprocessors`,
      );
    }
  } else {
    out.push(`GPU: none used: ${cuda?.reason}`);
  }
  out.push(
    `device 'auto' runs on ${auto?.device === 'cpu' ? 'the CPU' : `GPU ${auto?.device}`} (engine ${auto?.engine}): ${auto?.reason}`,
  );
  out.push(`rings, sync against async: ${report.selfTest}`);
  return out;
}
