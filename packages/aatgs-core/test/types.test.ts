// What the types promise and refuse. `check-types` decides; the test runner only sees that the file loads.
import { expectTypeOf, test } from 'vitest';
import type { ExampleConfig, ExampleTelemetry } from '../src/example.ts';
import { exampleModule } from '../src/example.ts';
import type { AatgsError, ContextOptions, GpuExecutionContext } from '../src/index.ts';

type Context = GpuExecutionContext<ExampleConfig, ExampleTelemetry>;

test('telemetry may be null where it may be late, and nowhere else', () => {
  expectTypeOf<ReturnType<Context['execute']>>().toEqualTypeOf<ExampleTelemetry | null>();
  expectTypeOf<ReturnType<Context['executeSync']>>().toEqualTypeOf<ExampleTelemetry>();
  expectTypeOf<ReturnType<Context['poll']>>().toEqualTypeOf<ExampleTelemetry[]>();
  expectTypeOf<Awaited<ReturnType<Context['executeBatch']>>>().toEqualTypeOf<ExampleTelemetry[]>();
  expectTypeOf<ReturnType<Context['submit']>>().toEqualTypeOf<Promise<void>>();
});

test('what a module does not know is refused', () => {
  const spec = { entities: 10, goal: 10 };
  expectTypeOf(exampleModule).toBeCallableWith(spec);
  // @ts-expect-error: no such field
  const config: ExampleConfig = { substep: 1 };
  // @ts-expect-error: devices are 'auto', 'cpu' or a number
  const device: ContextOptions = { device: 'gpu' };
  // @ts-expect-error: an engine by another name
  const engine: ContextOptions = { engine: 'cuda' };
  expectTypeOf([config, device, engine]).toBeArray();
});

test('contexts can be used with using, and errors are matched by code', () => {
  expectTypeOf<Context>().toExtend<AsyncDisposable & Disposable>();
  expectTypeOf<AatgsError['code']>().toEqualTypeOf<string>();
});
