import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { generateCpp } from './cpp.ts';
import { readLayout } from './description.ts';
import { generateTypeScript } from './typescript.ts';

/** Where the results of one description go; a path left out is not written. */
export interface GenerateTargets {
  readonly cpp?: string;
  readonly ts?: string;
  /** Module the TypeScript file imports the codec helpers from; `@aatgs/core` by default. */
  readonly contractImport?: string;
}

/**
 * Writes the C++ header and the TypeScript codec of one layout description.
 * With `check` nothing is written. Returns the paths whose content differs from the description.
 */
export function generateLayout(source: string, targets: GenerateTargets, check = false): string[] {
  const layout = readLayout(source);
  const stale: string[] = [];
  const emit = (path: string | undefined, text: string) => {
    if (path === undefined) return;
    if (readOrEmpty(path) === text) return;
    stale.push(path);
    if (!check) writeFileSync(path, text);
  };
  emit(targets.cpp, generateCpp(layout, basename(source)));
  emit(targets.ts, generateTypeScript(layout, basename(source), targets.contractImport ?? '@aatgs/core'));
  return stale;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
