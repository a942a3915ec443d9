import { elementOf, normalElement } from '../chemistry/atoms.ts';
import { isAminoAcid } from '../chemistry/residues.ts';
import { LbsError } from '../errors.ts';
import { type RawAtom, StructureBuilder } from '../structure/builder.ts';
import type { ReadOptions, Structure } from '../structure/structure.ts';
import { CifTokens } from './cif-tokens.ts';

/** The columns of `_atom_site` that are read, in the order of the values array. */
const COLUMNS = [
  'group_PDB', 'id', 'type_symbol', 'label_atom_id', 'auth_atom_id', 'label_alt_id', 'label_comp_id', 'auth_comp_id',
  'label_asym_id', 'auth_asym_id', 'label_seq_id', 'auth_seq_id', 'pdbx_PDB_ins_code', 'Cartn_x', 'Cartn_y', 'Cartn_z',
  'occupancy', 'B_iso_or_equiv', 'pdbx_PDB_model_num', 'label_entity_id',
] as const; // biome-ignore format: a table
type Column = (typeof COLUMNS)[number];

/** Reads the protein of an mmCIF file; chains and residue numbers are the author's. */
export function parseMmcif(text: string, source: string, name: string, options: ReadOptions): Structure {
  const tokens = new CifTokens(text, source);
  const polymers = new Map<string, RawAtom['polymer']>();
  const sites = new AtomSites(source, options);
  let predicted = false;
  let blocks = 0;
  for (let token = tokens.next(); token !== undefined; token = tokens.next()) {
    if (tokens.quoted) throw tokens.unexpected(token, 'an item name, loop_ or data_');
    if (/^data_/i.test(token)) {
      if (++blocks > 1 && sites.count > 0) break; // the first block with atoms is the structure
    } else if (/^loop_$/i.test(token)) {
      const names = tokens.names();
      const category = (names[0] ?? '').split('.')[0]?.toLowerCase();
      if (category === '_atom_site') sites.readLoop(tokens, names);
      else if (category === '_entity_poly') readPolymers(tokens, names, polymers);
      else {
        if (category === '_ma_qa_metric' || category === '_ma_qa_metric_local') predicted = true;
        tokens.skipRows();
      }
    } else if (token.startsWith('_')) {
      const value = tokens.value(token);
      const item = token.toLowerCase();
      if (item.startsWith('_ma_qa_metric')) predicted = true;
      if (item === '_entity_poly.entity_id') polymers.set('', 'unknown');
      if (item === '_entity_poly.entity_id') sites.singleEntity = value;
      if (item === '_entity_poly.type') sites.singleType = polymerOf(value);
      sites.readItem(token, value);
    } else if (!/^(save_|global_|stop_)/i.test(token)) {
      throw tokens.unexpected(token, 'an item name, loop_ or data_');
    }
  }
  if (sites.singleEntity !== undefined && sites.singleType) polymers.set(sites.singleEntity, sites.singleType);
  return sites.build(name, predicted, polymers);
}

function polymerOf(type: string): RawAtom['polymer'] {
  if (/polypeptide/i.test(type)) return 'protein';
  return /nucleotide/i.test(type) ? 'nucleic' : 'none';
}

function readPolymers(tokens: CifTokens, names: readonly string[], polymers: Map<string, RawAtom['polymer']>): void {
  const index = (name: string) => names.findIndex((item) => item.toLowerCase() === `_entity_poly.${name}`);
  const id = index('entity_id');
  const type = index('type');
  for (const row of tokens.rows(names)) {
    if (id >= 0 && type >= 0) polymers.set(row[id] as string, polymerOf(row[type] as string));
  }
}

/** The rows of `_atom_site`: kept until the kinds of their entities are known. */
class AtomSites {
  readonly #source: string;
  readonly #options: ReadOptions;
  readonly #atoms: { atom: RawAtom; entity: string; hasSequence: boolean }[] = [];
  readonly #models = new Set<number>();
  readonly #single = new Map<string, string>();
  #chosen: number | undefined;
  count = 0;
  singleEntity: string | undefined;
  singleType: RawAtom['polymer'] | undefined;

  constructor(source: string, options: ReadOptions) {
    this.#source = source;
    this.#options = options;
  }

  readLoop(tokens: CifTokens, names: readonly string[]): void {
    const lower = names.map((name) => name.toLowerCase());
    const places = COLUMNS.map((column) => lower.indexOf(`_atom_site.${column.toLowerCase()}`));
    for (const column of ['Cartn_x', 'Cartn_y', 'Cartn_z'] as const) {
      if (places[COLUMNS.indexOf(column)] === -1) throw this.#missing(column);
    }
    for (const row of tokens.rows(names)) {
      this.#add((column) => row[places[COLUMNS.indexOf(column)] as number] ?? '.', tokens.line);
    }
  }

  /** A file of one atom has items instead of a loop. */
  readItem(item: string, value: string): void {
    if (item.toLowerCase().startsWith('_atom_site.')) this.#single.set(item.toLowerCase().slice(11), value);
  }

  #add(field: (column: Column) => string, line: number): void {
    this.count++;
    const given = (...columns: Column[]) => {
      for (const column of columns) {
        const value = field(column);
        if (value !== '.' && value !== '?') return value;
      }
      return '';
    };
    const modelNumber = Number.parseInt(given('pdbx_PDB_model_num') || '1', 10);
    this.#models.add(modelNumber);
    const { model } = this.#options;
    if (this.#chosen === undefined && (model === undefined || model === modelNumber)) this.#chosen = modelNumber;
    if (this.#chosen !== modelNumber) return;
    const number = (column: Column) => {
      const value = Number(field(column));
      if (!Number.isFinite(value)) {
        const message = `${this.#source}, line ${line}: ${JSON.stringify(field(column))} is not a number (${column})`;
        throw new LbsError('ERR_LBS_PARSE', message, {
          details: { source: this.#source, line, value: field(column) },
        });
      }
      return value;
    };
    const optional = (column: Column, otherwise: number) => {
      const value = Number.parseFloat(field(column));
      return Number.isFinite(value) ? value : otherwise;
    };
    const compId = given('auth_comp_id', 'label_comp_id') || 'UNK';
    const atomName = given('auth_atom_id', 'label_atom_id');
    const entity = given('label_entity_id');
    this.#atoms.push({
      entity,
      hasSequence: given('label_seq_id') !== '',
      atom: {
        x: number('Cartn_x'),
        y: number('Cartn_y'),
        z: number('Cartn_z'),
        name: atomName,
        element: normalElement(given('type_symbol')) || elementOf(` ${atomName}`, isAminoAcid(compId)),
        altloc: given('label_alt_id'),
        compId,
        chain: given('auth_asym_id', 'label_asym_id') || '_',
        number: Number.parseInt(given('auth_seq_id', 'label_seq_id') || '0', 10) || 0,
        insertion: given('pdbx_PDB_ins_code'),
        occupancy: optional('occupancy', 1),
        b: optional('B_iso_or_equiv', 0),
        serial: optional('id', 0),
        hetero: field('group_PDB') === 'HETATM',
        polymer: 'unknown',
      },
    });
  }

  build(name: string, predicted: boolean, polymers: ReadonlyMap<string, RawAtom['polymer']>): Structure {
    if (this.count === 0 && this.#single.size > 0) {
      const single = this.#single;
      this.#add((column) => single.get(column.toLowerCase()) ?? '.', 1);
    }
    const { model } = this.#options;
    if (this.#chosen === undefined && this.count > 0) {
      const message = `${this.#source}: no model ${model}; it has ${[...this.#models].join(', ')}`;
      throw new LbsError('ERR_LBS_NO_PROTEIN', message, { details: { source: this.#source, value: model } });
    }
    const builder = new StructureBuilder();
    for (const { atom, entity, hasSequence } of this.#atoms) {
      const told = polymers.get(entity);
      // In a file that names its polymers, a residue without a place in a sequence belongs to none of them.
      atom.polymer = told ?? (polymers.size > 0 && !hasSequence ? 'none' : 'unknown');
      builder.add(atom);
    }
    const about = { model: this.#chosen ?? 1, models: Math.max(1, this.#models.size), predicted };
    return builder.build(name, this.#source, about, this.#options);
  }

  #missing(column: string): LbsError {
    const message = `${this.#source}: _atom_site has no ${column}; is this a coordinate file?`;
    return new LbsError('ERR_LBS_PARSE', message, { details: { source: this.#source, value: column } });
  }
}
