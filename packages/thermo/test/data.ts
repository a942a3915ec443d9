import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where benchmark data lies: `AATGS_DATA`, or a folder `shared/data` beside the checkout. */
const root = process.env.AATGS_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

/** The path of a data file, or undefined, said loudly, where it is absent. */
export function dataFile(name: string): string | undefined {
  const path = `${root}/${name}`;
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: no ${path}; set AATGS_DATA to the folder that holds ${name}`);
  return undefined;
}

/** One line of the table of exact 2D Ising values: per spin. */
export interface ExactIsing {
  readonly side: number;
  readonly temperature: number;
  readonly energy: number;
  readonly specificHeat: number;
}

/** The table's finite lattices; empty where it is absent. */
export function exactIsing(): ExactIsing[] {
  const path = dataFile('ising2d_exact.tsv');
  if (path === undefined) return [];
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(2);
  return lines
    .map((line) => line.split('\t').map(Number))
    .map(([side = 0, temperature = 0, energy = 0, specificHeat = 0]) => ({ side, temperature, energy, specificHeat }))
    .filter(({ side }) => Number.isFinite(side));
}
