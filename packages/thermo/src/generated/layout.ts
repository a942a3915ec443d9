// Generated from thermo.layout.json by `aatgs layout`; do not edit.
import { type ConfigRecord, type ModuleLayout, type SlotViews, type TelemetryRecord, telemetryHeader, u32Field, u64Field } from '@aatgs/core';
export const OUTBOX_HEAD = 256;
/** What a config asks for. An instance that is one of several members runs a round in parts: SWEEP, a GATHER for every other member, EXCHANGE. TOGETHER: whole rounds, in which the members wait for each other inside the step; all of them must be given the same configs at the same time, and reach each other's memory. */
export const ThermoPhase = {
  RUN: 0,
  RESET: 1,
  SWEEP: 2,
  GATHER: 3,
  EXCHANGE: 4,
  TOGETHER: 5,
} as const;
/** ISING: spins -1/+1 on any graph. POTTS: q states on any graph. SQUARE: the ferromagnet on an L x L torus, bit-packed. LATTICE: many +-1 lattices of one shape, bit-packed. */
export const ThermoModel = {
  ISING: 0,
  POTTS: 1,
  SQUARE: 2,
  LATTICE: 3,
} as const;
/** Which neighbours try to exchange. DEO: even and odd pairs in turn (non-reversible); SEO: even or odd at random (reversible). */
export const ThermoScheme = {
  DEO: 0,
  SEO: 1,
} as const;
/** Fixed when the context is made. Parts: betas f64[rungs] (rising: rung 0 is the hottest); for graphs offsets u32[n + 1], neighbours u32[arcs], weights i32[arcs] (both directions), fields i32[n]; for LATTICE couplings u32[systems / 32][3][sites]: bit b set where the bond of system b from a site in direction x, y or z is -1. */
export interface ThermoSetup {
  /** ThermoModel. Default 0. */
  readonly model?: number;
  /** Number of sites; SQUARE: L, a multiple of 64. Default 0. */
  readonly sites?: number;
  /** POTTS: number of states, 2 to 255. Default 2. */
  readonly states?: number;
  /** Temperatures of a ladder. Default 0. */
  readonly rungs?: number;
  /** LATTICE: side in x, a multiple of 8; sites count x first. Default 0. */
  readonly width?: number;
  /** LATTICE: side in y, even. Default 0. */
  readonly height?: number;
  /** LATTICE: side in z, even; 1: two dimensions. Default 0. */
  readonly depth?: number;
  /** LATTICE: realisations of the couplings. Ladders are shared out: ladder l belongs to system l / (ladders / systems). Default 1. */
  readonly systems?: number;
  /** Independent ladders. Ladders 2i and 2i+1 form a pair: overlaps and cluster moves join them. Default 1. */
  readonly ladders?: number;
  /** Sweeps between exchanges; a round is a substep. Default 1. */
  readonly sweepsPerRound?: number;
  /** ThermoScheme. Default 0. */
  readonly scheme?: number;
  /** ISING: rounds between isoenergetic cluster moves; 0: none. Default 0. */
  readonly clusterEvery?: number;
  /** Instances that share the replicas of the same ladders, each with the spins of its own; all make the same exchanges. Default 1. */
  readonly members?: number;
  /** Which of them this is. Default 0. */
  readonly member?: number;
  /** Most samples a run may take; memory is planned for it. Default 0. */
  readonly capacity?: number;
  /** Rounds of the implicit first reset before samples are taken; the ladder adapts in them. Default 0. */
  readonly burnIn?: number;
  /** Its first rounds, in which all temperatures fall from infinity to their own. Default 0. */
  readonly anneal?: number;
  /** Samples it takes; 0: runs until the target. Default 0. */
  readonly samples?: number;
  /** Rounds between its samples. Default 1. */
  readonly sampleEvery?: number;
  /** Whether its burn-in adapts the ladder. Default 1. */
  readonly adapt?: number;
  /** It has converged at this energy or below. Default -1e+300. */
  readonly target?: number;
  /** Its seed. Default 0. */
  readonly seed?: number;
}
/** One config. RESET starts a run: its fields are those of the setup, its seed the header's. */
export interface ThermoConfig extends ConfigRecord {
  /** RUN, TOGETHER: rounds to run. Default 1. */
  readonly substeps?: number;
  /** RESET: rounds before samples are taken. Default 0. */
  readonly burnIn?: number;
  /** RESET: rounds in which all temperatures fall to their own. Default 0. */
  readonly anneal?: number;
  /** RESET: samples to take, at most the setup's capacity; 0: runs until the target. Default 0. */
  readonly samples?: number;
  /** RESET: rounds between samples. Default 1. */
  readonly sampleEvery?: number;
  /** RESET: whether burn-in adapts the ladder. Default 1. */
  readonly adapt?: number;
  /** RESET: converged at this energy or below. Default -1e+300. */
  readonly target?: number;
  /** Address of i64[replicas] on the device. SWEEP: written, 0 where another member's replica is. GATHER: another member's, added. TOGETHER: what this member shows the others: 256 bytes, zeros at first, and i64[2][replicas]. Default 0. */
  readonly energies?: bigint;
  /** TOGETHER: address of u64[members]: where what each member shows is found from here. Default 0. */
  readonly incoming?: bigint;
}
/** One record. */
export interface ThermoTelemetry extends TelemetryRecord {
  /** Rounds since the reset. */
  readonly rounds: number;
  /** Lowest energy seen since the reset, in units. */
  readonly bestEnergy: number;
  /** Samples taken. */
  readonly samples: number;
  /** Round trips of replicas between the ends of the ladder, since the ladder was last changed. */
  readonly roundTrips: number;
  /** Mean acceptance of exchanges, since the ladder was last changed. */
  readonly acceptance: number;
}
/** Codecs of the thermo module's messages. */
export const thermoLayout: ModuleLayout<ThermoSetup, ThermoConfig, ThermoTelemetry> = {
  name: 'thermo',
  fingerprint: 'd87cd02cecfe5e4a',
  fields: [
    { name: 'ThermoSetup.model', offset: 0, bytes: 4 },
    { name: 'ThermoSetup.sites', offset: 4, bytes: 4 },
    { name: 'ThermoSetup.states', offset: 8, bytes: 4 },
    { name: 'ThermoSetup.rungs', offset: 12, bytes: 4 },
    { name: 'ThermoSetup.width', offset: 16, bytes: 4 },
    { name: 'ThermoSetup.height', offset: 20, bytes: 4 },
    { name: 'ThermoSetup.depth', offset: 24, bytes: 4 },
    { name: 'ThermoSetup.systems', offset: 28, bytes: 4 },
    { name: 'ThermoSetup.ladders', offset: 32, bytes: 4 },
    { name: 'ThermoSetup.sweepsPerRound', offset: 36, bytes: 4 },
    { name: 'ThermoSetup.scheme', offset: 40, bytes: 4 },
    { name: 'ThermoSetup.clusterEvery', offset: 44, bytes: 4 },
    { name: 'ThermoSetup.members', offset: 48, bytes: 4 },
    { name: 'ThermoSetup.member', offset: 52, bytes: 4 },
    { name: 'ThermoSetup.capacity', offset: 56, bytes: 4 },
    { name: 'ThermoSetup.burnIn', offset: 60, bytes: 4 },
    { name: 'ThermoSetup.anneal', offset: 64, bytes: 4 },
    { name: 'ThermoSetup.samples', offset: 68, bytes: 4 },
    { name: 'ThermoSetup.sampleEvery', offset: 72, bytes: 4 },
    { name: 'ThermoSetup.adapt', offset: 76, bytes: 4 },
    { name: 'ThermoSetup.target', offset: 80, bytes: 8 },
    { name: 'ThermoSetup.seed', offset: 88, bytes: 8 },
    { name: 'ThermoConfig.substeps', offset: 64, bytes: 4 },
    { name: 'ThermoConfig.burnIn', offset: 68, bytes: 4 },
    { name: 'ThermoConfig.anneal', offset: 72, bytes: 4 },
    { name: 'ThermoConfig.samples', offset: 76, bytes: 4 },
    { name: 'ThermoConfig.sampleEvery', offset: 80, bytes: 4 },
    { name: 'ThermoConfig.adapt', offset: 84, bytes: 4 },
    { name: 'ThermoConfig.target', offset: 88, bytes: 8 },
    { name: 'ThermoConfig.energies', offset: 96, bytes: 8 },
    { name: 'ThermoConfig.incoming', offset: 104, bytes: 8 },
    { name: 'ThermoTelemetry.rounds', offset: 32, bytes: 8 },
    { name: 'ThermoTelemetry.bestEnergy', offset: 40, bytes: 8 },
    { name: 'ThermoTelemetry.samples', offset: 48, bytes: 4 },
    { name: 'ThermoTelemetry.roundTrips', offset: 52, bytes: 4 },
    { name: 'ThermoTelemetry.acceptance', offset: 56, bytes: 4 },
  ],
  setupBytes: 96,
  encodeSetup(v: SlotViews, base: number, message: ThermoSetup): void {
    v.u32[(base >>> 2) + 0] = u32Field(message.model ?? 0, 'model');
    v.u32[(base >>> 2) + 1] = u32Field(message.sites ?? 0, 'sites');
    v.u32[(base >>> 2) + 2] = u32Field(message.states ?? 2, 'states');
    v.u32[(base >>> 2) + 3] = u32Field(message.rungs ?? 0, 'rungs');
    v.u32[(base >>> 2) + 4] = u32Field(message.width ?? 0, 'width');
    v.u32[(base >>> 2) + 5] = u32Field(message.height ?? 0, 'height');
    v.u32[(base >>> 2) + 6] = u32Field(message.depth ?? 0, 'depth');
    v.u32[(base >>> 2) + 7] = u32Field(message.systems ?? 1, 'systems');
    v.u32[(base >>> 2) + 8] = u32Field(message.ladders ?? 1, 'ladders');
    v.u32[(base >>> 2) + 9] = u32Field(message.sweepsPerRound ?? 1, 'sweepsPerRound');
    v.u32[(base >>> 2) + 10] = u32Field(message.scheme ?? 0, 'scheme');
    v.u32[(base >>> 2) + 11] = u32Field(message.clusterEvery ?? 0, 'clusterEvery');
    v.u32[(base >>> 2) + 12] = u32Field(message.members ?? 1, 'members');
    v.u32[(base >>> 2) + 13] = u32Field(message.member ?? 0, 'member');
    v.u32[(base >>> 2) + 14] = u32Field(message.capacity ?? 0, 'capacity');
    v.u32[(base >>> 2) + 15] = u32Field(message.burnIn ?? 0, 'burnIn');
    v.u32[(base >>> 2) + 16] = u32Field(message.anneal ?? 0, 'anneal');
    v.u32[(base >>> 2) + 17] = u32Field(message.samples ?? 0, 'samples');
    v.u32[(base >>> 2) + 18] = u32Field(message.sampleEvery ?? 1, 'sampleEvery');
    v.u32[(base >>> 2) + 19] = u32Field(message.adapt ?? 1, 'adapt');
    v.f64[(base >>> 3) + 10] = message.target ?? -1e+300;
    u64Field(v.u32, (base >>> 2) + 22, message.seed ?? 0, 'seed');
  },
  encodeConfig(v: SlotViews, base: number, message: ThermoConfig): void {
    v.u32[(base >>> 2) + 16] = u32Field(message.substeps ?? 1, 'substeps');
    v.u32[(base >>> 2) + 17] = u32Field(message.burnIn ?? 0, 'burnIn');
    v.u32[(base >>> 2) + 18] = u32Field(message.anneal ?? 0, 'anneal');
    v.u32[(base >>> 2) + 19] = u32Field(message.samples ?? 0, 'samples');
    v.u32[(base >>> 2) + 20] = u32Field(message.sampleEvery ?? 1, 'sampleEvery');
    v.u32[(base >>> 2) + 21] = u32Field(message.adapt ?? 1, 'adapt');
    v.f64[(base >>> 3) + 11] = message.target ?? -1e+300;
    v.u64[(base >>> 3) + 12] = message.energies ?? 0n;
    v.u64[(base >>> 3) + 13] = message.incoming ?? 0n;
  },
  decodeTelemetry(v: SlotViews, base: number): ThermoTelemetry {
    return {
      sequence: v.u32[(base >>> 2) + telemetryHeader.sequence] as number,
      status: v.u32[(base >>> 2) + telemetryHeader.status] as number,
      iteration: (v.u32[(base >>> 2) + telemetryHeader.iteration] as number) + (v.u32[(base >>> 2) + telemetryHeader.iteration + 1] as number) * 0x1_0000_0000,
      durationNs: (v.u32[(base >>> 2) + telemetryHeader.durationNs] as number) + (v.u32[(base >>> 2) + telemetryHeader.durationNs + 1] as number) * 0x1_0000_0000,
      phase: v.u32[(base >>> 2) + telemetryHeader.phase] as number,
      outputBytes: v.u32[(base >>> 2) + telemetryHeader.outputBytes] as number,
      output: null,
      rounds: (v.u32[(base >>> 2) + 8] as number) + (v.u32[(base >>> 2) + 8 + 1] as number) * 0x1_0000_0000,
      bestEnergy: v.f64[(base >>> 3) + 5] as number,
      samples: v.u32[(base >>> 2) + 12] as number,
      roundTrips: v.u32[(base >>> 2) + 13] as number,
      acceptance: v.f32[(base >>> 2) + 14] as number,
    };
  },
};
