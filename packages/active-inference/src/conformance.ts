import { GpuExecutionContext } from '@aatgs/core';
import type { ConformanceSubject } from '@aatgs/core/conformance';
import { tmaze } from './environments/index.ts';
import { type AiConfig, AiPhase, type AiTelemetry } from './generated/layout.ts';
import { activeInferenceLibrary, activeInferenceModule } from './kernel.ts';
import { Model } from './model/model.ts';
import { policyTables } from './model/policies.ts';
import { structureOf } from './model/structure.ts';
import { resolveOptions } from './options.ts';

// A T-maze whose agents learn the reward and act at random; an episode ends in the middle of `converging`.
const { model: spec } = tmaze();
const options = {
  agents: 24,
  policies: { length: 2 },
  action: { selection: 'stochastic' },
  learning: { automatic: ['A'], modalities: [1] },
} as const;
const model = new Model({ ...spec, pA: spec.A }, options.agents);
const structure = structureOf(model);
const tables = policyTables(model, structure, options.policies);
const module = activeInferenceModule(model, structure, tables, resolveOptions(model, options), options);
const reset = { phase: AiPhase.RESET, parameters: 1 };

/** This package's module as the conformance kit sees it. */
export const conformanceSubject: ConformanceSubject<AiConfig, AiTelemetry> = {
  name: 'active-inference',
  url: import.meta.url,
  library: activeInferenceLibrary(),
  open: (context) => new GpuExecutionContext(module, context),
  configs: (count) => Array.from({ length: count }, () => ({ phase: AiPhase.ROLLOUT, substeps: 1 })),
  merged: (count) => ({ phase: AiPhase.ROLLOUT, substeps: count }),
  converging: () => [
    { ...reset, episode: 400 },
    ...Array.from({ length: 40 }, () => ({ phase: AiPhase.ROLLOUT, substeps: 16 })),
  ],
  reset: () => reset,
  endless: () => ({ phase: AiPhase.ROLLOUT, substeps: 2 ** 31 }),
  busy: (milliseconds) => ({ phase: AiPhase.ROLLOUT, substeps: milliseconds * 4 }),
};
