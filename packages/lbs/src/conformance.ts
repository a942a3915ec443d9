import assert from 'node:assert/strict';
import { GpuExecutionContext } from '@aatgs/core';
import type { ConformanceSubject } from '@aatgs/core/conformance';
import { type LbsConfig, LbsFlag, LbsPhase, type LbsTelemetry } from './generated/layout.ts';
import { lbsLibrary, lbsModule } from './kernel.ts';
import { defaultModel } from './model.ts';
import { inputBytes, packBatch, packStructure } from './pack.ts';
import { syntheticProtein } from './synthetic.ts';

// Four hundred small peptides to begin with: more than any case asks for, so that the batch is never through.
const COUNT = 400;
const packed = Array.from({ length: COUNT }, (_, i) => packStructure(syntheticProtein(1 + (i % 3), i)));
const atoms = packed.reduce((sum, structure) => sum + structure.atoms, 0);
const module = lbsModule(
  defaultModel(),
  { maxAtoms: atoms, maxStructures: COUNT, pointsPerAtom: 16 },
  packBatch(packed),
);
const few = packBatch(packed.slice(0, 20));

/** This package's module as the conformance kit sees it: a substep is a structure. */
export const conformanceSubject: ConformanceSubject<LbsConfig, LbsTelemetry> = {
  name: 'lbs',
  url: import.meta.url,
  library: lbsLibrary(),
  open: (options) => new GpuExecutionContext(module, { inputBytes: inputBytes(COUNT, atoms), ...options }),
  configs: (count) => Array.from({ length: count }, () => ({ phase: LbsPhase.RUN, substeps: 1 })),
  merged: (count) => ({ phase: LbsPhase.RUN, substeps: count }),
  converging: () => Array.from({ length: 60 }, () => ({ phase: LbsPhase.RUN, substeps: 10 })),
  reset: () => ({ phase: LbsPhase.LOAD, substeps: 0 }),
  endless: () => ({ phase: LbsPhase.LOAD, substeps: COUNT, repeats: 2 ** 31 }),
  busy: (milliseconds) => ({ phase: LbsPhase.LOAD, substeps: 4, repeats: Math.max(1, milliseconds >> 2) }),
  staged(bytes) {
    // A batch, and bytes behind it that belong to none.
    const input = new Uint8Array(bytes).fill(3);
    input.set(few.subarray(0, Math.min(few.length, bytes)));
    const sum = input.reduce((total, byte) => total + byte, 0);
    return {
      item: { config: { phase: LbsPhase.LOAD, substeps: 0 }, input },
      check: (record) => {
        assert.equal(record.inputSum, sum >>> 0);
        if (bytes > 0 && bytes < few.length) assert.ok(record.overflow & (LbsFlag.ATOMS | LbsFlag.STRUCTURES));
      },
    };
  },
};
