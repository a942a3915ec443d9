import { defineConfig } from 'tsup';

const libraries = {
  index: 'src/index.ts',
  conformance: 'src/conformance.ts',
  'conformance-sparse': 'src/conformance-sparse.ts',
};

export default defineConfig({
  entry: { ...libraries, 'cli/main': 'src/cli/main.ts' },
  format: ['esm'],
  platform: 'node',
  target: 'node20',
  dts: { entry: libraries },
  sourcemap: true,
  clean: true,
});
