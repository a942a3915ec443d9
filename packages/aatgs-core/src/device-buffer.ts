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

/**
 * Device memory that configs can name by `address`. Transfers are in-band: they happen after every config queued before
 * them and before every config queued after. Freed by `dispose()`, by `using`, or with its context.
 */
export class DeviceBuffer {
  /** Address on the device, for a module's `u64` or `bits64` config field. */
  readonly address: bigint;
  /** Size in bytes. */
  readonly byteLength: number;
  readonly #host: BufferHost;
  #disposed = false;

  /** @internal made by `GpuExecutionContext.createBuffer` */
  constructor(host: BufferHost, address: bigint, byteLength: number) {
    this.#host = host;
    this.address = address;
    this.byteLength = byteLength;
  }

  /** Copies a typed array into the buffer, `byteOffset` bytes from its start (default 0). */
  async upload(data: NodeJS.TypedArray, byteOffset = 0): Promise<void> {
    this.#checkRange(data.byteLength, byteOffset);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    await this.#host.write(this.address + BigInt(byteOffset), bytes);
  }

  /** Fills a typed array from the buffer, `byteOffset` bytes from its start (default 0), and returns it. */
  async download<A extends NodeJS.TypedArray>(into: A, byteOffset = 0): Promise<A> {
    this.#checkRange(into.byteLength, byteOffset);
    await this.#host.read(
      this.address + BigInt(byteOffset),
      new Uint8Array(into.buffer, into.byteOffset, into.byteLength),
    );
    return into;
  }

  /**
   * Copies this buffer's start into another buffer, which may be of another context on another device: everything queued
   * here before has run, and everything queued there once this has resolved finds the bytes. Between devices that reach each other the
   * bytes go directly, otherwise through the host.
   * @param byteLength default: this buffer's size, which must fit
   * @returns how they went
   */
  async copyTo(target: DeviceBuffer, byteLength: number = this.byteLength): Promise<DeviceLink> {
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

  /** Frees the memory once everything queued so far has run; safe to call twice. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#host.release(this.address);
  }

  /** `dispose()`: for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #checkRange(bytes: number, offset: number): void {
    if (this.#disposed)
      throw new AatgsError('ERR_AATGS_CLOSED', 'this DeviceBuffer has been disposed; create a new one');
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + bytes > this.byteLength) {
      throw invalidArgument('byteOffset', offset, `a range of ${bytes} bytes inside the buffer's ${this.byteLength}`);
    }
  }
}
