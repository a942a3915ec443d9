// Generated from active_inference.layout.json by `aatgs layout`; do not edit.
import { type ConfigRecord, type ModuleLayout, type SlotViews, type TelemetryRecord, telemetryHeader, u32Field, u64Field } from '@aatgs/core';
export const INLINE_WORDS = 12;
export const INLINE_FACTORS = 3;
/** What a config asks for. STEP: infer, plan and act on given observations. ROLLOUT: the same in closed loop with the generative process. RESET: the first time step again. SET: replaces one array of the agents by the staged input. SMOOTH: beliefs over the window given all of it. */
export const AiPhase = {
  ROLLOUT: 0,
  STEP: 1,
  INFER: 2,
  PLAN: 3,
  ACT: 4,
  LEARN: 5,
  RESET: 6,
  SET: 7,
  SMOOTH: 8,
} as const;
/** How states are inferred. FPI: fixed-point iteration on the present observation (exact with one factor). MMP, VMP: marginal and variational message passing over a window. POLICY_MMP: SPM's marginal message passing over a window and every policy's future. */
export const AiAlgorithm = {
  FPI: 0,
  MMP: 1,
  VMP: 2,
  POLICY_MMP: 3,
} as const;
/** Bits of the setup's flags. */
export const AiFlag = {
  ADD_FLOOR: 1,
  SPM_GAIN: 2,
  UTILITY: 4,
  STATE_GAIN: 8,
  NOVELTY_A: 16,
  NOVELTY_B: 32,
  SPM_NOVELTY: 64,
  SOFTMAX_C: 128,
  STRUCTURAL_ZEROS: 256,
  STREAMED: 512,
  STOCHASTIC: 1024,
  WHOLE_POLICY: 2048,
  RANDOM_TIES: 4096,
  DENSE_MESSAGES: 8192,
  GRADIENT: 16384,
  POLICY_PRIORS: 32768,
  AVERAGE_PRIORS: 65536,
  SEARCH: 131072,
  INDUCTIVE: 262144,
  SPM_INDUCTION: 524288,
  LAST_STEP: 1048576,
  ANY_ORDER: 2097152,
  DETAILS: 4194304,
  SOFT: 8388608,
} as const;
/** Which array a SET replaces: one row an agent. */
export const AiArray = {
  BELIEFS: 0,
  PREVIOUS: 1,
  PRIOR: 2,
  ACTIONS: 3,
  OBSERVATIONS: 4,
  WINDOW_OBSERVATIONS: 5,
  WINDOW_ACTIONS: 6,
  CLOCK: 7,
  FILTERED: 8,
} as const;
/** Fixed when the context is made. Parts: structure u32 (see ai_structure.hpp), then in the instance's precision A, B, C, D, E, pA, pB, pC, pD, pE, goals; a part of no bytes is left out. */
export interface AiSetup {
  /** Bits of a number: 32 or 64. Default 32. */
  readonly precision?: number;
  /** Agents. Default 1. */
  readonly agents?: number;
  /** Hidden state factors. Default 0. */
  readonly factors?: number;
  /** Observation modalities. Default 0. */
  readonly modalities?: number;
  /** Distinct sets of factors that modalities depend on. Default 0. */
  readonly groups?: number;
  /** Sets of factors that no modality and no transition joins. Default 0. */
  readonly components?: number;
  /** Nodes of the policy trees of all components. Default 0. */
  readonly nodes?: number;
  /** Leaves of them. Default 0. */
  readonly leaves?: number;
  /** Policies; 0 when streamed. Default 0. */
  readonly policies?: number;
  /** Time steps of a policy. Default 1. */
  readonly policyLength?: number;
  /** Columns of C. Default 1. */
  readonly preferenceSteps?: number;
  /** Bits 0 to 4: A, B, C, D, E of each agent its own. Default 0. */
  readonly perAgent?: number;
  /** Bits 0 to 4: A, B, C, D, E have Dirichlet counts. Default 0. */
  readonly learned?: number;
  /** AiAlgorithm. Default 0. */
  readonly algorithm?: number;
  /** AiFlag. Default 0. */
  readonly flags?: number;
  /** Iterations of inference at most. Default 16. */
  readonly iterations?: number;
  /** Observations in the window. Default 1. */
  readonly horizon?: number;
  /** Updates of gamma a step; 0: gamma is fixed. Default 0. */
  readonly precisionIterations?: number;
  /** Rows of the inductive matrix. Default 0. */
  readonly inductionDepth?: number;
  /** Horizon of sophisticated inference. Default 0. */
  readonly searchDepth?: number;
  /** Bits: modalities whose A and C are learned. Default 4294967295. */
  readonly learnModalities?: number;
  /** Bits: factors whose B and D are learned. Default 4294967295. */
  readonly learnFactors?: number;
  /** Bits 0 to 4: A, B, C, D, E are learned in every step. Default 0. */
  readonly learnAutomatically?: number;
  /** Steps of the first episode; 0: no end. Default 0. */
  readonly episode?: number;
  /** Number of the first agent, for random numbers. Default 0. */
  readonly firstAgent?: number;
  /** FPI stops when the free energy changes by less; 0: never. Default 0. */
  readonly tolerance?: number;
  /** Step size of message passing. Default 1. */
  readonly tau?: number;
  /** Precision of policies. Default 1. */
  readonly gamma?: number;
  /** Precision of actions. Default 1. */
  readonly alpha?: number;
  /** Probability given to states off the path. Default 0.001. */
  readonly inductionEpsilon?: number;
  /** A transition counts as possible above it. Default 0.0625. */
  readonly inductionThreshold?: number;
  /** Search: policies below are not followed. Default 0.0625. */
  readonly policyPrune?: number;
  /** Search: outcomes below are not followed. Default 0.0625. */
  readonly outcomePrune?: number;
  /** Search: what a policy not followed loses. Default 512. */
  readonly prunePenalty?: number;
  /** Search: precision of policies. Default 1. */
  readonly searchGamma?: number;
  /** Learning rates of A, B, C, D, E. Default 0. */
  readonly rates?: ArrayLike<number>;
  /** Forgetting rates of A, B, C, D, E. Default 0. */
  readonly forgetting?: ArrayLike<number>;
}
/** One config. Agents `first` to `first + count - 1` take part. */
export interface AiConfig extends ConfigRecord {
  /** ROLLOUT: time steps to run. Default 1. */
  readonly substeps?: number;
  /** First agent. Default 0. */
  readonly first?: number;
  /** Number of agents; 0: all from the first. Default 0. */
  readonly count?: number;
  /** SET: AiArray. Default 0. */
  readonly array?: number;
  /** LEARN: bits 0 to 4: A, B, C, D, E. RESET: bit 0: forget what was learned. Default 0. */
  readonly parameters?: number;
  /** Whether the staged observations are distributions. Default 0. */
  readonly soft?: number;
  /** Whether actions to take are staged after the observations. Default 0. */
  readonly forced?: number;
  /** RESET: steps of an episode; 0: no end. Default 0. */
  readonly episode?: number;
  /** Whether the record holds the mean free energy. Default 1. */
  readonly report?: number;
  /** 1: the observation of the one agent that takes part, and actions to take, are `words`, and the record holds its actions. No way is shorter. Default 0. */
  readonly inlined?: number;
  /** Outcomes of all modalities, then actions to take. Default 0. */
  readonly words?: ArrayLike<number>;
}
/** One record. */
export interface AiTelemetry extends TelemetryRecord {
  /** Agent steps since all agents were reset. */
  readonly steps: number;
  /** Mean variational free energy of the agents that took part, nats. */
  readonly freeEnergy: number;
  /** Agents that took part. */
  readonly agents: number;
  /** With `inlined`: the action of each factor. */
  readonly actions: ArrayLike<number>;
}
/** Codecs of the active_inference module's messages. */
export const activeInferenceLayout: ModuleLayout<AiSetup, AiConfig, AiTelemetry> = {
  name: 'active_inference',
  fingerprint: 'efc47f75a4ef75d0',
  fields: [
    { name: 'AiSetup.precision', offset: 0, bytes: 4 },
    { name: 'AiSetup.agents', offset: 4, bytes: 4 },
    { name: 'AiSetup.factors', offset: 8, bytes: 4 },
    { name: 'AiSetup.modalities', offset: 12, bytes: 4 },
    { name: 'AiSetup.groups', offset: 16, bytes: 4 },
    { name: 'AiSetup.components', offset: 20, bytes: 4 },
    { name: 'AiSetup.nodes', offset: 24, bytes: 4 },
    { name: 'AiSetup.leaves', offset: 28, bytes: 4 },
    { name: 'AiSetup.policies', offset: 32, bytes: 4 },
    { name: 'AiSetup.policyLength', offset: 36, bytes: 4 },
    { name: 'AiSetup.preferenceSteps', offset: 40, bytes: 4 },
    { name: 'AiSetup.perAgent', offset: 44, bytes: 4 },
    { name: 'AiSetup.learned', offset: 48, bytes: 4 },
    { name: 'AiSetup.algorithm', offset: 52, bytes: 4 },
    { name: 'AiSetup.flags', offset: 56, bytes: 4 },
    { name: 'AiSetup.iterations', offset: 60, bytes: 4 },
    { name: 'AiSetup.horizon', offset: 64, bytes: 4 },
    { name: 'AiSetup.precisionIterations', offset: 68, bytes: 4 },
    { name: 'AiSetup.inductionDepth', offset: 72, bytes: 4 },
    { name: 'AiSetup.searchDepth', offset: 76, bytes: 4 },
    { name: 'AiSetup.learnModalities', offset: 80, bytes: 4 },
    { name: 'AiSetup.learnFactors', offset: 84, bytes: 4 },
    { name: 'AiSetup.learnAutomatically', offset: 88, bytes: 4 },
    { name: 'AiSetup.episode', offset: 92, bytes: 4 },
    { name: 'AiSetup.firstAgent', offset: 96, bytes: 4 },
    { name: 'AiSetup.tolerance', offset: 104, bytes: 8 },
    { name: 'AiSetup.tau', offset: 112, bytes: 8 },
    { name: 'AiSetup.gamma', offset: 120, bytes: 8 },
    { name: 'AiSetup.alpha', offset: 128, bytes: 8 },
    { name: 'AiSetup.inductionEpsilon', offset: 136, bytes: 8 },
    { name: 'AiSetup.inductionThreshold', offset: 144, bytes: 8 },
    { name: 'AiSetup.policyPrune', offset: 152, bytes: 8 },
    { name: 'AiSetup.outcomePrune', offset: 160, bytes: 8 },
    { name: 'AiSetup.prunePenalty', offset: 168, bytes: 8 },
    { name: 'AiSetup.searchGamma', offset: 176, bytes: 8 },
    { name: 'AiSetup.rates', offset: 184, bytes: 40 },
    { name: 'AiSetup.forgetting', offset: 224, bytes: 40 },
    { name: 'AiConfig.substeps', offset: 64, bytes: 4 },
    { name: 'AiConfig.first', offset: 68, bytes: 4 },
    { name: 'AiConfig.count', offset: 72, bytes: 4 },
    { name: 'AiConfig.array', offset: 76, bytes: 4 },
    { name: 'AiConfig.parameters', offset: 80, bytes: 4 },
    { name: 'AiConfig.soft', offset: 84, bytes: 4 },
    { name: 'AiConfig.forced', offset: 88, bytes: 4 },
    { name: 'AiConfig.episode', offset: 92, bytes: 4 },
    { name: 'AiConfig.report', offset: 96, bytes: 4 },
    { name: 'AiConfig.inlined', offset: 100, bytes: 4 },
    { name: 'AiConfig.words', offset: 104, bytes: 48 },
    { name: 'AiTelemetry.steps', offset: 32, bytes: 8 },
    { name: 'AiTelemetry.freeEnergy', offset: 40, bytes: 8 },
    { name: 'AiTelemetry.agents', offset: 48, bytes: 4 },
    { name: 'AiTelemetry.actions', offset: 52, bytes: 12 },
  ],
  setupBytes: 272,
  encodeSetup(v: SlotViews, base: number, message: AiSetup): void {
    v.u32[(base >>> 2) + 0] = u32Field(message.precision ?? 32, 'precision');
    v.u32[(base >>> 2) + 1] = u32Field(message.agents ?? 1, 'agents');
    v.u32[(base >>> 2) + 2] = u32Field(message.factors ?? 0, 'factors');
    v.u32[(base >>> 2) + 3] = u32Field(message.modalities ?? 0, 'modalities');
    v.u32[(base >>> 2) + 4] = u32Field(message.groups ?? 0, 'groups');
    v.u32[(base >>> 2) + 5] = u32Field(message.components ?? 0, 'components');
    v.u32[(base >>> 2) + 6] = u32Field(message.nodes ?? 0, 'nodes');
    v.u32[(base >>> 2) + 7] = u32Field(message.leaves ?? 0, 'leaves');
    v.u32[(base >>> 2) + 8] = u32Field(message.policies ?? 0, 'policies');
    v.u32[(base >>> 2) + 9] = u32Field(message.policyLength ?? 1, 'policyLength');
    v.u32[(base >>> 2) + 10] = u32Field(message.preferenceSteps ?? 1, 'preferenceSteps');
    v.u32[(base >>> 2) + 11] = u32Field(message.perAgent ?? 0, 'perAgent');
    v.u32[(base >>> 2) + 12] = u32Field(message.learned ?? 0, 'learned');
    v.u32[(base >>> 2) + 13] = u32Field(message.algorithm ?? 0, 'algorithm');
    v.u32[(base >>> 2) + 14] = u32Field(message.flags ?? 0, 'flags');
    v.u32[(base >>> 2) + 15] = u32Field(message.iterations ?? 16, 'iterations');
    v.u32[(base >>> 2) + 16] = u32Field(message.horizon ?? 1, 'horizon');
    v.u32[(base >>> 2) + 17] = u32Field(message.precisionIterations ?? 0, 'precisionIterations');
    v.u32[(base >>> 2) + 18] = u32Field(message.inductionDepth ?? 0, 'inductionDepth');
    v.u32[(base >>> 2) + 19] = u32Field(message.searchDepth ?? 0, 'searchDepth');
    v.u32[(base >>> 2) + 20] = u32Field(message.learnModalities ?? 4294967295, 'learnModalities');
    v.u32[(base >>> 2) + 21] = u32Field(message.learnFactors ?? 4294967295, 'learnFactors');
    v.u32[(base >>> 2) + 22] = u32Field(message.learnAutomatically ?? 0, 'learnAutomatically');
    v.u32[(base >>> 2) + 23] = u32Field(message.episode ?? 0, 'episode');
    v.u32[(base >>> 2) + 24] = u32Field(message.firstAgent ?? 0, 'firstAgent');
    v.f64[(base >>> 3) + 13] = message.tolerance ?? 0;
    v.f64[(base >>> 3) + 14] = message.tau ?? 1;
    v.f64[(base >>> 3) + 15] = message.gamma ?? 1;
    v.f64[(base >>> 3) + 16] = message.alpha ?? 1;
    v.f64[(base >>> 3) + 17] = message.inductionEpsilon ?? 0.001;
    v.f64[(base >>> 3) + 18] = message.inductionThreshold ?? 0.0625;
    v.f64[(base >>> 3) + 19] = message.policyPrune ?? 0.0625;
    v.f64[(base >>> 3) + 20] = message.outcomePrune ?? 0.0625;
    v.f64[(base >>> 3) + 21] = message.prunePenalty ?? 512;
    v.f64[(base >>> 3) + 22] = message.searchGamma ?? 1;
    for (let i = 0; i < 5; i++) {
      v.f64[(base >>> 3) + 23 + i] = message.rates?.[i] ?? 0;
    }
    for (let i = 0; i < 5; i++) {
      v.f64[(base >>> 3) + 28 + i] = message.forgetting?.[i] ?? 0;
    }
  },
  encodeConfig(v: SlotViews, base: number, message: AiConfig): void {
    v.u32[(base >>> 2) + 16] = u32Field(message.substeps ?? 1, 'substeps');
    v.u32[(base >>> 2) + 17] = u32Field(message.first ?? 0, 'first');
    v.u32[(base >>> 2) + 18] = u32Field(message.count ?? 0, 'count');
    v.u32[(base >>> 2) + 19] = u32Field(message.array ?? 0, 'array');
    v.u32[(base >>> 2) + 20] = u32Field(message.parameters ?? 0, 'parameters');
    v.u32[(base >>> 2) + 21] = u32Field(message.soft ?? 0, 'soft');
    v.u32[(base >>> 2) + 22] = u32Field(message.forced ?? 0, 'forced');
    v.u32[(base >>> 2) + 23] = u32Field(message.episode ?? 0, 'episode');
    v.u32[(base >>> 2) + 24] = u32Field(message.report ?? 1, 'report');
    v.u32[(base >>> 2) + 25] = u32Field(message.inlined ?? 0, 'inlined');
    for (let i = 0; i < 12; i++) {
      v.u32[(base >>> 2) + 26 + i] = u32Field(message.words?.[i] ?? 0, 'words');
    }
  },
  decodeTelemetry(v: SlotViews, base: number): AiTelemetry {
    return {
      sequence: v.u32[(base >>> 2) + telemetryHeader.sequence] as number,
      status: v.u32[(base >>> 2) + telemetryHeader.status] as number,
      iteration: (v.u32[(base >>> 2) + telemetryHeader.iteration] as number) + (v.u32[(base >>> 2) + telemetryHeader.iteration + 1] as number) * 0x1_0000_0000,
      durationNs: (v.u32[(base >>> 2) + telemetryHeader.durationNs] as number) + (v.u32[(base >>> 2) + telemetryHeader.durationNs + 1] as number) * 0x1_0000_0000,
      phase: v.u32[(base >>> 2) + telemetryHeader.phase] as number,
      outputBytes: v.u32[(base >>> 2) + telemetryHeader.outputBytes] as number,
      output: null,
      steps: (v.u32[(base >>> 2) + 8] as number) + (v.u32[(base >>> 2) + 8 + 1] as number) * 0x1_0000_0000,
      freeEnergy: v.f64[(base >>> 3) + 5] as number,
      agents: v.u32[(base >>> 2) + 12] as number,
      actions: v.u32.slice((base >>> 2) + 13, (base >>> 2) + 13 + 3),
    };
  },
};
