import { availableParallelism, cpus } from 'node:os';
import { AatgsError } from './errors.ts';

/** What the CPU side of this machine is. */
export interface CpuDevice {
  readonly name: string;
  /** Cores this process may use. */
  readonly cores: number;
}

/** Whether CUDA can be used here, and if not, why. */
export interface CudaStatus {
  readonly available: boolean;
  /** Why it cannot be used; empty when it can. */
  readonly reason: string;
  readonly devices: readonly { readonly index: number; readonly name: string }[];
}

export interface Devices {
  readonly cpu: CpuDevice;
  readonly cuda: CudaStatus;
}

/** The devices a context can run on, with the reason for what is missing. */
export function devices(): Devices {
  return {
    cpu: { name: cpus()[0]?.model ?? 'CPU', cores: availableParallelism() },
    cuda: { available: false, reason: 'this build of @aatgs/core has no CUDA engine', devices: [] },
  };
}

/** What a `device` option means on this machine. */
export interface DeviceChoice {
  readonly device: 'cpu' | number;
  /** Why this one, in words. */
  readonly reason: string;
}

/** Resolves the `device` option. Asking for a GPU that is not there throws ERR_AATGS_NO_GPU with the reason. */
export function chooseDevice(wanted: 'auto' | 'cpu' | number): DeviceChoice {
  if (wanted === 'cpu') return { device: 'cpu', reason: 'asked for' };
  const { cuda } = devices();
  if (wanted === 'auto') {
    const first = cuda.devices[0];
    if (cuda.available && first) return { device: first.index, reason: 'first usable GPU' };
    return { device: 'cpu', reason: `no GPU is used: ${cuda.reason}` };
  }
  if (cuda.available && cuda.devices.some((gpu) => gpu.index === wanted))
    return { device: wanted, reason: 'asked for' };
  const reason = cuda.available ? `there are ${cuda.devices.length} GPUs, numbered from 0` : cuda.reason;
  throw new AatgsError(
    'ERR_AATGS_NO_GPU',
    `GPU ${wanted} cannot be used: ${reason}. Use device: 'auto' or 'cpu' to run on the CPU`,
    {
      details: { device: wanted, reason },
    },
  );
}
