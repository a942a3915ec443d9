// One module, two modes: the same steps waited for one by one, and queued through the rings.
import { GpuExecutionContext } from '@aatgs/core';
import { ExamplePhase, exampleModule } from '@aatgs/core/example';

const module = exampleModule({ entities: 1000, goal: 500 });
const steps = 2000;
const config = { phase: ExamplePhase.SPIN, spinNs: 5000 }; // a step of 5 microseconds

for (const async of [false, true]) {
  await using context = new GpuExecutionContext(module, { async, seed: 1 });
  await context.executeBatch(Array.from({ length: 100 }, () => config)); // warm up
  context.resetStats();
  const start = performance.now();
  await context.executeBatch(Array.from({ length: steps }, () => config));
  const us = ((performance.now() - start) / steps) * 1000;
  const { busyFraction, advice } = context.stats;
  console.log(
    `${async ? 'async' : 'sync '}  ${us.toFixed(2)} us an iteration on ${context.info.deviceName} (${context.info.engine});`,
    `workers busy ${Math.round(busyFraction * 100)} %`,
    advice.join(' '),
  );
}
