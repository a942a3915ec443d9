import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { type ConfigRecord, isConverged, isIdle, type TelemetryRecord } from '../../codec.ts';
import { AatgsError } from '../../errors.ts';
import type { ContextOptions } from '../../options.ts';
import { type AnyContext, type Harness, outcome, payload, sameOutcome, sameState } from '../harness.ts';
import type { ConformanceCase } from '../subject.ts';

const RUN = 40;

/** Drives a context through `execute` alone, as an async user would, and returns all records in order. */
async function drive(context: AnyContext, configs: ConfigRecord[]): Promise<TelemetryRecord[]> {
  const records: TelemetryRecord[] = [];
  for (const config of configs) {
    await context.submit(config);
    records.push(...context.poll());
  }
  await context.flush();
  records.push(...context.poll());
  return records;
}

/** The same results whatever the mode, the sizes and the number of workers. */
export function resultCases(h: Harness): ConformanceCase[] {
  const { subject } = h;
  const equalUnder = async (options: ContextOptions, message: string) => {
    const expected = await h.reference(subject.configs(RUN));
    await h.with({ async: true, ...options }, async (context) => {
      const records = await context.executeBatch(subject.configs(RUN));
      sameOutcome(await outcome(context, records), expected, message);
    });
  };
  return [
    {
      name: 'sync, async and batch end in the same bits',
      async run() {
        const expected = await h.reference(subject.configs(RUN));
        for (const async of [false, true]) {
          await h.with({ async }, async (context) => {
            sameOutcome(
              await outcome(context, await drive(context, subject.configs(RUN))),
              expected,
              `submit, async ${async}`,
            );
          });
          await h.with({ async }, async (context) => {
            sameOutcome(
              await outcome(context, await context.executeBatch(subject.configs(RUN))),
              expected,
              `batch, async ${async}`,
            );
          });
          await h.with({ async }, async (context) => {
            sameOutcome(
              await outcome(context, context.executeBatchSync(subject.configs(RUN))),
              expected,
              `batchSync, async ${async}`,
            );
          });
        }
      },
    },
    {
      name: 'cursors wrap around at 2^32',
      async run() {
        const expected = await h.reference(subject.configs(RUN));
        for (const async of [false, true]) {
          await h.with({ async, initialSequence: 2 ** 32 - 9, configSlots: 4, telemetrySlots: 8 }, async (context) => {
            const records = await context.executeBatch(subject.configs(RUN));
            assert.deepEqual(
              records.map((r) => r.sequence),
              Array.from({ length: RUN }, (_, i) => (2 ** 32 - 9 + i) % 2 ** 32),
            );
            assert.deepEqual(
              records.map((r) => r.iteration),
              Array.from({ length: RUN }, (_, i) => i),
            );
            sameState(await context.snapshot(), expected.state, `wrap-around, async ${async}`);
          });
        }
      },
    },
    {
      name: 'every power-of-two ring size from 1 to 256',
      async run() {
        for (let slots = 1; slots <= 256; slots *= 2) {
          await equalUnder({ configSlots: slots }, `configSlots ${slots}`);
          await equalUnder({ telemetrySlots: slots }, `telemetrySlots ${slots}`);
          await equalUnder({ configSlots: slots, telemetrySlots: slots }, `both rings ${slots}`);
        }
      },
    },
    { name: 'a copied ring gives the same bits', run: () => equalUnder({ externalBuffers: false }, 'copied ring') },
    {
      name: 'any thread count, same bits',
      async run() {
        const engine = await h.with({}, (context) => context.info.engine);
        if (engine !== 'host') return; // threads exist on the CPU only
        for (const threads of [1, 2, 3, Math.max(4, availableParallelism())])
          await equalUnder({ threads }, `${threads} threads`);
      },
    },
    {
      name: 'k substeps equal k configs',
      async run() {
        for (const k of [1, 2, 7, 24]) {
          const [split, merged] = [await h.reference(subject.configs(k)), await h.reference([subject.merged(k)])];
          sameState(merged.state, split.state, `${k} substeps`);
        }
      },
    },
    {
      name: 'advance ends in the same state, whatever it cuts the substeps into',
      async run() {
        const [config] = subject.configs(1) as [ConfigRecord];
        const expected = await h.reference(subject.configs(RUN));
        for (const pins of [{}, { stepSubsteps: 7, depth: 2 }]) {
          await h.with({ async: true }, async (context) => {
            await context.advance(config, { substeps: RUN, ...pins }).catch((error: unknown) => {
              // A module need not say how its configs are divided; then there is nothing to hold it to.
              if (!(error instanceof AatgsError && 'module' in error.details)) throw error;
              return context.executeBatch(subject.configs(RUN));
            });
            sameState(await context.snapshot(), expected.state, `pinned ${JSON.stringify(pins)}`);
          });
        }
      },
    },
    {
      name: 'idle when done: configs after convergence change nothing and say so',
      async run() {
        await h.with({ async: true }, async (context) => {
          const records = await context.executeBatch(subject.converging());
          assert.ok(isConverged(records.at(-1) as TelemetryRecord), 'converging() does not converge');
          const done = await context.snapshot();
          const more = await context.executeBatch(subject.configs(8));
          assert.ok(
            more.every((r) => isConverged(r) && isIdle(r)),
            'a config after convergence does not report CONVERGED and IDLE',
          );
          assert.deepEqual(
            more.map(payload),
            more.map(() => payload(more[0] as TelemetryRecord)),
          );
          sameState(await context.snapshot(), done, 'after convergence');
        });
      },
    },
    {
      name: 'early termination: configs already in the pipe do not change the result',
      async run() {
        const configs = subject.converging();
        const expected = await h.with({ async: false }, async (context) => {
          for (const config of configs) if (isConverged(context.execute(config) as TelemetryRecord)) break;
          return context.snapshot();
        });
        for (const async of [false, true]) {
          await h.with({ async }, async (context) => {
            const records = await context.executeBatch(configs, { until: isConverged });
            assert.ok(records.some(isConverged));
            assert.ok(records.length <= configs.length);
            sameState(await context.snapshot(), expected, `until converged, async ${async}`);
          });
        }
      },
    },
    {
      name: 'two contexts at once do not disturb each other',
      async run() {
        const expected = await h.reference(subject.configs(RUN));
        const contexts = [h.open({ async: true }), h.open({ async: true })];
        try {
          const all = await Promise.all(contexts.map((context) => context.executeBatch(subject.configs(RUN))));
          for (const [i, context] of contexts.entries()) {
            sameOutcome(await outcome(context, all[i] as TelemetryRecord[]), expected, `context ${i}`);
          }
        } finally {
          for (const context of contexts) await context.shutdown();
        }
      },
    },
  ];
}
