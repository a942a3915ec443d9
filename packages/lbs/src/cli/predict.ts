import { EXIT, printJson } from '@aatgs/core/cli';
import type { Command } from 'commander';
import { LbsError } from '../errors.ts';
import { fetchStructure, isStructureId } from '../fetch.ts';
import { Lbs } from '../lbs.ts';
import { predictionJson } from '../output/index.ts';
import { readStructure } from '../readers/index.ts';
import type { Prediction } from '../result.ts';
import { residueLabel, type Structure } from '../structure/structure.ts';
import { type CommonCliOptions, lbsCommand, lbsOptions, readOptions } from './options.ts';
import { makeFolder, writePrediction } from './write.ts';

interface PredictCliOptions extends CommonCliOptions {
  readonly json?: boolean;
}

/** `aatgs-lbs predict`: the sites of a few structures. */
export function predictCommand(): Command {
  return lbsCommand('predict')
    .description(
      'Predict the binding sites of structures: PDB or mmCIF files, gzipped or not, or PDB and AlphaFold ids',
    )
    .argument('<structures...>', 'files, or ids that are fetched')
    .option('--out <folder>', 'write files there (default: print a table, and write nothing)')
    .option('--json', 'print one JSON object for each structure')
    .action(async (sources: string[], options: PredictCliOptions) => {
      const { out, formats, json } = options;
      if (out !== undefined) await makeFolder(out);
      await using lbs = new Lbs(lbsOptions(options));
      for (const source of sources) {
        let prediction: Prediction;
        try {
          prediction = await lbs.predict(await open(source, options));
        } catch (error) {
          // Of several the others are predicted all the same.
          if (!(error instanceof LbsError) || sources.length === 1) throw error;
          process.stderr.write(`${error.code}: ${error.message}\n`);
          process.exitCode = EXIT.goalNotReached;
          continue;
        }
        if (json) printJson(predictionJson(prediction));
        else process.stdout.write(table(prediction));
        if (out !== undefined) await writePrediction(prediction, source, out, formats);
        if (prediction.sites.length === 0) process.exitCode = EXIT.goalNotReached;
      }
    });
}

function open(source: string, options: PredictCliOptions): Promise<Structure> {
  return isStructureId(source)
    ? fetchStructure(source, readOptions(options))
    : readStructure(source, readOptions(options));
}

/** What people see. */
function table({ id, sites, structure }: Prediction): string {
  const { residues, chains, x, predicted, leftOut } = structure;
  const head = `${id}: ${x.length} atoms, ${residues.length} residues, ${chains.length} chains${predicted ? ', predicted model' : ''}`;
  const notes = leftOut.lowConfidence > 0 ? ` (${leftOut.lowConfidence} residues of low confidence left out)` : '';
  const lines = [`${head}${notes}`, 'rank  probability  volume  drug.  center (A)                  residues'];
  for (const site of sites) {
    const [x0, y0, z0] = site.center.map((value) => value.toFixed(2).padStart(8));
    const names = site.residues.slice(0, 6).map((r) => {
      const residue = residues[r];
      return residue ? residueLabel(structure, residue) : '';
    });
    const more = site.residues.length > 6 ? ` +${site.residues.length - 6}` : '';
    lines.push(
      `${String(site.rank).padStart(4)}  ${site.probability.toFixed(3).padStart(11)}  ${site.volume.toFixed(0).padStart(6)}  ${site.druggability.toFixed(2).padStart(5)}  ${x0} ${y0} ${z0}  ${names.join(' ')}${more}`,
    );
  }
  if (sites.length === 0) lines.push('no sites');
  return `${lines.join('\n')}\n`;
}
