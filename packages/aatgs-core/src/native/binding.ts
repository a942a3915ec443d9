import type { LayoutField } from '../codec.ts';

/** A compiled module's own description of itself. */
export interface NativeModuleInfo {
  /** The module's name. */
  readonly name: string;
  /** Its version, as it was compiled in. */
  readonly version: string;
  /** Version of the C ABI it was built for. */
  readonly abi: number;
  /** Version of the ring's memory layout it was built for. */
  readonly ringProtocol: number;
  /** Hash of its layout description, 16 hexadecimal digits. */
  readonly fingerprint: string;
  /** Size of the setup's header. */
  readonly setupBytes: number;
  /** Size of its device code, compressed; 0 when it was built without CUDA. */
  readonly cudaBytes: number;
  /** Where its compiler put each field. */
  readonly fields: readonly LayoutField[];
}

export interface NativeContextOptions {
  readonly library: string;
  readonly setup: Uint8Array;
  readonly parts: readonly NodeJS.TypedArray[];
  readonly threads: number;
  readonly configSlots: number;
  readonly telemetrySlots: number;
  readonly inputBytes: number;
  readonly outputBytes: number;
  readonly initialSequence: number;
  readonly externalBuffers: boolean;
  readonly async: boolean;
  /** Index of the GPU, or -1 for the CPU. */
  readonly device: number;
  /** On a GPU: 'resident', 'launch', or 'auto', which changes between them. */
  readonly engine: string;
  readonly maxBlocks: number;
  readonly idleTimeoutUs: number;
  readonly maxResidentMs: number;
  readonly heartbeatTimeoutMs: number;
}

/** Whether CUDA can be used here, and if not, why. */
export interface CudaStatus {
  /** Whether at least one GPU can be used. */
  readonly available: boolean;
  /** Why it cannot be used; empty when it can. */
  readonly reason: string;
  /** CUDA version the driver supports, e.g. 13000; 0 without a driver. */
  readonly driverVersion: number;
  /** The usable GPUs: compute capability 7.5 or newer, with cooperative launch. */
  readonly devices: readonly GpuDevice[];
}

/** A GPU a context can run on. */
export interface GpuDevice {
  /** The driver's index: what the option `device` takes. */
  readonly index: number;
  /** The driver's name for it. */
  readonly name: string;
  /** Major and minor version, e.g. `'9.0'`. */
  readonly computeCapability: string;
  /** Number of multiprocessors (SMs). */
  readonly multiprocessors: number;
}

/** A named part of an instance's memory. */
export interface NativeRegion {
  readonly name: string;
  readonly address: bigint;
  readonly bytes: number;
}

/** Where things lie in the ring block (byte offsets), and what the instance runs on. */
export interface NativeContextInfo {
  readonly engine: string;
  readonly deviceName: string;
  readonly workers: number;
  readonly moduleName: string;
  readonly moduleVersion: string;
  readonly copying: boolean;
  /** Why the device was lost; empty otherwise. */
  readonly lostReason: string;
  readonly ringAddress: bigint;
  readonly deviceBytes: number;
  readonly configs: number;
  readonly telemetry: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly inputStride: number;
  readonly outputStride: number;
  readonly doorbell: number;
  readonly mirror: number;
  readonly stateAddress: bigint;
  readonly stateBytes: number;
  readonly regions: readonly NativeRegion[];
}

/** Cursors a wait can be for; bits of a watch's mask. */
export const WATCH_CONFIG = 1;
export const WATCH_TELEMETRY = 2;

/** The addon's context object. Private to this package: it hands out memory. */
export interface NativeContext {
  readonly buffer: ArrayBuffer;
  /** Makes the doorbell's cursors visible to the engine and mirrors the engine's cursors. */
  publish(): void;
  info(): NativeContextInfo;
  /** Asks for one wake-up when a watched cursor reaches its target; false when it has already. Mask 0 asks for none. */
  arm(mask: number, configTarget: number, telemetryTarget: number): boolean;
  /** Blocks until a watched cursor reaches its target (true) or the time is over. */
  waitSync(mask: number, configTarget: number, telemetryTarget: number, timeoutMs: number): boolean;
  allocate(onDevice: boolean, bytes: number): bigint;
  free(address: bigint): void;
  writeHost(address: bigint, from: Uint8Array): void;
  readHost(address: bigint, into: Uint8Array): void;
  /** Asks the engine to end and waits that long; true when it has ended and the ring is gone. */
  stop(timeoutMs: number): boolean;
}

/** The addon. */
export interface NativeBinding {
  readonly abi: number;
  readonly ringProtocol: number;
  describeModule(path: string): NativeModuleInfo;
  /** Starts the driver. */
  cudaStatus(): CudaStatus;
  /** Whether kernels of the GPU `reader` can use memory of the GPU `owner`; with `enable`, from now on they may. */
  peerAccess(owner: number, reader: number, enable: boolean): boolean;
  readonly NativeContext: new (options: NativeContextOptions, onWake: () => void) => NativeContext;
}
