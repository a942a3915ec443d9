import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where benchmark data lies: `AATGS_DATA`, or a folder `shared/data` beside the checkout. */
const root = process.env.AATGS_DATA ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

/** The folder of golden cases, or undefined, said loudly, where it is absent. */
export function goldenCases(): string | undefined {
  const path = `${root}/active-inference`;
  if (existsSync(path)) return path;
  console.warn(`SKIPPED: no ${path}; set AATGS_DATA to the folder that holds active-inference`);
  return undefined;
}
