import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { defineConfig } from 'tsup';

const libraries = {
  index: 'src/index.ts',
  example: 'src/example.ts',
  'conformance/index': 'src/conformance/index.ts',
  'conformance/example': 'src/conformance/example.ts',
  cli: 'src/cli/run.ts',
  files: 'src/files/index.ts',
  opentelemetry: 'src/opentelemetry.ts',
  report: 'src/report/index.ts',
};
const require = createRequire(import.meta.url);

export default defineConfig({
  entry: { ...libraries, 'cli/main': 'src/cli/main.ts' },
  format: ['esm'],
  platform: 'node',
  target: 'node20',
  dts: { entry: libraries },
  sourcemap: true,
  clean: true,
  esbuildPlugins: [
    {
      // The same suffix as Vite's, so that tests read the sources as they are.
      name: 'raw',
      setup(build) {
        build.onResolve({ filter: /\?raw$/ }, ({ path }) => ({
          // With its suffix, so that no loader of .css files takes it.
          path: `${require.resolve(path.replace(/\?raw$/, ''))}?raw`,
          namespace: 'raw',
        }));
        build.onLoad({ filter: /.*/, namespace: 'raw' }, ({ path }) => ({
          contents: readFileSync(path.replace(/\?raw$/, ''), 'utf8'),
          loader: 'text',
        }));
      },
    },
  ],
});
