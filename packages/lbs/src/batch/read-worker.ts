import { move, transferableSymbol, valueSymbol } from 'piscina';
import { LbsError } from '../errors.ts';
import { packStructure } from '../pack.ts';
import { readStructure } from '../readers/index.ts';
import type { ReadOptions } from '../structure/structure.ts';
import { type SentStructure, toSent, transferList } from './transfer.ts';

/** A file to read. */
export interface ReadTask {
  readonly path: string;
  readonly options: ReadOptions;
}

/** Its structure, or what is wrong with it: an error's class and code would be lost on the way. */
export type ReadOutcome =
  | { readonly structure: SentStructure }
  | { readonly error: Pick<LbsError, 'code' | 'message' | 'details'>; readonly cause?: Error };

/** Reads, decompresses, parses and packs one file, in a thread of its own. */
export default async function read({ path, options }: ReadTask): Promise<unknown> {
  try {
    const structure = await readStructure(path, options);
    const sent = toSent(structure, packStructure(structure));
    const outcome: ReadOutcome = { structure: sent };
    return move({ [transferableSymbol]: transferList(sent), [valueSymbol]: outcome });
  } catch (error) {
    if (!(error instanceof LbsError)) throw error;
    const { code, message, details, cause } = error;
    const outcome: ReadOutcome = { error: { code, message, details }, ...(cause instanceof Error && { cause }) };
    return outcome;
  }
}
