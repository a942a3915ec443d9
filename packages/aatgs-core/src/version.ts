import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** This package's version, from its package.json. */
export function version(): string {
  return (require('@aatgs/core/package.json') as { version: string }).version;
}
