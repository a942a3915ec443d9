import { defineConfig } from 'tsup';

const libraries = {
  index: 'src/index.ts',
  example: 'src/example.ts',
  'conformance/index': 'src/conformance/index.ts',
  'conformance/example': 'src/conformance/example.ts',
  cli: 'src/cli/run.ts',
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
