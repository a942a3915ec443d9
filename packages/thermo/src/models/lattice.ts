import { checkInteger } from '../errors.ts';
import type { Bonds } from './model.ts';

/** A stream of +1 and -1 for one realisation of disorder, the same for one seed everywhere. */
export function couplingSigns(seed: number, ferromagnetic: number = 0.5): () => number {
  let state = (checkInteger('seed', seed, 0, 2 ** 32 - 1) ^ 0x9e3779b9) >>> 0;
  const limit = ferromagnetic * 2 ** 32;
  return () => {
    // Mulberry32.
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    const word = (t ^ (t >>> 14)) >>> 0;
    if (ferromagnetic === 0.5) return word & 1 ? 1 : -1;
    return word < limit ? 1 : -1;
  };
}

/** The bonds of a torus, from each site one in every direction, which weights are asked for in that order. */
export function torusBonds(sides: readonly number[], weight: () => number): Bonds {
  const sites = sides.reduce((a, b) => a * b, 1);
  const u: number[] = [];
  const v: number[] = [];
  const w: number[] = [];
  for (let site = 0; site < sites; site++) {
    let stride = 1;
    for (const side of sides) {
      const x = Math.floor(site / stride) % side;
      u.push(site);
      v.push(site + (x + 1 === side ? stride * (1 - side) : stride));
      w.push(weight());
      stride *= side;
    }
  }
  return { u, v, w };
}
