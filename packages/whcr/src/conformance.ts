import { GpuExecutionContext } from '@aatgs/core';
import type { ConformanceSubject } from '@aatgs/core/conformance';
import { type WhcrConfig, WhcrPhase, type WhcrTelemetry } from './generated/layout.ts';
import { queen } from './graph/index.ts';
import { whcrLibrary, whcrModule } from './kernel.ts';

// Five colours for a graph with cliques of six: the search never converges until a reset allows more.
const search = { maxColors: 12, population: 4, movesPerSubstep: 2, movesPerGeneration: 20, colors: 5, seed: 3 };
const module = whcrModule(queen(6), search);

/** This package's module as the conformance kit sees it. */
export const conformanceSubject: ConformanceSubject<WhcrConfig, WhcrTelemetry> = {
  name: 'whcr',
  url: import.meta.url,
  library: whcrLibrary(),
  open: (options) => new GpuExecutionContext(module, options),
  configs: (count) => Array.from({ length: count }, () => ({ phase: WhcrPhase.RUN, substeps: 1 })),
  merged: (count) => ({ phase: WhcrPhase.RUN, substeps: count }),
  converging: () => [
    { phase: WhcrPhase.RESET, colors: 9, seed: 11 },
    ...Array.from({ length: 60 }, () => ({ phase: WhcrPhase.RUN, substeps: 4 })),
  ],
  reset: () => ({ phase: WhcrPhase.RESET, colors: 5, seed: 3 }),
  endless: () => ({ phase: WhcrPhase.RUN, substeps: 2 ** 31 }),
  busy: (milliseconds) => ({ phase: WhcrPhase.RUN, substeps: milliseconds * 50 }),
};
