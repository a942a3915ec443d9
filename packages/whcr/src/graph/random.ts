import { invalidArgument } from '../errors.ts';

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;

/**
 * The high 32 bits of the 64-bit product of two 32-bit words. Every partial result fits 32 bits, so integer arithmetic with
 * wrap-around is exact; results are signed, their bits are what counts.
 */
function mulHigh(a: number, b: number): number {
  const al = a & 0xffff;
  const ah = a >>> 16;
  const bl = b & 0xffff;
  const bh = b >>> 16;
  const middle = (Math.imul(ah, bl) + (Math.imul(al, bl) >>> 16)) | 0;
  const low = (Math.imul(al, bh) + (middle & 0xffff)) | 0;
  return (Math.imul(ah, bh) + (middle >>> 16) + (low >>> 16)) | 0;
}

/**
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC 2011): four 32-bit words
 * from a 128-bit counter and a 64-bit key. The same bits as the native side's generator.
 *
 * @param counter four words
 * @param key two words
 * @param out receives four words; may be `counter`
 */
export function philox4x32(counter: Uint32Array, key: Uint32Array, out: Uint32Array): void {
  let c0 = counter[0]!;
  let c1 = counter[1]!;
  let c2 = counter[2]!;
  let c3 = counter[3]!;
  let k0 = key[0]!;
  let k1 = key[1]!;
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(M0, c0);
    const high1 = mulHigh(M1, c2);
    const low0 = Math.imul(M0, c0);
    const low1 = Math.imul(M1, c2);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** A seed: an integer from 0 to 2^53-1, or a bigint from 0 to 2^64-1. */
export type Seed = number | bigint;

/**
 * A stream of random numbers that depends on nothing but the seed and the stream number: Philox keyed by the seed, with a
 * counter that rises by one for every four words.
 */
export class PhiloxStream {
  readonly #key = new Uint32Array(2);
  readonly #counter = new Uint32Array(4);
  readonly #words = new Uint32Array(4);
  #used = 4;

  /**
   * @param seed the key
   * @param stream tells streams of one seed apart, 0 to 2^32-1; default 0
   * @throws {WhcrError} `ERR_WHCR_INVALID_ARGUMENT` for a seed out of range.
   */
  constructor(seed: Seed, stream: number = 0) {
    const valid = typeof seed === 'bigint' ? seed >= 0n && seed < 1n << 64n : Number.isSafeInteger(seed) && seed >= 0;
    if (!valid) throw invalidArgument('seed', seed, 'an integer from 0 to 2^53-1 or a bigint from 0 to 2^64-1');
    const bits = BigInt(seed);
    this.#key[0] = Number(bits & 0xffff_ffffn);
    this.#key[1] = Number(bits >> 32n);
    this.#counter[3] = stream;
  }

  /** A uniform 32-bit word. */
  uint32(): number {
    if (this.#used === 4) this.#refill();
    return this.#words[this.#used++]!;
  }

  /** A uniform multiple of 2^-53 in [0, 1). */
  float64(): number {
    const high = this.uint32() >>> 5;
    return (high * 0x400_0000 + (this.uint32() >>> 6)) / 0x20_0000_0000_0000;
  }

  /**
   * A uniform integer from 0 to bound-1, without bias; 1 <= bound < 2^32 (Lemire, "Fast random integer generation in an
   * interval", ACM Transactions on Modeling and Computer Simulation, 2019).
   */
  below(bound: number): number {
    let word = this.uint32();
    if (Math.imul(word, bound) >>> 0 < bound) {
      const threshold = (0x1_0000_0000 - bound) % bound;
      while (Math.imul(word, bound) >>> 0 < threshold) word = this.uint32();
    }
    return mulHigh(word, bound) >>> 0;
  }

  /** A uniformly random order of 0..n-1 (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    this.shuffle(order);
    return order;
  }

  /** Shuffles in place. */
  shuffle(values: Uint32Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const value = values[i]!;
      values[i] = values[j]!;
      values[j] = value;
    }
  }

  #refill(): void {
    philox4x32(this.#counter, this.#key, this.#words);
    this.#used = 0;
    this.#counter[0]!++;
    if (this.#counter[0] === 0) this.#counter[1]!++;
  }
}
