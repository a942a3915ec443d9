import { GpuExecutionContext } from '@aatgs/core';
import type { ConformanceSubject } from '@aatgs/core/conformance';
import { conformanceSubject as dense } from './conformance.ts';
import { type WhcrConfig, WhcrDynamic, WhcrInit, WhcrPhase, type WhcrTelemetry } from './generated/layout.ts';
import { queen } from './graph/index.ts';
import { whcrModule } from './kernel.ts';

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
  ...dense,
  name: 'whcr, sparse regime',
  url: import.meta.url,
  open: (options) => new GpuExecutionContext(module, options),
  converging: () => [
    { phase: WhcrPhase.RESET, colors: 9, init: WhcrInit.RANDOM, seed: 11 },
    ...Array.from({ length: 60 }, () => ({ phase: WhcrPhase.RUN, substeps: 1 })),
  ],
  busy: (milliseconds) => ({ phase: WhcrPhase.RUN, substeps: milliseconds * 400 }),
};
