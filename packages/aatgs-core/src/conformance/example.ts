import assert from 'node:assert/strict';
import type { StagedConfig } from '../batch.ts';
import { GpuExecutionContext } from '../context.ts';
import { type ExampleConfig, ExamplePhase, type ExampleTelemetry, exampleModule } from '../example.ts';
import type { ConformanceSubject } from './subject.ts';

const module = exampleModule({ entities: 100, goal: 400 });

/** The example module as the kit sees it: also the template for a subject of one's own. */
export const conformanceSubject: ConformanceSubject<ExampleConfig, ExampleTelemetry> = {
  name: 'example',
  url: import.meta.url,
  library: module.spec.library,
  open: (options) => new GpuExecutionContext(module, options),
  configs: (count) => Array.from({ length: count }, () => ({ substeps: 1 })),
  merged: (count) => ({ substeps: count }),
  converging: () => Array.from({ length: 100 }, () => ({ substeps: 3 })),
  reset: () => ({ phase: ExamplePhase.RESET }),
  endless: () => ({ phase: ExamplePhase.WAIT, spinNs: 10_000_000 }),
  busy: (milliseconds) => ({ phase: ExamplePhase.SPIN, spinNs: milliseconds * 1e6 }),
  staged(bytes) {
    const input = Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + bytes) & 0xff);
    const sum = input.reduce((total, byte) => total + byte, 0);
    const item: StagedConfig<ExampleConfig> = { config: { substeps: 0 }, input };
    return { item, check: (record) => assert.equal(record.inputSum, sum, `${bytes} bytes of input`) };
  },
};
