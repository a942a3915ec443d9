import { createRequire } from 'node:module';
import { KernelModule, locateBinary, type SubstepRule } from '@aatgs/core';
import { type WhcrConfig, WhcrPhase, type WhcrSetup, type WhcrTelemetry, whcrLayout } from './generated/layout.ts';
import type { Graph } from './graph/index.ts';

const require = createRequire(import.meta.url);

/** The kernel module over one graph, as {@link whcrModule} makes it. */
export type WhcrModule = KernelModule<WhcrSetup, WhcrConfig, WhcrTelemetry>;

/** Path of this package's kernel module. Throws ERR_AATGS_NO_BINARY. */
export function whcrLibrary(): string {
  return locateBinary('@aatgs/whcr', 'whcr.so', require.resolve).path;
}

/** The kernel module over one graph. `priorities`: one byte a vertex, high values first between equally good moves. */
export function whcrModule(graph: Graph, setup: WhcrSetup, priorities?: Uint8Array): WhcrModule {
  return new KernelModule({
    layout: whcrLayout,
    library: whcrLibrary(),
    setup: { ...setup, vertices: graph.n },
    parts: priorities ? [graph.offsets, graph.neighbors, priorities] : [graph.offsets, graph.neighbors],
    presets: WHCR_PRESETS,
    substeps: whcrSubsteps,
  });
}

const whcrSubsteps: SubstepRule<WhcrConfig> = {
  of: ({ phase = WhcrPhase.RUN, substeps = 1 }) => (phase === WhcrPhase.RUN ? substeps : 0),
  with: (config, substeps) => ({ ...config, substeps }),
};

/** Configs to start from: `production` for throughput, `responsive` for frequent progress. */
export const WHCR_PRESETS = {
  production: { substeps: 8 },
  responsive: { substeps: 1 },
} as const satisfies Record<string, WhcrConfig>;
