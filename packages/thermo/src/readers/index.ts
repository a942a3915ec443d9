import { basename } from 'node:path';
import { checkInteger } from '../errors.ts';
import type { Qubo, WeightedGraph } from '../models/index.ts';
import { decompress, readBytes } from './bytes.ts';
import { Scanner } from './scanner.ts';

const MAX_BYTES = 2 ** 34;
const NEWLINE = 10;

async function open(path: string): Promise<Scanner> {
  const source = basename(path);
  return new Scanner(decompress(await readBytes(path, MAX_BYTES), source, MAX_BYTES), source);
}

/** Skips empty lines and lines that start with one of these characters; false at the end of the file. */
function nextLine(scanner: Scanner, comments: string): boolean {
  for (;;) {
    const byte = scanner.peek();
    if (byte === -1) return false;
    if (byte !== NEWLINE && !comments.includes(String.fromCharCode(byte))) return true;
    scanner.skipLine();
  }
}

/**
 * Reads a graph in Gset / rudy format, gzipped or not: `n m`, then `u v [weight]` a line, vertices from 1, weight 1 where
 * it is left out.
 *
 * @throws {ThermoError} `ERR_THERMO_PARSE`, `ERR_THERMO_TRUNCATED`, `ERR_THERMO_SITE_OUT_OF_RANGE`, `ERR_THERMO_IO`, with
 * file, line and value.
 */
export async function readRudy(path: string): Promise<WeightedGraph> {
  const scanner = await open(path);
  if (!nextLine(scanner, '#%c')) throw scanner.error('ERR_THERMO_TRUNCATED', 'the file is empty; fetch it again', '');
  const n = checkInteger('n', scanner.unsigned('the number of vertices'), 1, 2 ** 28);
  const m = scanner.unsigned('the number of edges');
  scanner.endLine('the number of edges');
  const u: number[] = [];
  const v: number[] = [];
  const w: number[] = [];
  while (nextLine(scanner, '#%c')) {
    const ends = [scanner.unsigned('a vertex'), scanner.unsigned('a vertex')] as const;
    for (const end of ends) {
      if (end >= 1 && end <= n) continue;
      throw scanner.error('ERR_THERMO_SITE_OUT_OF_RANGE', `vertex ${end} is outside 1..${n}`, end);
    }
    if (ends[0] === ends[1])
      throw scanner.error(
        'ERR_THERMO_INVALID_MODEL',
        `vertex ${ends[0]} is joined to itself; remove the line`,
        ends[0],
      );
    u.push(ends[0] - 1);
    v.push(ends[1] - 1);
    w.push(scanner.atLineEnd() ? 1 : scanner.number('the weight'));
    scanner.endLine('the edge');
  }
  if (u.length !== m) {
    const code = u.length < m ? 'ERR_THERMO_TRUNCATED' : 'ERR_THERMO_PARSE';
    throw scanner.error(code, `the first line promises ${m} edges, the file has ${u.length}; correct it`, u.length);
  }
  return { n, u, v, w, name: basename(path).replace(/\.(txt|rud|mc)?(\.gz)?$/, '') };
}

/**
 * Reads a QUBO, gzipped or not: the `.qubo` format of D-Wave's qbsolv (`c` comments, `p qubo 0 maxDiagonals nDiagonals
 * nElements`, then `i j value` with variables from 0), or Biq Mac / Beasley lists (`n m`, then `i j value` from 1).
 *
 * @throws {ThermoError} as {@link readRudy}
 */
export async function readQubo(path: string): Promise<Qubo> {
  const scanner = await open(path);
  if (!nextLine(scanner, '#c')) throw scanner.error('ERR_THERMO_TRUNCATED', 'the file is empty; fetch it again', '');
  const qbsolv = scanner.word() === 'p';
  if (qbsolv) {
    for (const word of ['p', 'qubo', '0']) {
      const found = scanner.takeWord();
      if (found !== word) throw scanner.error('ERR_THERMO_PARSE', `expected 'p qubo 0 ...', found '${found}'`, found);
    }
  }
  const n = checkInteger('n', scanner.unsigned('the number of variables'), 1, 2 ** 28);
  const first = scanner.unsigned('a number of entries');
  const entries = qbsolv ? first + scanner.unsigned('the number of couplers') : first;
  scanner.endLine('the first line');
  const base = qbsolv ? 0 : 1;
  const row: number[] = [];
  const column: number[] = [];
  const value: number[] = [];
  while (nextLine(scanner, '#c')) {
    for (const list of [row, column]) {
      const variable = scanner.unsigned('a variable');
      if (variable < base || variable >= n + base) {
        const message = `variable ${variable} is outside ${base}..${n - 1 + base}`;
        throw scanner.error('ERR_THERMO_SITE_OUT_OF_RANGE', message, variable);
      }
      list.push(variable - base);
    }
    value.push(scanner.number('the value'));
    scanner.endLine('the entry');
  }
  if (value.length !== entries) {
    const code = value.length < entries ? 'ERR_THERMO_TRUNCATED' : 'ERR_THERMO_PARSE';
    throw scanner.error(code, `the first line promises ${entries} entries, the file has ${value.length}`, value.length);
  }
  return { n, row, column, value, name: basename(path).replace(/\.(txt|qubo|sparse)?(\.gz)?$/, '') };
}
