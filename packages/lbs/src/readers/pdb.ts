import { elementOf, normalElement } from '../chemistry/atoms.ts';
import { isAminoAcid } from '../chemistry/residues.ts';
import { LbsError } from '../errors.ts';
import { StructureBuilder } from '../structure/builder.ts';
import type { ReadOptions, Structure } from '../structure/structure.ts';

/** First letters of record names. */
const [A, H, M, R, T, SPACE] = [65, 72, 77, 82, 84, 32];

/** Reads the protein of a PDB file (also PDBQT and PQR-like files whose coordinates stand in the standard columns). */
export function parsePdb(bytes: Buffer, source: string, name: string, options: ReadOptions): Structure {
  const builder = new StructureBuilder();
  let models = 0;
  let model = 1;
  let chosen: number | undefined;
  let predicted = false;
  let seen = false;
  let line = 0;
  for (let at = 0; at < bytes.length; ) {
    let end = bytes.indexOf(10, at);
    if (end < 0) end = bytes.length;
    line++;
    const first = bytes[at];
    if ((first === A && isRecord(bytes, at, 'ATOM  ')) || (first === H && isRecord(bytes, at, 'HETATM'))) {
      seen = true;
      if (chosen === undefined && (options.model === undefined || options.model === model)) chosen = model;
      if (chosen === model) addAtom(builder, new Line(bytes, at, end, line, source), first === H);
    } else if (first === M && isRecord(bytes, at, 'MODEL ')) {
      models++;
      const number = Number.parseInt(bytes.toString('latin1', at + 6, end), 10);
      model = Number.isNaN(number) ? models : number;
    } else if ((first === T || first === R || first === H) && !predicted) {
      predicted = isPredicted(bytes.toString('latin1', at, end));
    }
    at = end + 1;
  }
  if (chosen === undefined && seen && options.model !== undefined) {
    throw new LbsError('ERR_LBS_NO_PROTEIN', `${source}: no model ${options.model}; it has ${Math.max(1, models)}`, {
      details: { source, value: options.model },
    });
  }
  return builder.build(name, source, { model: chosen ?? 1, models: Math.max(1, models), predicted }, options);
}

function isRecord(bytes: Buffer, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[at + i] !== name.charCodeAt(i)) return false;
  return true;
}

/** TITLE, REMARK and HEADER of the usual predictors. */
function isPredicted(line: string): boolean {
  return (
    /^(TITLE|HEADER|REMARK)/.test(line) &&
    /ALPHAFOLD|ESMFOLD|ESM FOLD|ROSETTAFOLD|OPENFOLD|COLABFOLD|BOLTZ|CHAI-1|PLDDT/i.test(line)
  );
}

function addAtom(builder: StructureBuilder, line: Line, hetero: boolean): void {
  if (line.length < 54) {
    throw line.error(
      'ERR_LBS_TRUNCATED',
      line.text(0),
      'an atom record ends before its coordinates; the file is cut or not a PDB file',
    );
  }
  const compId = line.word(17, 20) || 'UNK';
  // PDBQT has its atom type here; it never contradicts the first letter of a heavy atom's name.
  const element = normalElement(line.word(76, 78)) || elementOf(line.text(12, 16), isAminoAcid(compId));
  const occupancy = line.decimal(54, 60) ?? Number.parseFloat(line.text(54, 60));
  const b = line.decimal(60, 66) ?? Number.parseFloat(line.text(60, 66));
  const number = line.decimal(22, 26) ?? hybrid36(line.word(22, 26), 4);
  if (number === undefined || !Number.isInteger(number)) {
    const value = line.word(22, 26);
    throw line.error('ERR_LBS_PARSE', value, `${JSON.stringify(value)} is not a residue number`);
  }
  builder.add({
    x: line.coordinate(30),
    y: line.coordinate(38),
    z: line.coordinate(46),
    name: line.word(12, 16),
    element,
    altloc: line.word(16, 17),
    compId,
    chain: line.word(21, 22) || '_',
    number,
    insertion: line.word(26, 27),
    occupancy: Number.isFinite(occupancy) ? occupancy : 1,
    b: Number.isFinite(b) ? b : 0,
    serial: line.decimal(6, 11) ?? hybrid36(line.text(6, 11).trim(), 5) ?? 0,
    hetero,
    polymer: 'unknown',
  });
}

/** A line, and what stands in its columns, from 0. */
class Line {
  readonly #bytes: Buffer;
  readonly #at: number;
  readonly #end: number;
  readonly #number: number;
  readonly #source: string;

  constructor(bytes: Buffer, at: number, end: number, number: number, source: string) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
    this.#number = number;
    this.#source = source;
  }

  get length(): number {
    return this.#end - this.#at;
  }

  text(from: number, to = this.length): string {
    return this.#bytes.toString('latin1', Math.min(this.#at + from, this.#end), Math.min(this.#at + to, this.#end));
  }

  /** A field of up to four columns without blanks around it: there are few different ones in a file. */
  word(from: number, to: number): string {
    const end = Math.min(this.#at + to, this.#end);
    let key = 1;
    for (let i = this.#at + from; i < end; i++) key = 256 * key + (this.#bytes[i] as number);
    let found = words.get(key);
    if (found === undefined) {
      if (words.size > MOST_WORDS) words.clear();
      found = this.text(from, to).trim();
      words.set(key, found);
    }
    return found;
  }

  /** A plain decimal number with blanks around it; undefined for anything else, also for what numbers may be besides. */
  decimal(from: number, to: number): number | undefined {
    const bytes = this.#bytes;
    const end = Math.min(this.#at + to, this.#end);
    let i = this.#at + from;
    while (i < end && bytes[i] === SPACE) i++;
    const negative = i < end && bytes[i] === 45;
    if (negative) i++;
    let value = 0;
    let scale = 1;
    let digits = 0;
    let point = false;
    for (; i < end; i++) {
      const c = bytes[i] as number;
      if (c >= 48 && c <= 57) {
        value = 10 * value + c - 48;
        if (point) scale *= 10;
        digits++;
      } else if (c === 46 && !point) point = true;
      else break;
    }
    while (i < end && bytes[i] === SPACE) i++;
    if (i < end || digits === 0) return undefined;
    // Both are exact, and so their quotient is the number nearest to what is written.
    return (negative ? -value : value) / scale;
  }

  coordinate(from: number): number {
    const plain = this.decimal(from, from + 8);
    if (plain !== undefined) return plain;
    const field = this.text(from, from + 8).trim();
    const value = Number(field);
    if (field !== '' && Number.isFinite(value)) return value;
    throw this.error('ERR_LBS_PARSE', field, `${JSON.stringify(field)} is not a coordinate`);
  }

  error(code: 'ERR_LBS_PARSE' | 'ERR_LBS_TRUNCATED', value: string, what: string): LbsError {
    const [source, line] = [this.#source, this.#number];
    return new LbsError(code, `${source}, line ${line}: ${what}`, { details: { source, line, value } });
  }
}

const words = new Map<number, string>();
const MOST_WORDS = 4096;

/** Numbers beyond the columns' width as cctbx writes them: A000 follows 9999. */
function hybrid36(text: string, width: number): number | undefined {
  if (text.length !== width || !/^([A-Z][0-9A-Z]*|[a-z][0-9a-z]*)$/.test(text)) return undefined;
  const upper = text[0] === text[0]?.toUpperCase();
  const value = Number.parseInt(text, 36);
  const start = 10 * 36 ** (width - 1);
  return value - start + 10 ** width + (upper ? 0 : 26 * 36 ** (width - 1));
}
