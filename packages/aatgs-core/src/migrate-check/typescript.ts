import { createRequire } from 'node:module';
import { join } from 'node:path';
import type TypeScript from 'typescript';
import { AatgsError } from '../errors.ts';

/** The compiler's API, as a namespace. */
export type Ts = typeof TypeScript;

/**
 * TypeScript's compiler API as the checked project has it, or as this one's surroundings do. TypeScript 7 has none, so its
 * users install the one of 6 beside it.
 */
export function loadTypeScript(folder: string): Ts {
  const places = [
    createRequire(join(folder, 'x.js')),
    createRequire(join(process.cwd(), 'x.js')),
    createRequire(import.meta.url),
  ];
  for (const require of places) {
    for (const name of ['typescript', '@typescript/typescript6']) {
      try {
        const found = require(name) as Ts;
        if (typeof found.createProgram === 'function') return found;
      } catch {
        // Not installed there.
      }
    }
  }
  throw new AatgsError(
    'ERR_AATGS_INVALID_ARGUMENT',
    `migrate-check needs TypeScript's compiler API, and ${folder} has none. With TypeScript 7 add version 6 beside it: ` +
      'npm i -D @typescript/typescript6',
    { details: { folder } },
  );
}
