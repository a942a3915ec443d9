import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LbsError } from './errors.ts';

const MAGIC = 0x4d53424c; // LBSM
const VERSION = 1;
const SECTIONS = 5;

/** A trained model: what turns surface points into scores, and scores into ranked sites with probabilities. */
export interface LbsModel {
  /** Name and version, as in `lbs-1`. */
  readonly name: string;
  /** The sections of its file, in the order of the kernel's setup parts. */
  readonly parts: readonly Uint32Array[];
}

/**
 * Reads a model file.
 *
 * @throws ERR_LBS_MODEL where it is not one of this version.
 */
export function readModel(path: string | URL, name: string = String(path)): LbsModel {
  let file: Buffer;
  try {
    file = readFileSync(path);
  } catch (cause) {
    throw new LbsError('ERR_LBS_MODEL', `cannot read the model ${name}: ${(cause as Error).message}`, {
      details: { value: String(path) },
      cause,
    });
  }
  const words = new Uint32Array(file.buffer.slice(file.byteOffset, file.byteOffset + (file.length & ~3)));
  const bad = (what: string) => new LbsError('ERR_LBS_MODEL', `${name}: ${what}`, { details: { value: String(path) } });
  if (words[0] !== MAGIC) throw bad('not a model file');
  if (words[1] !== VERSION) throw bad(`model format ${words[1]}; this package reads ${VERSION}`);
  if (words[2] !== SECTIONS) throw bad(`${words[2]} sections; expected ${SECTIONS}`);
  const parts: Uint32Array[] = [];
  for (let at = 4, s = 0; s < SECTIONS; s++) {
    const length = words[at];
    if (length === undefined || at + 1 + length > words.length) throw bad('the file is cut');
    parts.push(words.slice(at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name, parts };
}

let builtIn: LbsModel | undefined;

/** The model that comes with this package; see MODEL_CARD.md. */
export function defaultModel(): LbsModel {
  builtIn ??= readModel(new URL('../models/lbs-1.bin', import.meta.url), 'lbs-1');
  return builtIn;
}

/** Path of the default model's file. */
export const defaultModelPath = (): string => fileURLToPath(new URL('../models/lbs-1.bin', import.meta.url));
