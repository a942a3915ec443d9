import { createRequire } from 'node:module';
import { KernelModule, locateBinary, type SubstepRule } from '@aatgs/core';
import {
  type ThermoConfig,
  ThermoModel,
  ThermoPhase,
  type ThermoSetup,
  type ThermoTelemetry,
  thermoLayout,
} from './generated/layout.ts';
import { Ensemble, type Model } from './models/index.ts';

const require = createRequire(import.meta.url);

/** The kernel module with one model bound to it. */
export type ThermoKernel = KernelModule<ThermoSetup, ThermoConfig, ThermoTelemetry>;

/** Path of this package's kernel module. Throws ERR_AATGS_NO_BINARY. */
export function thermoLibrary(): string {
  return locateBinary('@aatgs/thermo', 'thermo.so', require.resolve).path;
}

/**
 * The kernel module over one model.
 *
 * @param temperatures of the ladder, in the model's energy, falling: rung 0 is the hottest
 */
export function thermoModule(
  model: Model,
  temperatures: ArrayLike<number>,
  setup: Omit<ThermoSetup, 'model' | 'sites' | 'rungs'>,
): ThermoKernel {
  const betas = Float64Array.from(temperatures, (t) => model.unit / t);
  const [width = 0, height = 0, depth = 1] = model instanceof Ensemble ? model.sides : [];
  return new KernelModule({
    layout: thermoLayout,
    library: thermoLibrary(),
    setup: {
      ...setup,
      model: model.kind,
      sites: model.side || model.n,
      states: model.states,
      systems: model.systems,
      ...(model instanceof Ensemble && { width, height, depth }),
      rungs: betas.length,
    },
    parts: [betas, ...couplings(model)],
    // One bit a spin: 8 to 14 % faster (bench/results/thermo-lattices-h200.json).
    ...((model.kind === ThermoModel.SQUARE || model.kind === ThermoModel.LATTICE) && { engine: 'resident' }),
    presets: THERMO_PRESETS,
    substeps: thermoSubsteps,
  });
}

const thermoSubsteps: SubstepRule<ThermoConfig> = {
  of: ({ phase = ThermoPhase.RUN, substeps = 1 }) => (phase === ThermoPhase.RUN ? substeps : 0),
  with: (config, substeps) => ({ ...config, substeps }),
};

function couplings(model: Model): (Uint32Array | Int32Array)[] {
  if (model.kind === ThermoModel.SQUARE) return [];
  if (model instanceof Ensemble) return [model.signs];
  return [model.offsets, model.neighbors, model.weights, model.fields];
}

/** Configs to start from: `production` for throughput, `responsive` for frequent progress. */
export const THERMO_PRESETS = {
  production: { substeps: 16 },
  responsive: { substeps: 1 },
} as const satisfies Record<string, ThermoConfig>;
