import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { AatgsError, guarded, invalidArgument } from './errors.ts';
import type { CudaStatus } from './native/binding.ts';
import { native } from './native/load.ts';
import type { ResolvedOptions } from './options.ts';

/** What the CPU side of this machine is. */
export interface CpuDevice {
  /** The processor's model. */
  readonly name: string;
  /** Cores this process may use. */
  readonly cores: number;
}

/** What contexts of this process can run on. */
export interface Devices {
  /** Always there. */
  readonly cpu: CpuDevice;
  /** The GPUs, or why there are none. */
  readonly cuda: CudaStatus;
}

/** Device files of NVIDIA's driver; the second is WSL's. Without either there is nothing to probe. */
const DRIVER_FILES = ['/dev/nvidiactl', '/dev/dxg'];
const PROBE_TIMEOUT_MS = 60_000;

let probed: CudaStatus | undefined;

/** The devices a context can run on, with the reason for what is missing. */
export function devices(): Devices {
  probed ??= probe();
  return { cpu: { name: cpus()[0]?.model ?? 'CPU', cores: availableParallelism() }, cuda: probed };
}

/** Starts the driver in a child process first: a broken one must not take this process down. */
function probe(): CudaStatus {
  const none = (reason: string): CudaStatus => ({ available: false, reason, driverVersion: 0, devices: [] });
  if (!DRIVER_FILES.some((file) => existsSync(file))) return none('this machine has no NVIDIA driver running');
  const { binding, location } = native();
  const script = `process.stdout.write(JSON.stringify(require(${JSON.stringify(location.path)}).cudaStatus()))`;
  const child = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    timeout: PROBE_TIMEOUT_MS,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (child.status !== 0) {
    const how = child.signal ? `signal ${child.signal}` : `exit code ${child.status}`;
    return none(`the NVIDIA driver failed in a test process (${how}): ${child.stderr?.trim().slice(-300) ?? ''}`);
  }
  const seen = JSON.parse(child.stdout) as CudaStatus;
  return seen.available ? binding.cudaStatus() : seen;
}

/**
 * How bytes get from one device to another: `'same'`: they are one device. `'peer'`: its kernels read the other's memory,
 * over NVLink or PCIe. `'host'`: through host memory, because the devices do not reach each other.
 */
export type DeviceLink = 'same' | 'peer' | 'host';

/** The link from a device to another. @param enable lets the other in, where it can be let in */
export function linkBetween(from: 'cpu' | number, to: 'cpu' | number, enable = false): DeviceLink {
  if (from === to) return 'same';
  if (from === 'cpu' || to === 'cpu') return 'host';
  return guarded(() => native().binding.peerAccess(from, to, enable)) ? 'peer' : 'host';
}

/** The `engine` option narrows the `device` option: 'host' means the CPU, the CUDA engines a GPU. */
export function wantedDevice({ device, engine }: Pick<ResolvedOptions, 'device' | 'engine'>): 'auto' | 'cpu' | number {
  if (engine === 'auto') return device;
  if (engine === 'host') {
    if (typeof device === 'number') throw invalidArgument('engine', engine, "'resident' or 'launch' on a GPU");
    return 'cpu';
  }
  if (device === 'cpu') throw invalidArgument('engine', engine, "'host' on the CPU");
  return device === 'auto' ? (devices().cuda.devices[0]?.index ?? 0) : device;
}

/** What a `device` option means on this machine. */
export interface DeviceChoice {
  readonly device: 'cpu' | number;
  /** Why this one, in words. */
  readonly reason: string;
}

/**
 * Resolves the `device` option for a module. Asking for a GPU that cannot be used throws ERR_AATGS_NO_GPU with the reason.
 * @param hasDeviceCode whether the module was built with CUDA
 */
export function chooseDevice(wanted: 'auto' | 'cpu' | number, hasDeviceCode: boolean): DeviceChoice {
  if (wanted === 'cpu') return { device: 'cpu', reason: 'asked for' };
  const { cuda } = devices();
  const problem = cuda.available && !hasDeviceCode ? 'this module was built without CUDA' : cuda.reason;
  if (wanted === 'auto') {
    const first = cuda.devices[0];
    if (problem === '' && first) return { device: first.index, reason: 'first usable GPU' };
    return { device: 'cpu', reason: `no GPU is used: ${problem}` };
  }
  if (problem === '' && cuda.devices.some((gpu) => gpu.index === wanted))
    return { device: wanted, reason: 'asked for' };
  const reason = problem || `the usable GPUs are ${cuda.devices.map((gpu) => gpu.index).join(', ')}`;
  throw new AatgsError(
    'ERR_AATGS_NO_GPU',
    `GPU ${wanted} cannot be used: ${reason}. Use device: 'auto' or 'cpu' to run on the CPU`,
    { details: { device: wanted, reason } },
  );
}
