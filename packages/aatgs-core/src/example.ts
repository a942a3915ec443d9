import { createRequire } from 'node:module';
import type { SubstepRule } from './adaptive/advance.ts';
import type { ExampleConfig, ExampleSetup, ExampleTelemetry } from './generated/example-layout.ts';
import { ExamplePhase, exampleLayout } from './generated/example-layout.ts';
import { KernelModule } from './module.ts';
import { locateBinary } from './native/locate.ts';

export {
  type ExampleConfig,
  ExamplePhase,
  type ExampleSetup,
  type ExampleTelemetry,
} from './generated/example-layout.ts';

const require = createRequire(import.meta.url);

const exampleSubsteps: SubstepRule<ExampleConfig> = {
  of: ({ phase = ExamplePhase.RUN, substeps = 1 }) => (phase === ExamplePhase.RUN ? substeps : 0),
  with: (config, substeps) => ({ ...config, substeps }),
};

/** The example module: counters that grow at random until each reaches a goal. For demonstrations, tests and benchmarks. */
export function exampleModule(setup: ExampleSetup): KernelModule<ExampleSetup, ExampleConfig, ExampleTelemetry> {
  const { path } = locateBinary('@aatgs/core', 'example.so', require.resolve);
  return new KernelModule({ layout: exampleLayout, library: path, setup, substeps: exampleSubsteps });
}
