// What every benchmark of this folder does: it reads a device's name, and writes down what it measured, where and with what.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { devices } from '@aatgs/core';

/** `--device`: auto, cpu, or a GPU's index. */
export const deviceNamed = (name) => (/^\d+$/.test(name) ? Number(name) : name);

/** The file of one benchmark; nothing where no file is named. May be written again as results come in. */
export function writeRecord(file, benchmark, results) {
  if (!file) return;
  const { cpu, cuda } = devices();
  const about = { benchmark, date: new Date().toISOString(), commit: commit(), node: process.version, cpu, cuda };
  writeFileSync(file, `${JSON.stringify({ ...about, ...results }, null, 1)}\n`);
}

/** AATGS_COMMIT where the sources are no checkout, or lie in another one. */
function commit() {
  if (process.env.AATGS_COMMIT) return process.env.AATGS_COMMIT;
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return 'unknown';
  }
}
