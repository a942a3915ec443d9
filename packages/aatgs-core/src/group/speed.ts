/** What is known of one device of a group when work is handed out. */
export interface Pace {
  /** Milliseconds an item takes there; undefined before the first one has ended. */
  readonly itemMs: number | undefined;
  /** Items it is working on. */
  readonly pending: number;
  /** When it began the first of them, or ended the one before. */
  readonly since: number;
}

/** A chunk should take about this long: long enough to keep a device busy, short enough to share the rest. */
const CHUNK_MS = 10;
const MOST_ITEMS = 1024;

/**
 * How many items a device gets at once: by its measured speed about 10 ms of work, but of what is left no more than half its
 * fair share, so that all end together (guided self-scheduling, Polychronopoulos and Kuck 1987, weighted by speed).
 *
 * @param left items not handed out; infinite where unknown
 */
export function chunkSize(pace: Pace, others: readonly Pace[], left: number): number {
  if (pace.itemMs === undefined) return 1;
  const speed = 1 / Math.max(pace.itemMs, 1e-6);
  const total = others.reduce((sum, other) => sum + 1 / Math.max(other.itemMs ?? pace.itemMs ?? 1, 1e-6), speed);
  const share = Number.isFinite(left) ? (left * speed) / total / 2 : MOST_ITEMS;
  return Math.max(1, Math.min(MOST_ITEMS, Math.floor(CHUNK_MS * speed), Math.floor(share)));
}

/** Whether the other devices would end everything that is left before this one had done a single item. */
export function leaveToOthers(pace: Pace, others: readonly Pace[], left: number, now: number): boolean {
  if (pace.itemMs === undefined || others.length === 0 || left > 8 * others.length) return false;
  const free = others.map(({ itemMs = pace.itemMs as number, pending, since }) => ({
    itemMs,
    at: Math.max(now, pending > 0 ? since + pending * itemMs : now),
  }));
  let last = 0;
  for (let i = 0; i < left; i++) {
    const next = free.reduce((best, other) => (other.at + other.itemMs < best.at + best.itemMs ? other : best));
    next.at += next.itemMs;
    last = Math.max(last, next.at);
  }
  return last < now + pace.itemMs;
}
