import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { LbsError } from '../errors.ts';
import { htmlReport } from '../output/html.ts';
import { chimeraxScript, predictionJson, predictionsCsv, pymolScript, residuesCsv, sitesPdb } from '../output/index.ts';
import type { Prediction } from '../result.ts';
import type { Format } from './options.ts';

/** The file that is written last: where it is, a structure is done. */
export const predictionsFile = (out: string, id: string): string => join(out, `${id}_predictions.csv`);

/** A file that is there whole or not at all, whenever the process ends. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new LbsError('ERR_LBS_IO', `cannot write ${path}: ${reason}`, { details: { value: path, reason }, cause });
  }
}

/** Makes a folder for results. */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new LbsError('ERR_LBS_IO', `cannot make the folder ${path}: ${reason}`, { details: { value: path }, cause });
  }
}

/** Writes a prediction's files; gives back their paths. */
export async function writePrediction(
  prediction: Prediction,
  source: string,
  out: string,
  formats: readonly Format[],
): Promise<string[]> {
  const { id } = prediction;
  const file = relative(resolve(out), resolve(source));
  const makers: Record<Format, [suffix: string, make: () => string][]> = {
    json: [['.json', () => `${JSON.stringify(predictionJson(prediction), null, 1)}\n`]],
    pdb: [['_sites.pdb', () => sitesPdb(prediction)]],
    pymol: [['.pml', () => pymolScript(prediction, file)]],
    chimerax: [['.cxc', () => chimeraxScript(prediction, file)]],
    html: [['.html', () => htmlReport(prediction)]],
    csv: [['_residues.csv', () => residuesCsv(prediction)]],
  };
  const paths: string[] = [];
  const write = async (suffix: string, text: string) => {
    const path = join(out, `${id}${suffix}`);
    await writeWhole(path, text);
    paths.push(path);
  };
  for (const format of formats) for (const [suffix, make] of makers[format]) await write(suffix, make());
  await write('_predictions.csv', predictionsCsv(prediction));
  return paths;
}
