import { expect, test } from 'vitest';
import type { NativeContext } from '../src/native/binding.ts';
import type { RingView } from '../src/ring.ts';
import { Waiters } from '../src/waiters.ts';

/** Waiters of a ring whose cursors never move; the engine always says that a watch is met, as one that was lost does. */
function stuck(): Waiters {
  const ring = { configRead: 0, telemetryRead: 0, telemetrySlots: 8 } as RingView;
  return new Waiters(ring, { arm: () => false } as unknown as NativeContext, () => {});
}

test('a wait begun before failAll rejects with its reason', async () => {
  const waiters = stuck();
  const wait = waiters.wait('config', 1);
  waiters.failAll(new Error('lost'));
  await expect(wait).rejects.toThrow('lost');
});

test('so does one begun after it, instead of going round for ever', async () => {
  const waiters = stuck();
  waiters.failAll(new Error('lost'));
  await expect(waiters.wait('config', 1)).rejects.toThrow('lost');
  await expect(waiters.wait('telemetry', 1)).rejects.toThrow('lost');
});
