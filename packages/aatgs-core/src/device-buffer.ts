import { type DeviceLink, linkBetween } from './devices.ts';
import { AatgsError, invalidArgument } from './errors.ts';

/** What a buffer needs from its context. */
export interface BufferHost {
  /** Copies `into.byteLength` bytes from the device, after everything queued so far. */
  read(address: bigint, into: Uint8Array): Promise<void>;
  /** Copies bytes to the device, after everything queued so far. */
  write(address: bigint, from: Uint8Array): Promise<void>;
  /** Where the memory is. */
  readonly device: 'cpu' | number;
  /** Copies from an address its device can read; in order with what is queued here. */
  copyFrom(from: bigint, to: bigint, byteLength: number): Promise<void>;
  /** Runs a task after everything queued so far, and before whatever waits for its turn. */
  still(task: () => Promise<void>): Promise<void>;
  /** Frees the memory once everything queued so far has run. */
  release(address: bigint): void;
}

/** Whether the memory is still there; one object for the owner and all who borrow from it. */
interface Lifetime {
  disposed: boolean;
}

/**
 * A borrowed range of device memory: part of a `DeviceBuffer`, or memory that another owner in this process keeps alive
 * (`GpuExecutionContext.borrow`). Transfers are in-band: they happen after every config queued before them and before every
 * config queued after. Nothing is ever freed through a span; once the `DeviceBuffer` it came from is disposed, transfers throw
 * `ERR_AATGS_CLOSED`.
 */
export class DeviceSpan {
  /** Address on the device, for a module's `u64` or `bits64` config field. */
  readonly address: bigint;
  /** Size in bytes. */
  readonly byteLength: number;
  readonly #host: BufferHost;
  readonly #lifetime: Lifetime;

  /** @internal made by `DeviceBuffer.span` and `GpuExecutionContext.borrow` */
  constructor(host: BufferHost, address: bigint, byteLength: number, lifetime: Lifetime = { disposed: false }) {
    this.#host = host;
    this.#lifetime = lifetime;
    this.address = address;
    this.byteLength = byteLength;
  }

  /**
   * A range of this memory, borrowed.
   * @param byteOffset bytes from the start
   * @param byteLength default: up to the end
   */
  span(byteOffset: number, byteLength: number = this.byteLength - byteOffset): DeviceSpan {
    if (!Number.isSafeInteger(byteLength) || byteLength < 1) {
      throw invalidArgument('byteLength', byteLength, 'an integer of at least 1');
    }
    this.#checkRange(byteLength, byteOffset);
    return new DeviceSpan(this.#host, this.address + BigInt(byteOffset), byteLength, this.#lifetime);
  }

  /** Copies a typed array in, `byteOffset` bytes from the start (default 0). */
  async upload(data: NodeJS.TypedArray, byteOffset = 0): Promise<void> {
    this.#checkRange(data.byteLength, byteOffset);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    await this.#host.write(this.address + BigInt(byteOffset), bytes);
  }

  /** Fills a typed array from here, `byteOffset` bytes from the start (default 0), and returns it. */
  async download<A extends NodeJS.TypedArray>(into: A, byteOffset = 0): Promise<A> {
    this.#checkRange(into.byteLength, byteOffset);
    await this.#host.read(
      this.address + BigInt(byteOffset),
      new Uint8Array(into.buffer, into.byteOffset, into.byteLength),
    );
    return into;
  }

  /**
   * Copies the start of this memory into another range, which may be of another context on another device: everything queued
   * here before has run, and everything queued there once this has resolved finds the bytes. Between devices that reach each other the
   * bytes go directly, otherwise through the host.
   * @param byteLength default: all of it, which must fit
   * @returns how they went
   */
  async copyTo(target: DeviceSpan, byteLength: number = this.byteLength): Promise<DeviceLink> {
    this.#checkRange(byteLength, 0);
    target.#checkRange(byteLength, 0);
    const link = linkBetween(this.#host.device, target.#host.device, true);
    if (this.#host === target.#host) {
      await this.#host.copyFrom(this.address, target.address, byteLength);
    } else if (link === 'host') {
      await target.upload(await this.download(new Uint8Array(byteLength)));
    } else {
      await this.#host.still(() => target.#host.copyFrom(this.address, target.address, byteLength));
    }
    return link;
  }

  #checkRange(bytes: number, offset: number): void {
    if (this.#lifetime.disposed)
      throw new AatgsError(
        'ERR_AATGS_CLOSED',
        'this DeviceBuffer, or the one this DeviceSpan came from, has been disposed; create a new one',
      );
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + bytes > this.byteLength) {
      throw invalidArgument('byteOffset', offset, `a range of ${bytes} bytes inside the memory's ${this.byteLength}`);
    }
  }
}

/** Device memory of its owner: freed by `dispose()`, by `using`, or with its context. `span()` lends parts of it. */
export class DeviceBuffer extends DeviceSpan {
  readonly #owned: BufferHost;
  readonly #lifetime: Lifetime;

  /** @internal made by `GpuExecutionContext.createBuffer` */
  constructor(host: BufferHost, address: bigint, byteLength: number) {
    const lifetime = { disposed: false };
    super(host, address, byteLength, lifetime);
    this.#owned = host;
    this.#lifetime = lifetime;
  }

  /** Frees the memory once everything queued so far has run; safe to call twice. */
  dispose(): void {
    if (this.#lifetime.disposed) return;
    this.#lifetime.disposed = true;
    this.#owned.release(this.address);
  }

  /** `dispose()`: for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
