import { basename } from 'node:path';
import * as files from '@aatgs/core/files';
import { fileErrors, invalidArgument, LbsError } from '../errors.ts';
import type { ReadOptions, Structure } from '../structure/structure.ts';
import { parseMmcif } from './mmcif.ts';
import { parsePdb } from './pdb.ts';

const MAX_BYTES = 2 ** 30;
const EXTENSIONS = /\.(pdb|ent|cif|mmcif|pdbqt|pqr)(\.gz)?$/i;

/** Whether a file name looks like a structure: `.pdb`, `.ent`, `.cif`, `.mmcif`, `.pdbqt`, each also with `.gz`. */
export const isStructureFile = (path: string): boolean => EXTENSIONS.test(path);

/** A file's name without folder and the extensions of structure files. */
export const structureName = (path: string): string => basename(path).replace(/\.gz$/i, '').replace(EXTENSIONS, '');

/**
 * Reads the protein of a PDB or mmCIF file, gzipped or not; the content decides which it is, not the name.
 *
 * Of alternate locations the one with the highest occupancy is kept, residue by residue; hydrogens, waters, ligands and
 * nucleic acids are left out and counted. Residues of other names are protein when a peptide bond joins them to the chain.
 *
 * @throws ERR_LBS_IO, ERR_LBS_PARSE, ERR_LBS_TRUNCATED, ERR_LBS_TOO_LARGE, ERR_LBS_NO_PROTEIN
 */
export async function readStructure(path: string | URL, options: ReadOptions = {}): Promise<Structure> {
  const bytes = await files.readBytes(path, options.maxBytes ?? MAX_BYTES, fileErrors);
  return parseStructure(bytes, { name: structureName(String(path)), ...options }, String(path));
}

/** Reads the protein of a PDB or mmCIF file that is in memory already; see {@link readStructure}. */
export function parseStructure(bytes: Uint8Array | string, options: ReadOptions = {}, source = 'structure'): Structure {
  const { minPlddt = 50, model } = options;
  if (!(minPlddt >= 0 && minPlddt <= 100)) throw invalidArgument('minPlddt', minPlddt, 'a number from 0 to 100');
  if (model !== undefined && !Number.isSafeInteger(model)) throw invalidArgument('model', model, 'an integer');
  const plain = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : decompress(bytes, source, options);
  const name = options.name ?? source;
  if (plain.every((byte) => byte <= SPACE)) {
    throw new LbsError('ERR_LBS_TRUNCATED', `${source}: the file is empty; fetch it again`, { details: { source } });
  }
  if (!looksLikeCif(plain.toString('latin1', 0, 65536))) return parsePdb(plain, source, name, options);
  return parseMmcif(typeof bytes === 'string' ? bytes : plain.toString('latin1'), source, name, options);
}
const SPACE = 32;

function decompress(bytes: Uint8Array, source: string, { maxBytes = MAX_BYTES }: ReadOptions): Buffer {
  const plain = files.decompress(bytes, source, maxBytes, fileErrors);
  return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
}

function looksLikeCif(start: string): boolean {
  if (/^(ATOM {2}|HETATM|HEADER|REMARK|CRYST1|MODEL )/m.test(start)) return /^\s*(#.*\s+)*data_/i.test(start);
  return /^\s*data_|^loop_|^_atom_site/im.test(start);
}
