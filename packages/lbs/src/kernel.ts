import { createRequire } from 'node:module';
import { KernelModule, locateBinary } from '@aatgs/core';
import { type LbsConfig, LbsPhase, type LbsSetup, type LbsTelemetry, lbsLayout } from './generated/layout.ts';
import type { LbsModel } from './model.ts';

const require = createRequire(import.meta.url);

/** The kernel module with one model bound to it. */
export type LbsKernel = KernelModule<LbsSetup, LbsConfig, LbsTelemetry>;

/** Path of this package's kernel module. Throws ERR_AATGS_NO_BINARY. */
export function lbsLibrary(): string {
  return locateBinary('@aatgs/lbs', 'lbs.so', require.resolve).path;
}

/**
 * The kernel module with a model.
 *
 * @param batch what an instance has loaded from the start; without it nothing
 */
export function lbsModule(model: LbsModel, setup: LbsSetup, batch?: Uint8Array): LbsKernel {
  return new KernelModule({
    layout: lbsLayout,
    library: lbsLibrary(),
    setup,
    parts: batch ? [...model.parts, batch] : model.parts,
    presets: LBS_PRESETS,
  });
}

/** Configs to start from: `production` predicts a staged batch, `withPoints` also lists its surface points. */
export const LBS_PRESETS = {
  production: { phase: LbsPhase.LOAD },
  withPoints: { phase: LbsPhase.LOAD, wantPoints: 1 },
} as const satisfies Record<string, LbsConfig>;
