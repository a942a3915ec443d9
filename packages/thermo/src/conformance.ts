import { GpuExecutionContext } from '@aatgs/core';
import type { ConformanceSubject } from '@aatgs/core/conformance';
import { type ThermoConfig, ThermoPhase, type ThermoTelemetry } from './generated/layout.ts';
import { thermoLibrary, thermoModule } from './kernel.ts';
import { edwardsAnderson } from './models/index.ts';
import { geometricTemperatures } from './options.ts';

// Two ladders of a small spin glass with cluster moves and samples; the implicit first run never converges.
const temperatures = geometricTemperatures(2.5, 0.5, 12);
const setup = { ladders: 2, clusterEvery: 2, capacity: 200, burnIn: 2 ** 31 - 1, anneal: 10, seed: 3 };
const module = thermoModule(edwardsAnderson([6, 6], 1), temperatures, setup);

/** This package's module as the conformance kit sees it. */
export const conformanceSubject: ConformanceSubject<ThermoConfig, ThermoTelemetry> = {
  name: 'thermo',
  url: import.meta.url,
  library: thermoLibrary(),
  open: (options) => new GpuExecutionContext(module, options),
  configs: (count) => Array.from({ length: count }, () => ({ phase: ThermoPhase.RUN, substeps: 1 })),
  merged: (count) => ({ phase: ThermoPhase.RUN, substeps: count }),
  converging: () => [
    { phase: ThermoPhase.RESET, burnIn: 50, anneal: 10, samples: 60, seed: 11 },
    ...Array.from({ length: 60 }, () => ({ phase: ThermoPhase.RUN, substeps: 4 })),
  ],
  reset: () => ({ phase: ThermoPhase.RESET, burnIn: 2 ** 31 - 1, anneal: 10, seed: 3 }),
  endless: () => ({ phase: ThermoPhase.RUN, substeps: 2 ** 31 }),
  busy: (milliseconds) => ({ phase: ThermoPhase.RUN, substeps: milliseconds * 50 }),
};
