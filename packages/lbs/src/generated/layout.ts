// Generated from lbs.layout.json by `aatgs layout`; do not edit.
import { type ConfigRecord, type ModuleLayout, type SlotViews, type TelemetryRecord, telemetryHeader, u32Field, u64Field } from '@aatgs/core';
/** What a config asks for. RUN: predict the next structures of the batch. LOAD: take the staged batch, then RUN. */
export const LbsPhase = {
  RUN: 0,
  LOAD: 1,
} as const;
/** Bits of a record's `overflow`. ATOMS, STRUCTURES: the batch does not fit the setup and nothing was done. POINTS: a structure has more surface points than were planned; the last ones were left out. */
export const LbsFlag = {
  ATOMS: 1,
  STRUCTURES: 2,
  POINTS: 4,
  OUTPUT: 8,
} as const;
/** Fixed when the context is made. Parts: borders of the point features, forest of the point model, borders and forest of the site model, calibration, and optionally a batch to start with (see lbs_input.hpp and lbs_model.hpp). */
export interface LbsSetup {
  /** Most atoms of a batch. Default 0. */
  readonly maxAtoms?: number;
  /** Most structures of a batch. Default 0. */
  readonly maxStructures?: number;
  /** Surface points planned for, an atom. Default 4. */
  readonly pointsPerAtom?: number;
}
/** One config. */
export interface LbsConfig extends ConfigRecord {
  /** Structures to predict, at once; results do not depend on how many. Default 4294967295. */
  readonly substeps?: number;
  /** Predict them so many times: for timing. Default 1. */
  readonly repeats?: number;
  /** 1: the output lists the surface points. Default 0. */
  readonly wantPoints?: number;
}
/** One record. The output holds the results of the structures this config predicted; see lbs_output.hpp. */
export interface LbsTelemetry extends TelemetryRecord {
  /** Structures of the batch predicted so far. */
  readonly done: number;
  /** Structures of the batch. */
  readonly structures: number;
  /** Surface points of those this config predicted. */
  readonly points: number;
  /** Sites of those this config predicted. */
  readonly sites: number;
  /** LbsFlag bits. */
  readonly overflow: number;
  /** LOAD: sum of the staged bytes modulo 2^32. */
  readonly inputSum: number;
}
/** Codecs of the lbs module's messages. */
export const lbsLayout: ModuleLayout<LbsSetup, LbsConfig, LbsTelemetry> = {
  name: 'lbs',
  fingerprint: 'e15b6f800785c6f6',
  fields: [
    { name: 'LbsSetup.maxAtoms', offset: 0, bytes: 4 },
    { name: 'LbsSetup.maxStructures', offset: 4, bytes: 4 },
    { name: 'LbsSetup.pointsPerAtom', offset: 8, bytes: 4 },
    { name: 'LbsConfig.substeps', offset: 64, bytes: 4 },
    { name: 'LbsConfig.repeats', offset: 68, bytes: 4 },
    { name: 'LbsConfig.wantPoints', offset: 72, bytes: 4 },
    { name: 'LbsTelemetry.done', offset: 32, bytes: 4 },
    { name: 'LbsTelemetry.structures', offset: 36, bytes: 4 },
    { name: 'LbsTelemetry.points', offset: 40, bytes: 4 },
    { name: 'LbsTelemetry.sites', offset: 44, bytes: 4 },
    { name: 'LbsTelemetry.overflow', offset: 48, bytes: 4 },
    { name: 'LbsTelemetry.inputSum', offset: 52, bytes: 4 },
  ],
  setupBytes: 16,
  encodeSetup(v: SlotViews, base: number, message: LbsSetup): void {
    v.u32[(base >>> 2) + 0] = u32Field(message.maxAtoms ?? 0, 'maxAtoms');
    v.u32[(base >>> 2) + 1] = u32Field(message.maxStructures ?? 0, 'maxStructures');
    v.f32[(base >>> 2) + 2] = message.pointsPerAtom ?? 4;
  },
  encodeConfig(v: SlotViews, base: number, message: LbsConfig): void {
    v.u32[(base >>> 2) + 16] = u32Field(message.substeps ?? 4294967295, 'substeps');
    v.u32[(base >>> 2) + 17] = u32Field(message.repeats ?? 1, 'repeats');
    v.u32[(base >>> 2) + 18] = u32Field(message.wantPoints ?? 0, 'wantPoints');
  },
  decodeTelemetry(v: SlotViews, base: number): LbsTelemetry {
    return {
      sequence: v.u32[(base >>> 2) + telemetryHeader.sequence] as number,
      status: v.u32[(base >>> 2) + telemetryHeader.status] as number,
      iteration: (v.u32[(base >>> 2) + telemetryHeader.iteration] as number) + (v.u32[(base >>> 2) + telemetryHeader.iteration + 1] as number) * 0x1_0000_0000,
      durationNs: (v.u32[(base >>> 2) + telemetryHeader.durationNs] as number) + (v.u32[(base >>> 2) + telemetryHeader.durationNs + 1] as number) * 0x1_0000_0000,
      phase: v.u32[(base >>> 2) + telemetryHeader.phase] as number,
      outputBytes: v.u32[(base >>> 2) + telemetryHeader.outputBytes] as number,
      output: null,
      done: v.u32[(base >>> 2) + 8] as number,
      structures: v.u32[(base >>> 2) + 9] as number,
      points: v.u32[(base >>> 2) + 10] as number,
      sites: v.u32[(base >>> 2) + 11] as number,
      overflow: v.u32[(base >>> 2) + 12] as number,
      inputSum: v.u32[(base >>> 2) + 13] as number,
    };
  },
};
