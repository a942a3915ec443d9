import { atomCode } from './chemistry/atoms.ts';
import type { Structure } from './structure/structure.ts';

/** First word of a batch: `LBS1`. The layout is that of kernels/lbs/lbs_input.hpp. */
export const INPUT_MAGIC = 0x3153424c;
const HEADER_WORDS = 4;
const BOX_WORDS = 8;
const ATOM_WORDS = 5;

/** A structure as the step wants it: around its centroid, in single precision. */
export interface PackedStructure {
  /** Atoms. */
  readonly atoms: number;
  /** Where the centroid was. */
  readonly origin: readonly [number, number, number];
  /** Lowest and highest coordinates. */
  readonly box: Float32Array;
  /** x, y, z and code of every atom. */
  readonly words: Uint32Array;
  /** Chain << 24 | residue of every atom. */
  readonly residues: Uint32Array;
}

/** Bytes of a batch. */
export const inputBytes = (structures: number, atoms: number): number =>
  4 * (HEADER_WORDS + BOX_WORDS * structures + ATOM_WORDS * atoms);

const mean = (values: Float64Array): number => {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
};

/** Packs one structure. */
export function packStructure(structure: Structure): PackedStructure {
  const { x, y, z, atomResidue, residues, atomNames, elements } = structure;
  const n = x.length;
  const origin = [mean(x), mean(y), mean(z)] as const;
  const words = new Uint32Array(4 * n);
  const floats = new Float32Array(words.buffer);
  const places = new Uint32Array(n);
  const box = new Float32Array([Infinity, Infinity, Infinity, -Infinity, -Infinity, -Infinity]);
  for (const [k, values] of [x, y, z].entries()) {
    const middle = origin[k] as number;
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < n; i++) {
      const value = Math.fround((values[i] as number) - middle);
      floats[4 * i + k] = value;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    box[k] = low;
    box[3 + k] = high;
  }
  for (let i = 0; i < n; i++) {
    const r = atomResidue[i] as number;
    const residue = residues[r];
    if (!residue) continue;
    words[4 * i + 3] = atomCode(residue.code, atomNames[i] as string, elements[i] as string);
    places[i] = (((residue.chain & 0xff) << 24) | (r & 0xffffff)) >>> 0;
  }
  return { atoms: n, origin, box, words, residues: places };
}

/**
 * Puts packed structures behind one another.
 *
 * @param memory where to; default: new memory
 */
export function packBatch(structures: readonly PackedStructure[], memory?: ArrayBuffer): Uint8Array {
  const atoms = structures.reduce((sum, structure) => sum + structure.atoms, 0);
  const bytes = inputBytes(structures.length, atoms);
  const words = new Uint32Array(memory ?? new ArrayBuffer(bytes), 0, bytes / 4);
  const floats = new Float32Array(words.buffer);
  words.set([INPUT_MAGIC, structures.length, atoms, 0]);
  const atomsAt = HEADER_WORDS + BOX_WORDS * structures.length;
  const residuesAt = atomsAt + 4 * atoms;
  let first = 0;
  for (const [s, structure] of structures.entries()) {
    const at = HEADER_WORDS + BOX_WORDS * s;
    words.set([first, structure.atoms], at);
    floats.set(structure.box, at + 2);
    words.set(structure.words, atomsAt + 4 * first);
    words.set(structure.residues, residuesAt + first);
    first += structure.atoms;
  }
  return new Uint8Array(words.buffer, 0, bytes);
}
