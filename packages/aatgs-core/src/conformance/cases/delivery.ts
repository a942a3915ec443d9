import assert from 'node:assert/strict';
import type { ConfigRecord, TelemetryRecord } from '../../codec.ts';
import { failsWith, type Harness, outcome, pause, sameOutcome, timeless } from '../harness.ts';
import type { ConformanceCase } from '../subject.ts';

const sequences = (records: TelemetryRecord[]) => records.map((record) => record.sequence);
const upTo = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i);

/** Every record exactly once, in order, through every door; full rings in both directions. */
export function deliveryCases(h: Harness): ConformanceCase[] {
  const { subject } = h;
  return [
    {
      name: 'execute returns null or an earlier record; nothing is lost or doubled',
      async run() {
        await h.with({ async: true, configSlots: 8, onFull: 'block' }, async (context) => {
          const records: TelemetryRecord[] = [];
          for (const config of subject.configs(100)) {
            const record = context.execute(config);
            if (record) records.push(record);
          }
          await context.flush();
          records.push(...context.poll());
          assert.deepEqual(sequences(records), upTo(100));
          assert.deepEqual(context.poll(), []);
          assert.equal(context.isGpuIdle(), true);
        });
      },
    },
    {
      name: 'a stalled reader loses nothing (telemetry full)',
      async run() {
        let unstalled = [1, 2, 8];
        // A long step first, so that all configs are queued before the engine gets to them: longer, where this one got further
        // than our reading.
        for (let busy = 20; unstalled.length > 0 && busy <= 2000; busy *= 10) {
          const configs = [subject.busy(busy), ...subject.configs(63)];
          const expected = await h.reference(configs);
          const busyMs = await h.with({}, (context) => context.executeSync(subject.busy(busy)).durationNs / 1e6);
          const slots = unstalled;
          unstalled = [];
          for (const telemetrySlots of slots) {
            await h.with({ async: true, configSlots: 64, telemetrySlots }, async (context) => {
              const records: TelemetryRecord[] = [];
              for (const config of configs) {
                const record = context.execute(config);
                if (record) records.push(record);
              }
              await pause(50 + 4 * busyMs); // the engine fills the telemetry ring and has to wait for us
              if (context.stats.stalls === 0) unstalled.push(telemetrySlots);
              await context.flush();
              records.push(...context.poll());
              sameOutcome(await outcome(context, records), expected, `telemetrySlots ${telemetrySlots}`);
            });
          }
        }
        assert.equal(unstalled.length, 0, `no stall was counted with ${unstalled.join(', ')} telemetry slots`);
      },
    },
    {
      name: "config ring full, onFull 'throw': ERR_AATGS_BUFFER_OVERFLOW, counted, nothing lost",
      async run() {
        await h.with({ async: true, configSlots: 4 }, async (context) => {
          // A step that has already ended comes back from execute() itself.
          const arrived: TelemetryRecord[] = [];
          const execute = (config: ConfigRecord) => arrived.push(...[context.execute(config) ?? []].flat());
          execute(subject.busy(200));
          let queued = 1;
          await failsWith('ERR_AATGS_BUFFER_OVERFLOW', () => {
            for (const config of subject.configs(50)) {
              execute(config);
              queued++;
            }
          });
          assert.equal(context.stats.overflows, 1);
          await context.flush();
          execute(subject.reset());
          await context.flush();
          assert.deepEqual(sequences([...arrived, ...context.poll()]), upTo(queued + 1));
        });
      },
    },
    {
      name: "config ring full, onFull 'block': waits for room",
      async run() {
        const expected = await h.reference(subject.configs(60));
        await h.with({ async: true, configSlots: 2, telemetrySlots: 2, onFull: 'block' }, async (context) => {
          const records = subject.configs(60).map((config) => context.execute(config));
          await context.flush();
          const got = [...records.filter((r) => r !== null), ...context.poll()];
          sameOutcome(await outcome(context, got), expected, 'blocking');
        });
      },
    },
    {
      name: 'submit applies backpressure and keeps call order; batches own their records',
      async run() {
        await h.with({ async: true, configSlots: 2, telemetrySlots: 4 }, async (context) => {
          const submitted = subject.configs(20).map((config) => context.submit(config));
          const batch = context.executeBatch(subject.configs(20));
          const after = subject.configs(20).map((config) => context.submit(config));
          await Promise.all([...submitted, ...after]);
          assert.deepEqual(sequences(await batch), upTo(20, 20));
          await context.flush();
          assert.deepEqual(sequences(context.poll()), [...upTo(20), ...upTo(20, 40)]);
        });
      },
    },
    {
      name: 'telemetry() yields every record once and ends with the context',
      async run() {
        await h.with({ async: true }, async (context) => {
          const seen: TelemetryRecord[] = [];
          const reading = (async () => {
            for await (const record of context.telemetry()) seen.push(record);
          })();
          for (const config of subject.configs(50)) await context.submit(config);
          await context.flush();
          await pause(10);
          await context.shutdown();
          await reading;
          assert.deepEqual(sequences(seen), upTo(50));
        });
      },
    },
    {
      name: 'blocking twins work in async mode beside queued configs',
      async run() {
        const configs = subject.configs(30);
        const expected = await h.reference(configs);
        await h.with({ async: true }, async (context) => {
          for (const config of configs.slice(0, 10)) context.execute(config);
          const own = context.executeSync(configs[10] as ConfigRecord);
          assert.deepEqual(timeless(own), expected.records[10]);
          const batch = context.executeBatchSync(configs.slice(11));
          assert.deepEqual(batch.map(timeless), expected.records.slice(11));
          context.flushSync();
          const { async: queued, sync, batch: batched } = context.stats.iterations;
          assert.deepEqual({ queued, sync, batched }, { queued: 10, sync: 1, batched: 19 });
        });
      },
    },
    {
      name: 'a config with a bad field is refused and nothing is queued',
      async run() {
        await h.with({ async: true }, async (context) => {
          const good = subject.configs(1)[0] as ConfigRecord;
          await failsWith('ERR_AATGS_INVALID_ARGUMENT', () => context.execute({ ...good, phase: -1 }));
          await failsWith('ERR_AATGS_INVALID_ARGUMENT', () => context.execute({ ...good, seed: 2 ** 60 }));
          await failsWith('ERR_AATGS_INVALID_ARGUMENT', () => context.submit({ ...good, flags: 0.5 }));
          await failsWith('ERR_AATGS_INPUT_TOO_LARGE', () => context.execute(good, new Uint8Array(1 << 20)));
          const early = context.execute(good);
          await context.flush();
          assert.deepEqual(sequences([...(early ? [early] : []), ...context.poll()]), [0]);
        });
      },
    },
  ];
}
