import type { NativeContext } from './native/binding.ts';
import { WATCH_CONFIG, WATCH_TELEMETRY } from './native/binding.ts';
import type { RingView } from './ring.ts';

/** Which cursor somebody waits for. */
export type Cursor = 'config' | 'telemetry';

interface Waiter {
  readonly cursor: Cursor;
  readonly target: number;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Whoever is waited for: held here, or an `await` on a context nobody else refers to could be collected. */
const awaited = new Set<Waiters>();

/** Whether a cursor has reached a target; both wrap at 2^32. */
export const reached = (cursor: number, target: number): boolean => ((cursor - target) | 0) >= 0;

/**
 * Promises that resolve when a cursor reaches a target. The engine wakes JavaScript once for the nearest target; the
 * event loop never spins.
 */
export class Waiters {
  readonly #ring: RingView;
  readonly #native: NativeContext;
  #pending: Waiter[] = [];
  #scheduled = false;
  readonly #collect: () => void;
  /** Why every wait fails from now on, once it does. */
  #failure: { readonly reason: unknown } | undefined;

  /** @param collect moves arrived records out of the ring; called before targets are looked at. */
  constructor(ring: RingView, native: NativeContext, collect: () => void) {
    this.#ring = ring;
    this.#native = native;
    this.#collect = collect;
  }

  position(cursor: Cursor): number {
    return cursor === 'config' ? this.#ring.configRead : this.#ring.telemetryRead;
  }

  /**
   * Resolves when the cursor has reached the target. Telemetry counts as reached once it has been collected. After
   * `failAll` it rejects at once where the target is not reached: the cursors may never move again.
   */
  wait(cursor: Cursor, target: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (reached(this.position(cursor), target)) return Promise.resolve();
    if (this.#failure) return Promise.reject(this.#failure.reason);
    return new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        this.#pending = this.#pending.filter((other) => other !== waiter);
        this.#arm();
        reject(signal?.reason);
      };
      const settle = <A extends unknown[]>(then: (...args: A) => void) => {
        return (...args: A) => {
          signal?.removeEventListener('abort', onAbort);
          then(...args);
        };
      };
      const waiter: Waiter = { cursor, target, resolve: settle(resolve), reject: settle(reject) };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.push(waiter);
      this.#arm();
    });
  }

  /** The engine woke us, or something changed that may have met a target. */
  readonly onWake = (): void => {
    this.#collect();
    const met = this.#pending.filter((waiter) => reached(this.position(waiter.cursor), waiter.target));
    if (met.length > 0) this.#pending = this.#pending.filter((waiter) => !met.includes(waiter));
    for (const waiter of met) waiter.resolve();
    this.#arm();
  };

  /** Ends every wait, and every later one. */
  failAll(reason: unknown): void {
    this.#failure = { reason };
    const pending = this.#pending;
    this.#pending = [];
    this.#arm();
    for (const waiter of pending) waiter.reject(reason);
  }

  /** Asks the engine for one wake-up at the nearest target, or for none. */
  #arm(): void {
    if (this.#scheduled) return;
    if (this.#pending.length === 0) {
      awaited.delete(this);
      this.#native.arm(0, 0, 0);
      return;
    }
    awaited.add(this);
    const ring = this.#ring;
    // Whoever waits also empties the telemetry ring, or a full one would stop the work that is waited for.
    let telemetry = Math.max(1, ring.telemetrySlots >>> 1);
    let config = 0x7fff_ffff;
    for (const waiter of this.#pending) {
      const distance = (waiter.target - this.position(waiter.cursor)) | 0;
      if (waiter.cursor === 'config') config = Math.min(config, distance);
      else telemetry = Math.min(telemetry, distance);
    }
    const mask = WATCH_TELEMETRY | (config === 0x7fff_ffff ? 0 : WATCH_CONFIG);
    const armed = this.#native.arm(mask, (ring.configRead + config) >>> 0, (ring.telemetryRead + telemetry) >>> 0);
    if (armed) return;
    // Met already. Going through the event loop keeps timers and I/O alive under a busy engine.
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.onWake();
    });
  }
}

/** The addon holds its callback for good; this one does not keep a forgotten context from being collected. */
export class WeakWake {
  target: WeakRef<Waiters> | undefined;
  readonly callback = (): void => this.target?.deref()?.onWake();
}
