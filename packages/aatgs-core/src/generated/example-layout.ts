// Generated from example.layout.json by `aatgs layout`; do not edit.
import { type ConfigRecord, type ModuleLayout, type SlotViews, type TelemetryRecord, telemetryHeader, u32Field, u64Field } from '../codec.ts';
/** What a config asks for. */
export const ExamplePhase = {
  RUN: 0,
  RESET: 1,
  SPIN: 2,
  WAIT: 3,
} as const;
/** Fixed when the context is made. */
export interface ExampleSetup {
  /** Number of counters. Default 0. */
  readonly entities?: number;
  /** A counter that has reached this value stops; all stopped means converged. Default 0. */
  readonly goal?: number;
}
/** One config. */
export interface ExampleConfig extends ConfigRecord {
  /** Substeps to run. Default 1. */
  readonly substeps?: number;
  /** Phase SPIN: how long the step keeps the workers busy, in nanoseconds; phase WAIT does so up to 1000 times, until cancelled. Default 0. */
  readonly spinNs?: number;
}
/** One record. */
export interface ExampleTelemetry extends TelemetryRecord {
  /** Sum of all counters. */
  readonly total: number;
  /** Smallest counter. */
  readonly lowest: number;
  /** Index of the smallest counter; the lowest index on ties. */
  readonly lowestIndex: number;
  /** Substeps run since the last reset. */
  readonly steps: number;
  /** Sum of the staged input's bytes, modulo 2^32. */
  readonly inputSum: number;
}
/** Codecs of the example module's messages. */
export const exampleLayout: ModuleLayout<ExampleSetup, ExampleConfig, ExampleTelemetry> = {
  name: 'example',
  fingerprint: 'db3854edb20bc766',
  fields: [
    { name: 'ExampleSetup.entities', offset: 0, bytes: 4 },
    { name: 'ExampleSetup.goal', offset: 4, bytes: 4 },
    { name: 'ExampleConfig.substeps', offset: 64, bytes: 4 },
    { name: 'ExampleConfig.spinNs', offset: 68, bytes: 4 },
    { name: 'ExampleTelemetry.total', offset: 32, bytes: 8 },
    { name: 'ExampleTelemetry.lowest', offset: 40, bytes: 4 },
    { name: 'ExampleTelemetry.lowestIndex', offset: 44, bytes: 4 },
    { name: 'ExampleTelemetry.steps', offset: 48, bytes: 4 },
    { name: 'ExampleTelemetry.inputSum', offset: 52, bytes: 4 },
  ],
  setupBytes: 16,
  encodeSetup(v: SlotViews, base: number, message: ExampleSetup): void {
    v.u32[(base >>> 2) + 0] = u32Field(message.entities ?? 0, 'entities');
    v.u32[(base >>> 2) + 1] = u32Field(message.goal ?? 0, 'goal');
  },
  encodeConfig(v: SlotViews, base: number, message: ExampleConfig): void {
    v.u32[(base >>> 2) + 16] = u32Field(message.substeps ?? 1, 'substeps');
    v.u32[(base >>> 2) + 17] = u32Field(message.spinNs ?? 0, 'spinNs');
  },
  decodeTelemetry(v: SlotViews, base: number): ExampleTelemetry {
    return {
      sequence: v.u32[(base >>> 2) + telemetryHeader.sequence] as number,
      status: v.u32[(base >>> 2) + telemetryHeader.status] as number,
      iteration: (v.u32[(base >>> 2) + telemetryHeader.iteration] as number) + (v.u32[(base >>> 2) + telemetryHeader.iteration + 1] as number) * 0x1_0000_0000,
      durationNs: (v.u32[(base >>> 2) + telemetryHeader.durationNs] as number) + (v.u32[(base >>> 2) + telemetryHeader.durationNs + 1] as number) * 0x1_0000_0000,
      phase: v.u32[(base >>> 2) + telemetryHeader.phase] as number,
      outputBytes: v.u32[(base >>> 2) + telemetryHeader.outputBytes] as number,
      output: null,
      total: (v.u32[(base >>> 2) + 8] as number) + (v.u32[(base >>> 2) + 8 + 1] as number) * 0x1_0000_0000,
      lowest: v.u32[(base >>> 2) + 10] as number,
      lowestIndex: v.u32[(base >>> 2) + 11] as number,
      steps: v.u32[(base >>> 2) + 12] as number,
      inputSum: v.u32[(base >>> 2) + 13] as number,
    };
  },
};
