import { elementOf, normalElement } from '../chemistry/atoms.ts';
import { isAminoAcid } from '../chemistry/residues.ts';
import { LbsError } from '../errors.ts';
import { StructureBuilder } from '../structure/builder.ts';
import type { ReadOptions, Structure } from '../structure/structure.ts';

/** Reads the protein of a PDB file (also PDBQT and PQR-like files whose coordinates stand in the standard columns). */
export function parsePdb(text: string, source: string, name: string, options: ReadOptions): Structure {
  const builder = new StructureBuilder();
  let models = 0;
  let model = 1;
  let chosen: number | undefined;
  let predicted = false;
  let seen = false;
  let line = 0;
  for (let at = 0; at < text.length; ) {
    let end = text.indexOf('\n', at);
    if (end < 0) end = text.length;
    line++;
    const first = text.charCodeAt(at);
    // 'A' and 'H': ATOM and HETATM.
    if ((first === 65 && text.startsWith('ATOM  ', at)) || (first === 72 && text.startsWith('HETATM', at))) {
      seen = true;
      if (chosen === undefined && (options.model === undefined || options.model === model)) chosen = model;
      if (chosen === model) addAtom(builder, text, at, end, first === 72, source, line);
    } else if (first === 77 && text.startsWith('MODEL ', at)) {
      models++;
      const number = Number.parseInt(text.slice(at + 6, end), 10);
      model = Number.isNaN(number) ? models : number;
    } else if ((first === 84 || first === 82 || first === 72) && !predicted) {
      predicted = isPredicted(text, at, end);
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

/** TITLE, REMARK and HEADER of the usual predictors. */
function isPredicted(text: string, at: number, end: number): boolean {
  const line = text.slice(at, end);
  return (
    /^(TITLE|HEADER|REMARK)/.test(line) &&
    /ALPHAFOLD|ESMFOLD|ESM FOLD|ROSETTAFOLD|OPENFOLD|COLABFOLD|BOLTZ|CHAI-1|PLDDT/i.test(line)
  );
}

function addAtom(
  builder: StructureBuilder,
  text: string,
  at: number,
  end: number,
  hetero: boolean,
  source: string,
  line: number,
): void {
  const columns = (from: number, to: number) => text.slice(at + from, Math.min(at + to, end));
  if (end - at < 54) {
    const message = `${source}, line ${line}: an atom record ends before its coordinates; the file is cut or not a PDB file`;
    throw new LbsError('ERR_LBS_TRUNCATED', message, { details: { source, line, value: text.slice(at, end) } });
  }
  const coordinate = (from: number) => {
    const field = columns(from, from + 8);
    const value = Number(field);
    if (field.trim() === '' || !Number.isFinite(value)) {
      const message = `${source}, line ${line}: ${JSON.stringify(field.trim())} is not a coordinate`;
      throw new LbsError('ERR_LBS_PARSE', message, { details: { source, line, value: field.trim() } });
    }
    return value;
  };
  const compId = columns(17, 20).trim() || 'UNK';
  const nameColumns = columns(12, 16);
  // PDBQT has its atom type here; it never contradicts the first letter of a heavy atom's name.
  const element = normalElement(columns(76, 78)) || elementOf(nameColumns, isAminoAcid(compId));
  const occupancy = Number.parseFloat(columns(54, 60));
  const b = Number.parseFloat(columns(60, 66));
  const number = residueNumber(columns(22, 26));
  if (number === undefined) {
    const value = columns(22, 26).trim();
    const message = `${source}, line ${line}: ${JSON.stringify(value)} is not a residue number`;
    throw new LbsError('ERR_LBS_PARSE', message, { details: { source, line, value } });
  }
  builder.add({
    x: coordinate(30),
    y: coordinate(38),
    z: coordinate(46),
    name: nameColumns.trim(),
    element,
    altloc: columns(16, 17).trim(),
    compId,
    chain: columns(21, 22).trim() || '_',
    number,
    insertion: columns(26, 27).trim(),
    occupancy: Number.isFinite(occupancy) ? occupancy : 1,
    b: Number.isFinite(b) ? b : 0,
    serial: serialNumber(columns(6, 11)),
    hetero,
    polymer: 'unknown',
  });
}

/** Four columns: decimal, hybrid-36 or, as some programs do, hexadecimal from `2710` on is not told apart. */
function residueNumber(field: string): number | undefined {
  const text = field.trim();
  if (/^-?\d+$/.test(text)) return Number.parseInt(text, 10);
  return hybrid36(text, 4);
}

function serialNumber(field: string): number {
  const text = field.trim();
  if (/^-?\d+$/.test(text)) return Number.parseInt(text, 10);
  return hybrid36(text, 5) ?? 0;
}

/** Numbers beyond the columns' width as cctbx writes them: A000 follows 9999. */
function hybrid36(text: string, width: number): number | undefined {
  if (text.length !== width || !/^([A-Z][0-9A-Z]*|[a-z][0-9a-z]*)$/.test(text)) return undefined;
  const upper = text[0] === text[0]?.toUpperCase();
  const value = Number.parseInt(text, 36);
  const start = 10 * 36 ** (width - 1);
  return value - start + 10 ** width + (upper ? 0 : 26 * 36 ** (width - 1));
}
