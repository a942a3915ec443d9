import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { defineConfig } from 'tsup';

const require = createRequire(import.meta.url);

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    conformance: 'src/conformance.ts',
    'cli/main': 'src/cli/main.ts',
    'read-worker': 'src/batch/read-worker.ts',
  },
  format: ['esm'],
  platform: 'node',
  target: 'node20',
  dts: { entry: { index: 'src/index.ts', conformance: 'src/conformance.ts' } },
  sourcemap: true,
  clean: true,
  // The viewer of the HTML pages comes with the package, so that nobody installs the whole of Mol* for one file.
  async onSuccess() {
    mkdirSync('viewer', { recursive: true });
    for (const name of ['molstar.js', 'molstar.css']) {
      copyFileSync(require.resolve(`molstar/build/viewer/${name}`), `viewer/${name}`);
    }
  },
});
