import assert from 'node:assert/strict';
import type { TelemetryRecord } from '../../codec.ts';
import { failsWith, type Harness, payload, sameState } from '../harness.ts';
import type { ConformanceCase } from '../subject.ts';

/** Reset, snapshots, staging and device memory: everything in-band. */
export function stateCases(h: Harness): ConformanceCase[] {
  const { subject } = h;
  return [
    {
      name: 'an in-band reset starts over',
      async run() {
        const fresh = await h.with({ async: true }, async (context) =>
          (await context.executeBatch(subject.configs(12))).map(payload),
        );
        await h.with({ async: true }, async (context) => {
          await context.executeBatch([...subject.configs(30), subject.reset()]);
          assert.deepEqual((await context.executeBatch(subject.configs(12))).map(payload), fresh);
        });
      },
    },
    {
      name: 'snapshot, restore, continue equals uninterrupted',
      async run() {
        const configs = subject.configs(30);
        const whole = await h.reference(configs);
        const middle = await h.with({ async: true }, async (context) => {
          const feeding = context.executeBatch(configs.slice(0, 13));
          const snapshot = await context.snapshot(); // in-band: after the batch, though it may still be running
          await feeding;
          return snapshot;
        });
        for (const async of [false, true]) {
          await h.with({ async }, async (context) => {
            await context.executeBatch(subject.configs(5)); // something to overwrite
            await context.restore(middle);
            sameState(await context.snapshot(), middle, 'right after restore');
            const rest = await context.executeBatch(configs.slice(13));
            assert.deepEqual(
              rest.map(payload),
              whole.records.slice(13).map((r) => payload(r as TelemetryRecord)),
            );
            sameState(await context.snapshot(), whole.state, `continued, async ${async}`);
          });
        }
      },
    },
    {
      name: 'a damaged or foreign snapshot is refused and changes nothing',
      async run() {
        await h.with({ async: true }, async (context) => {
          await context.executeBatch(subject.configs(3));
          const good = await context.snapshot();
          const flipped = good.slice();
          flipped[flipped.length - 40] = (flipped[flipped.length - 40] as number) ^ 1;
          for (const bad of [flipped, good.subarray(0, good.length - 1), new Uint8Array(0), new Uint8Array(1000)]) {
            await failsWith('ERR_AATGS_SNAPSHOT_INVALID', () => context.restore(bad));
          }
          sameState(await context.snapshot(), good, 'after refused snapshots');
        });
      },
    },
    {
      name: 'staged data of every size arrives with its config',
      async run() {
        if (!subject.staged) return; // the module takes no staged input
        const capacity = 1 << 16;
        const sizes = [0, 1, 3, 15, 16, 17, 63, 64, 65, 255, 1000, 4095, 4096, 4097, 65535, 65536];
        for (const options of [
          { async: false },
          { async: true },
          { async: true, configSlots: 2 },
          { async: true, externalBuffers: false },
        ]) {
          await h.with({ ...options, inputBytes: capacity }, async (context) => {
            const staged = sizes.map((bytes) => subject.staged?.(bytes));
            const records = await context.executeBatch(staged.flatMap((s) => (s ? [s.item] : [])));
            for (const [i, record] of records.entries()) staged[i]?.check(record);
            assert.equal(records.length, sizes.length);
          });
        }
      },
    },
    {
      name: 'device buffers: transfers are in-band, ranges are checked, dispose is safe',
      async run() {
        await h.with({ async: true }, async (context) => {
          const buffer = context.createBuffer(4096);
          assert.ok(
            (await buffer.download(new Uint8Array(4096))).every((byte) => byte === 0),
            'a new buffer is not zero',
          );
          const data = Float64Array.from({ length: 512 }, (_, i) => i * 1.5);
          await buffer.upload(data);
          assert.deepEqual(await buffer.download(new Float64Array(512)), data);
          await buffer.upload(Uint8Array.of(1, 2, 3), 5);
          assert.deepEqual(await buffer.download(new Uint8Array(3), 5), Uint8Array.of(1, 2, 3));
          await failsWith('ERR_AATGS_INVALID_ARGUMENT', () => buffer.upload(new Uint8Array(4097)));
          await failsWith('ERR_AATGS_INVALID_ARGUMENT', () => buffer.download(new Uint8Array(1), 4096));
          await failsWith('ERR_AATGS_INVALID_ARGUMENT', () => context.createBuffer(0));
          buffer.dispose();
          buffer.dispose();
          await failsWith('ERR_AATGS_CLOSED', () => buffer.upload(data));
        });
      },
    },
    {
      name: 'reading an unknown region is refused',
      run: () =>
        h.with({ async: true }, (context) =>
          failsWith('ERR_AATGS_INVALID_ARGUMENT', () => context.read('no such region')),
        ),
    },
  ];
}
