// What the tests of task graphs share.
import { afterEach, expect } from 'vitest';
import { type ExampleConfig, type ExampleTelemetry, exampleModule } from '../../src/example.ts';
import { type ContextOptions, GpuExecutionContext, TaskGraphError } from '../../src/index.ts';

const open: GpuExecutionContext<ExampleConfig, ExampleTelemetry>[] = [];
/** A context on the CPU that is shut down after the test. */
export function context(options: ContextOptions = {}, setup = { entities: 50, goal: 300 }) {
  const made = new GpuExecutionContext(exampleModule(setup), { device: 'cpu', async: true, threads: 1, ...options });
  open.push(made);
  return made;
}
afterEach(async () => {
  for (const made of open.splice(0)) await made.shutdown();
});
export const withCode = (code: string) => expect.objectContaining({ code });
export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
/** Rejects when the signal aborts. */
export const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
/** The error of a run in which a task failed. */
export const failed = async (promise: Promise<unknown>): Promise<TaskGraphError> => {
  const error = await promise.then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(TaskGraphError);
  return error as TaskGraphError;
};
