import { createHash } from 'node:crypto';
import type { SubstepRule } from './adaptive/advance.ts';
import { type ConfigRecord, type ModuleLayout, type TelemetryRecord, viewsOf } from './codec.ts';
import { AatgsError, guarded } from './errors.ts';
import { RING_PROTOCOL } from './generated/ring-layout.ts';
import type { NativeBinding, NativeModuleInfo } from './native/binding.ts';
import { loadAdvice } from './native/causes.ts';
import { native } from './native/load.ts';

/** How a kernel module is described in TypeScript. */
export interface KernelModuleSpec<Setup, Config extends ConfigRecord, Telemetry extends TelemetryRecord> {
  /** Generated from the module's layout description. */
  readonly layout: ModuleLayout<Setup, Config, Telemetry>;
  /** Path of the module's shared library. */
  readonly library: string;
  /** Header fields of the setup. */
  readonly setup: Setup;
  /** Arrays of the setup, in the order the step reads them. Copied when a context is made. */
  readonly parts?: readonly NodeJS.TypedArray[];
  /** Config presets by name, e.g. `production`. */
  readonly presets?: Readonly<Record<string, Config>>;
  /** How configs are divided, for `context.advance`; without it they are run as they are. */
  readonly substeps?: SubstepRule<Config>;
  /**
   * Which CUDA engine `engine: 'auto'` takes for async contexts, where one of the two kernels runs this module's steps faster at
   * any length: compilers may give them different registers. Measure both. Default: by the steps' length.
   */
  readonly engine?: 'resident' | 'launch';
  /** Identity of the input for snapshots. Default: a hash of the setup and its parts. */
  readonly identity?: () => string;
}

/**
 * One algorithm with one input: what a `GpuExecutionContext` is made from.
 * Construction loads the library and compares its layout with the TypeScript side.
 * Throws ERR_AATGS_MODULE_NOT_FOUND, ERR_AATGS_MODULE_INVALID, ERR_AATGS_ABI_MISMATCH or ERR_AATGS_LAYOUT_MISMATCH.
 */
export class KernelModule<Setup, Config extends ConfigRecord, Telemetry extends TelemetryRecord> {
  /** What the module was made from. */
  readonly spec: KernelModuleSpec<Setup, Config, Telemetry>;
  /** The compiled module's name, version and sizes. */
  readonly info: NativeModuleInfo;
  /** The setup's fixed fields as the step reads them, `spec.layout.setupBytes` long. */
  readonly setupHeader: Uint8Array;
  #identity: string | undefined;

  /** Opens the library, checks its versions and layout, and encodes the setup. Allocates nothing on a device. */
  constructor(spec: KernelModuleSpec<Setup, Config, Telemetry>) {
    this.spec = spec;
    const { binding } = native();
    if (binding.ringProtocol !== RING_PROTOCOL) {
      throw new AatgsError(
        'ERR_AATGS_ABI_MISMATCH',
        `the addon speaks ring protocol ${binding.ringProtocol}, this @aatgs/core ${RING_PROTOCOL}; reinstall @aatgs/core`,
      );
    }
    this.info = describe(binding, spec.library);
    this.#compareLayouts();
    const header = new ArrayBuffer(spec.layout.setupBytes);
    spec.layout.encodeSetup(viewsOf(header), 0, spec.setup);
    this.setupHeader = new Uint8Array(header);
  }

  /** The compiled module's name. */
  get name(): string {
    return this.info.name;
  }

  /** Hash of layout and input: a snapshot fits exactly the contexts that share it. */
  identity(): string {
    this.#identity ??= this.spec.identity?.() ?? this.#hash();
    return this.#identity;
  }

  #hash(): string {
    const hash = createHash('sha256').update(this.spec.layout.fingerprint).update(this.setupHeader);
    for (const part of this.spec.parts ?? []) {
      hash.update(`|${part.byteLength}|`).update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    }
    return hash.digest('hex');
  }

  #compareLayouts(): void {
    const { layout, library } = this.spec;
    const shown = (f: { offset: number; bytes: number } | undefined) =>
      f ? `${f.bytes} bytes at ${f.offset}` : 'absent';
    const compiled = new Map(this.info.fields.map((field) => [field.name, field]));
    const declared = new Map(layout.fields.map((field) => [field.name, field]));
    const different = [...new Set([...compiled.keys(), ...declared.keys()])].filter(
      (name) => shown(compiled.get(name)) !== shown(declared.get(name)),
    );
    if (different.length === 0 && this.info.fingerprint === layout.fingerprint) return;
    const first = different[0];
    const where = first
      ? `${first} is ${shown(compiled.get(first))} in the library, ${shown(declared.get(first))} in TypeScript`
      : `the layout's fingerprint is ${this.info.fingerprint} in the library, ${layout.fingerprint} in TypeScript`;
    throw new AatgsError(
      'ERR_AATGS_LAYOUT_MISMATCH',
      `module ${this.info.name} ${this.info.version} (${library}) and its TypeScript package disagree: ${where}; install matching versions`,
      { details: { library, fields: different } },
    );
  }
}

/** Opens a library; what the system's loader says about it comes with advice. */
function describe(binding: NativeBinding, library: string): NativeModuleInfo {
  try {
    return guarded(() => binding.describeModule(library));
  } catch (error) {
    if (!(error instanceof AatgsError) || error.code !== 'ERR_AATGS_MODULE_NOT_FOUND') throw error;
    const advice = loadAdvice({ message: error.message.replace(/^could not open the kernel module: /, '') });
    if (!advice) throw error;
    const details = { library, reason: advice.reason };
    throw new AatgsError(error.code, `${error.message}: ${advice.text}`, { cause: error, details });
  }
}
