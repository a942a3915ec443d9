import { describe, expect, test } from 'vitest';
import { PhiloxStream, philox4x32 } from '../../src/graph/index.ts';
import { failure } from './helpers.ts';

const hex = (words: Uint32Array) => [...words].map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('Philox4x32-10', () => {
  // Known answers published with the Random123 library.
  test.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [Array(4).fill(0xffffffff), Array(2).fill(0xffffffff), '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('counter %j, key %j', (counter, key, expected) => {
    const out = new Uint32Array(4);
    philox4x32(Uint32Array.from(counter), Uint32Array.from(key), out);
    expect(hex(out)).toBe(expected);
  });

  test('a stream starts with the known answer and moves on', () => {
    const stream = new PhiloxStream(0);
    const words = Uint32Array.from({ length: 4 }, () => stream.uint32());
    expect(hex(words)).toBe('6627e8d5 e169c58d bc57ac4c 9b00dbd8');
    expect(stream.uint32()).not.toBe(words[0]);
    expect(new PhiloxStream(0, 1).uint32()).not.toBe(words[0]);
    expect(new PhiloxStream(2n ** 32n).uint32()).not.toBe(words[0]);
  });

  test.each([[-1], [1.5], [Number.NaN], [2n ** 64n], [-1n]])('refuses seed %s', (seed) => {
    failure('ERR_WHCR_INVALID_ARGUMENT', () => new PhiloxStream(seed));
  });
});

test('draws stay in range and look uniform', () => {
  const stream = new PhiloxStream(7);
  const counts = new Uint32Array(10);
  let sum = 0;
  for (let i = 0; i < 100_000; i++) {
    counts[stream.below(10)]!++;
    const x = stream.float64();
    expect(x >= 0 && x < 1).toBe(true);
    sum += x;
  }
  expect(Math.abs(sum / 100_000 - 0.5)).toBeLessThan(0.005);
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  expect(stream.below(1)).toBe(0);
});

test('a permutation holds every number once', () => {
  const order = new PhiloxStream(1).permutation(1000);
  expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  expect([...order.subarray(0, 5)]).not.toEqual([0, 1, 2, 3, 4]);
});
