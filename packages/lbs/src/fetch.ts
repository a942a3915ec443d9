import { LbsError } from './errors.ts';
import { parseStructure } from './readers/index.ts';
import type { ReadOptions, Structure } from './structure/structure.ts';

const PDB_ID = /^(pdb_0000)?[0-9][A-Za-z0-9]{3}$/i;
const ALPHAFOLD_ID = /^AF-[A-Z0-9]{6,10}(-F\d+)?$/i;

/** Whether a text is the id of a PDB entry (`1abc`) or of an AlphaFold model (`AF-P00533-F1`). */
export const isStructureId = (text: string): boolean => PDB_ID.test(text) || ALPHAFOLD_ID.test(text);

/** Where structures are fetched. */
export interface StructureServers {
  /** URL of a PDB entry, `{id}` in its place. */
  readonly pdb: string;
  /** URL of an AlphaFold model, `{id}` in its place. */
  readonly alphafold: string;
}

/** RCSB, and the AlphaFold data base. */
export const STRUCTURE_SERVERS: StructureServers = {
  pdb: 'https://files.rcsb.org/download/{id}.cif.gz',
  alphafold: 'https://alphafold.ebi.ac.uk/files/{id}-model_v6.cif',
};

/**
 * Fetches the mmCIF file of a PDB or AlphaFold id and reads it.
 *
 * @throws ERR_LBS_IO where there is no network or no such entry; ERR_LBS_INVALID_ARGUMENT for what is no id; and what
 * `parseStructure` throws.
 */
export async function fetchStructure(
  id: string,
  options: ReadOptions & { readonly signal?: AbortSignal } = {},
  servers: StructureServers = STRUCTURE_SERVERS,
): Promise<Structure> {
  if (!isStructureId(id)) {
    throw new LbsError(
      'ERR_LBS_INVALID_ARGUMENT',
      `id is ${JSON.stringify(id)}; expected one like 1abc or AF-P00533-F1`,
      {
        details: { value: id },
      },
    );
  }
  const name = PDB_ID.test(id) ? id.toUpperCase() : /-F\d+$/i.test(id) ? id.toUpperCase() : `${id.toUpperCase()}-F1`;
  const url = (PDB_ID.test(id) ? servers.pdb : servers.alphafold).replace('{id}', name);
  const failed = (reason: string, cause?: unknown) =>
    new LbsError('ERR_LBS_IO', `cannot fetch ${url}: ${reason}; give the path of a file instead`, {
      details: { value: id, url, reason },
      cause,
    });
  let bytes: Uint8Array;
  try {
    const response = await fetch(url, options.signal ? { signal: options.signal } : {});
    if (!response.ok) throw failed(`the server says ${response.status}`);
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof LbsError || options.signal?.aborted) throw error;
    const { cause } = error as { cause?: { code?: string } };
    throw failed(cause?.code ?? (error as Error).message, error);
  }
  return parseStructure(bytes, { name, ...options }, url);
}
