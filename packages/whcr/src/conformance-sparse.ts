import { GpuExecutionContext } from '@aatgs/core';
import type { ConformanceSubject } from '@aatgs/core/conformance';
import { type WhcrConfig, WhcrDynamic, WhcrInit, WhcrPhase, type WhcrTelemetry } from './generated/layout.ts';
import { queen } from './graph/index.ts';
import { whcrLibrary, whcrModule } from './kernel.ts';

// Five colours for a graph with cliques of six: the repair never ends until a reset allows more.
const search = {
  maxColors: 12,
  population: 1,
  dynamic: WhcrDynamic.SPARSE,
  movesPerSubstep: 2,
  levels: 2,
  colors: 5,
  seed: 3,
};
const module = whcrModule(queen(6), search);

/** The sparse regime, hierarchy included, as the conformance kit sees it. */
export const conformanceSubject: ConformanceSubject<WhcrConfig, WhcrTelemetry> = {
  name: 'whcr, sparse regime',
  url: import.meta.url,
  library: whcrLibrary(),
  open: (options) => new GpuExecutionContext(module, options),
  configs: (count) => Array.from({ length: count }, () => ({ phase: WhcrPhase.RUN, substeps: 1 })),
  merged: (count) => ({ phase: WhcrPhase.RUN, substeps: count }),
  converging: () => [
    { phase: WhcrPhase.RESET, colors: 9, init: WhcrInit.RANDOM, seed: 11 },
    ...Array.from({ length: 60 }, () => ({ phase: WhcrPhase.RUN, substeps: 1 })),
  ],
  reset: () => ({ phase: WhcrPhase.RESET, colors: 5, seed: 3 }),
  endless: () => ({ phase: WhcrPhase.RUN, substeps: 2 ** 31 }),
  busy: (milliseconds) => ({ phase: WhcrPhase.RUN, substeps: milliseconds * 400 }),
};
