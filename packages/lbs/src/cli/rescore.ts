import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { printJson } from '@aatgs/core/cli';
import type { Command } from 'commander';
import { LbsError } from '../errors.ts';
import { Lbs } from '../lbs.ts';
import { readStructure } from '../readers/index.ts';
import { parseCenters, type RescoredCenter, rescoreCenters } from '../rescore.ts';
import { type CommonCliOptions, lbsCommand, lbsOptions, readOptions } from './options.ts';
import { makeFolder, writeWhole } from './write.ts';

interface RescoreCliOptions extends CommonCliOptions {
  readonly radius: number;
  readonly json?: boolean;
}

/** `aatgs-lbs rescore`: centres that another program found. */
export function rescoreCommand(): Command {
  return lbsCommand('rescore')
    .description("Score and rank another program's centres on a structure")
    .argument('<structure>', 'a PDB or mmCIF file, gzipped or not')
    .argument(
      '<centers>',
      "a table with columns x, y, z (or P2Rank's), and id where it has those of several structures",
    )
    .option('--radius <angstroms>', 'surface points this close to a centre count', Number, 6)
    .option('--out <folder>', 'write <name>_rescored.csv there (default: print it)')
    .option('--json', 'print one JSON object')
    .action(async (path: string, table: string, options: RescoreCliOptions) => {
      const structure = await readStructure(path, readOptions(options));
      const rows = parseCenters(await readTable(table), table).filter(
        ({ id }) => (id ?? structure.name) === structure.name,
      );
      if (rows.length === 0) {
        throw new LbsError('ERR_LBS_INVALID_ARGUMENT', `${table} has no centres of ${structure.name}`, {
          details: { value: structure.name, source: table },
        });
      }
      await using lbs = new Lbs({ ...lbsOptions(options), surface: true });
      const prediction = await lbs.predict(structure);
      const centers = rescoreCenters(
        prediction,
        rows.map(({ center }) => center),
        { radius: options.radius },
      );
      if (options.json) return printJson({ id: structure.name, centers });
      const text = rescoredCsv(structure.name, centers);
      if (options.out === undefined) return void process.stdout.write(text);
      await makeFolder(options.out);
      await writeWhole(join(options.out, `${structure.name}_rescored.csv`), text);
    });
}

async function readTable(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new LbsError('ERR_LBS_IO', `cannot read ${path}: ${reason}; check the path and its permissions`, {
      details: { value: path, reason },
      cause,
    });
  }
}

function rescoredCsv(id: string, centers: readonly RescoredCenter[]): string {
  const lines = centers.map(({ rank, index, score, center, points, site, probability }) =>
    [
      id,
      rank,
      score.toFixed(4),
      ...center.map((v) => v.toFixed(3)),
      index + 1,
      points,
      site,
      probability.toFixed(4),
    ].join(','),
  );
  return `${['id,rank,score,x,y,z,row,points,site,probability', ...lines].join('\n')}\n`;
}
