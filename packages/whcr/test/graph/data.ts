import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where benchmark data lies: `AATGS_DATA`, or a folder `shared/data` beside the checkout. */
const root = process.env.AATGS_DATA ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** The folder with the DIMACS colouring graphs and their MANIFEST.tsv, or undefined where it is absent. */
export const dimacsFolder: string | undefined = existsSync(`${root}/dimacs/MANIFEST.tsv`)
  ? `${root}/dimacs`
  : undefined;

if (dimacsFolder === undefined) {
  console.warn(`SKIPPED: no DIMACS graphs under ${root}/dimacs; set AATGS_DATA to the folder that holds dimacs/`);
}

/** One line of the manifest. */
export interface Instance {
  readonly name: string;
  readonly path: string;
  readonly n: number;
  readonly m: number;
  readonly bestKnown: number;
  readonly dsatur: number;
  readonly greedy: number;
}

/** Every graph of the manifest; empty where the data is absent. */
export function instances(): Instance[] {
  if (dimacsFolder === undefined) return [];
  const [header, ...lines] = readFileSync(`${dimacsFolder}/MANIFEST.tsv`, 'utf8').trimEnd().split('\n');
  const columns = header!.split('\t');
  return lines.map((line) => {
    const fields = line.split('\t');
    const number = (column: string) => Number(fields[columns.indexOf(column)]);
    return {
      name: fields[0]!,
      path: `${dimacsFolder}/${fields[0]}.col.gz`,
      n: number('n'),
      m: number('m'),
      bestKnown: number('best_known_k'),
      dsatur: number('dsatur_k_here'),
      greedy: number('greedy_ldf_k_here'),
    };
  });
}
