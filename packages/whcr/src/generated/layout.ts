// Generated from whcr.layout.json by `aatgs layout`; do not edit.
import { type ConfigRecord, type ModuleLayout, type SlotViews, type TelemetryRecord, telemetryHeader, u32Field, u64Field } from '@aatgs/core';
/** What a config asks for. */
export const WhcrPhase = {
  RUN: 0,
  RESET: 1,
  SET_COLORS: 2,
  SET_PRIORS: 3,
} as const;
/** Where the population of a reset comes from. INPUT reads whole colourings (u32 for each vertex) from the staged input; a colour at or above `colors` means: not coloured yet. */
export const WhcrInit = {
  RANDOM: 0,
  GREEDY: 1,
  INPUT: 2,
} as const;
/** How a member moves. TABLE: tabu search over a table of neighbour counts, for up to some 20,000 vertices. REPAIR: min-conflicts without a table. SPARSE: the whole team on one colouring, for huge sparse graphs: greedy colouring, then its classes and conflicts in parallel rounds. WEIGHTED: tabu search under learnt weights of edges. ANNEALED: simulated annealing. MIXED: a part of the population as with TABLE, a part as with ANNEALED, a part as with WEIGHTED, and more of it for what finds fewer conflicts. AUTO: MIXED where degrees differ much more or less than in a random graph, otherwise TABLE; WEIGHTED above 8192 vertices, REPAIR where tables are too large. */
export const WhcrDynamic = {
  AUTO: 0,
  TABLE: 1,
  REPAIR: 2,
  SPARSE: 3,
  MIXED: 4,
  WEIGHTED: 5,
  ANNEALED: 6,
} as const;
/** Fixed when the context is made. Parts: offsets u32[vertices + 1], neighbours u32[arcs] (both directions of every edge), and optionally priorities u8[vertices] that decide between equally good moves, high first. */
export interface WhcrSetup {
  /** Number of vertices. Default 0. */
  readonly vertices?: number;
  /** Most colours any config may ask for; memory is planned for it. Default 0. */
  readonly maxColors?: number;
  /** Colourings searched at once. Members 2i and 2i+1 are recombined with each other; an odd last one walks alone. Default 2. */
  readonly population?: number;
  /** WhcrDynamic. Default 0. */
  readonly dynamic?: number;
  /** Moves of each member in one substep (SPARSE: rounds); 0: from the size of the graph. Default 0. */
  readonly movesPerSubstep?: number;
  /** Moves of each member between recombinations, rounded to whole substeps; 0: from the size of the graph. Default 0. */
  readonly movesPerGeneration?: number;
  /** Number of colours of the implicit first reset; 0: maxColors. Default 0. */
  readonly colors?: number;
  /** Its target; 0: the same as colors. Default 0. */
  readonly targetColors?: number;
  /** Its WhcrInit; RANDOM or GREEDY. Default 0. */
  readonly init?: number;
  /** Its seed. Default 0. */
  readonly seed?: number;
  /** SPARSE: levels of the hierarchy that steers the repair, 0 to 12; 0: none. Default 0. */
  readonly levels?: number;
  /** 1: make room for a belief about every (vertex, colour) pair. Default 0. */
  readonly beliefs?: number;
}
/** One config. */
export interface WhcrConfig extends ConfigRecord {
  /** RUN: substeps to run. Default 1. */
  readonly substeps?: number;
  /** RESET, SET_COLORS: number of colours to search with; 0: maxColors. Default 0. */
  readonly colors?: number;
  /** RESET, SET_COLORS: the search goes on with fewer colours until it holds a proper colouring with this many; 0: the same as colors. Default 0. */
  readonly targetColors?: number;
  /** RESET: WhcrInit. Default 0. */
  readonly init?: number;
  /** SET_PRIORS: which arrays of u8 the staged input holds, in this order: 1 stress, 2 persistence, 4 hotspot (0 or not) for each vertex, 8 belief for each vertex and colour below maxColors. None: no priors from now on. Default 0. */
  readonly priors?: number;
  /** SET_PRIORS: weight of the stress, in 1/256, at most 65536. Default 256. */
  readonly stressWeight?: number;
  /** SET_PRIORS: weight of the persistence, in 1/256, at most 65536. Default 256. */
  readonly persistenceWeight?: number;
  /** SET_PRIORS: weight of the belief, in 1/256, at most 65536. Default 256. */
  readonly beliefWeight?: number;
  /** SET_PRIORS: what stress and persistence of a hotspot count, in 1/256, at most 65536. Default 512. */
  readonly hotspotMultiplier?: number;
}
/** One record. */
export interface WhcrTelemetry extends TelemetryRecord {
  /** Moves of all members since the reset. */
  readonly moves: number;
  /** Fewest conflicting edges seen with `colors` colours. */
  readonly conflicts: number;
  /** Number of colours searched with now. */
  readonly colors: number;
  /** Conflicting edges of the colouring in region `best`. */
  readonly bestConflicts: number;
  /** Colours of the best proper colouring since the reset; 0: none yet. */
  readonly bestColors: number;
  /** Recombinations since the reset. */
  readonly generation: number;
  /** WhcrDynamic in use. */
  readonly dynamic: number;
}
/** Codecs of the whcr module's messages. */
export const whcrLayout: ModuleLayout<WhcrSetup, WhcrConfig, WhcrTelemetry> = {
  name: 'whcr',
  fingerprint: 'd5cbad07a4933bb6',
  fields: [
    { name: 'WhcrSetup.vertices', offset: 0, bytes: 4 },
    { name: 'WhcrSetup.maxColors', offset: 4, bytes: 4 },
    { name: 'WhcrSetup.population', offset: 8, bytes: 4 },
    { name: 'WhcrSetup.dynamic', offset: 12, bytes: 4 },
    { name: 'WhcrSetup.movesPerSubstep', offset: 16, bytes: 4 },
    { name: 'WhcrSetup.movesPerGeneration', offset: 20, bytes: 4 },
    { name: 'WhcrSetup.colors', offset: 24, bytes: 4 },
    { name: 'WhcrSetup.targetColors', offset: 28, bytes: 4 },
    { name: 'WhcrSetup.init', offset: 32, bytes: 4 },
    { name: 'WhcrSetup.seed', offset: 40, bytes: 8 },
    { name: 'WhcrSetup.levels', offset: 48, bytes: 4 },
    { name: 'WhcrSetup.beliefs', offset: 52, bytes: 4 },
    { name: 'WhcrConfig.substeps', offset: 64, bytes: 4 },
    { name: 'WhcrConfig.colors', offset: 68, bytes: 4 },
    { name: 'WhcrConfig.targetColors', offset: 72, bytes: 4 },
    { name: 'WhcrConfig.init', offset: 76, bytes: 4 },
    { name: 'WhcrConfig.priors', offset: 80, bytes: 4 },
    { name: 'WhcrConfig.stressWeight', offset: 84, bytes: 4 },
    { name: 'WhcrConfig.persistenceWeight', offset: 88, bytes: 4 },
    { name: 'WhcrConfig.beliefWeight', offset: 92, bytes: 4 },
    { name: 'WhcrConfig.hotspotMultiplier', offset: 96, bytes: 4 },
    { name: 'WhcrTelemetry.moves', offset: 32, bytes: 8 },
    { name: 'WhcrTelemetry.conflicts', offset: 40, bytes: 4 },
    { name: 'WhcrTelemetry.colors', offset: 44, bytes: 4 },
    { name: 'WhcrTelemetry.bestConflicts', offset: 48, bytes: 4 },
    { name: 'WhcrTelemetry.bestColors', offset: 52, bytes: 4 },
    { name: 'WhcrTelemetry.generation', offset: 56, bytes: 4 },
    { name: 'WhcrTelemetry.dynamic', offset: 60, bytes: 4 },
  ],
  setupBytes: 64,
  encodeSetup(v: SlotViews, base: number, message: WhcrSetup): void {
    v.u32[(base >>> 2) + 0] = u32Field(message.vertices ?? 0, 'vertices');
    v.u32[(base >>> 2) + 1] = u32Field(message.maxColors ?? 0, 'maxColors');
    v.u32[(base >>> 2) + 2] = u32Field(message.population ?? 2, 'population');
    v.u32[(base >>> 2) + 3] = u32Field(message.dynamic ?? 0, 'dynamic');
    v.u32[(base >>> 2) + 4] = u32Field(message.movesPerSubstep ?? 0, 'movesPerSubstep');
    v.u32[(base >>> 2) + 5] = u32Field(message.movesPerGeneration ?? 0, 'movesPerGeneration');
    v.u32[(base >>> 2) + 6] = u32Field(message.colors ?? 0, 'colors');
    v.u32[(base >>> 2) + 7] = u32Field(message.targetColors ?? 0, 'targetColors');
    v.u32[(base >>> 2) + 8] = u32Field(message.init ?? 0, 'init');
    u64Field(v.u32, (base >>> 2) + 10, message.seed ?? 0, 'seed');
    v.u32[(base >>> 2) + 12] = u32Field(message.levels ?? 0, 'levels');
    v.u32[(base >>> 2) + 13] = u32Field(message.beliefs ?? 0, 'beliefs');
  },
  encodeConfig(v: SlotViews, base: number, message: WhcrConfig): void {
    v.u32[(base >>> 2) + 16] = u32Field(message.substeps ?? 1, 'substeps');
    v.u32[(base >>> 2) + 17] = u32Field(message.colors ?? 0, 'colors');
    v.u32[(base >>> 2) + 18] = u32Field(message.targetColors ?? 0, 'targetColors');
    v.u32[(base >>> 2) + 19] = u32Field(message.init ?? 0, 'init');
    v.u32[(base >>> 2) + 20] = u32Field(message.priors ?? 0, 'priors');
    v.u32[(base >>> 2) + 21] = u32Field(message.stressWeight ?? 256, 'stressWeight');
    v.u32[(base >>> 2) + 22] = u32Field(message.persistenceWeight ?? 256, 'persistenceWeight');
    v.u32[(base >>> 2) + 23] = u32Field(message.beliefWeight ?? 256, 'beliefWeight');
    v.u32[(base >>> 2) + 24] = u32Field(message.hotspotMultiplier ?? 512, 'hotspotMultiplier');
  },
  decodeTelemetry(v: SlotViews, base: number): WhcrTelemetry {
    return {
      sequence: v.u32[(base >>> 2) + telemetryHeader.sequence] as number,
      status: v.u32[(base >>> 2) + telemetryHeader.status] as number,
      iteration: (v.u32[(base >>> 2) + telemetryHeader.iteration] as number) + (v.u32[(base >>> 2) + telemetryHeader.iteration + 1] as number) * 0x1_0000_0000,
      durationNs: (v.u32[(base >>> 2) + telemetryHeader.durationNs] as number) + (v.u32[(base >>> 2) + telemetryHeader.durationNs + 1] as number) * 0x1_0000_0000,
      phase: v.u32[(base >>> 2) + telemetryHeader.phase] as number,
      outputBytes: v.u32[(base >>> 2) + telemetryHeader.outputBytes] as number,
      output: null,
      moves: (v.u32[(base >>> 2) + 8] as number) + (v.u32[(base >>> 2) + 8 + 1] as number) * 0x1_0000_0000,
      conflicts: v.u32[(base >>> 2) + 10] as number,
      colors: v.u32[(base >>> 2) + 11] as number,
      bestConflicts: v.u32[(base >>> 2) + 12] as number,
      bestColors: v.u32[(base >>> 2) + 13] as number,
      generation: v.u32[(base >>> 2) + 14] as number,
      dynamic: v.u32[(base >>> 2) + 15] as number,
    };
  },
};
