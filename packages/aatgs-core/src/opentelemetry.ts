import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { type Attributes, type Meter, metrics, type ObservableResult } from '@opentelemetry/api';
import type { ConfigRecord, TelemetryRecord } from './codec.ts';
import type { GpuExecutionContext } from './context.ts';
import { CHANNELS } from './diagnostics.ts';
import type { ContextStats } from './stats.ts';
import { version } from './version.ts';

type Context = GpuExecutionContext<ConfigRecord, TelemetryRecord>;

/** Options of `exportMetrics()`. */
export interface MetricsOptions {
  /** Where the instruments are made. Default: the global meter provider's `@aatgs/core`. */
  readonly meter?: Meter;
}

/** The export of metrics, until it is ended. */
export interface MetricsExport {
  /** Stops; instruments that were made report nothing any more. */
  end(): void;
}

/** Steps and tasks in seconds, as OpenTelemetry asks for: from a microsecond to some minutes. */
const BOUNDARIES = [1e-6, 5e-6, 2e-5, 1e-4, 5e-4, 2e-3, 0.01, 0.05, 0.2, 1, 5, 30, 120];

/**
 * Exports metrics of all contexts made from now on, and of all graphs that run, with OpenTelemetry. Needs the package
 * `@opentelemetry/api`, which the application that exports anything has installed.
 *
 * | instrument | |
 * |---|---|
 * | `aatgs.step.duration` | histogram, s: time of every step on its device |
 * | `aatgs.task.duration` | histogram, s: tasks of graphs, by kind and state |
 * | `aatgs.context.iterations` | counter: configs queued, by mode |
 * | `aatgs.context.overflows`, `aatgs.context.stalls` | counters, see `ContextStats` |
 * | `aatgs.ring.utilization` | gauge, 0 to 1, by ring |
 * | `aatgs.context.busy` | gauge, 0 to 1: share of the time spent in steps |
 */
export function exportMetrics({
  meter = metrics.getMeter('@aatgs/core', version()),
}: MetricsOptions = {}): MetricsExport {
  const contexts = new Map<WeakRef<Context>, Attributes>();
  const advice = { explicitBucketBoundaries: BOUNDARIES };
  const steps = meter.createHistogram('aatgs.step.duration', { unit: 's', advice });
  const tasks = meter.createHistogram('aatgs.task.duration', { unit: 's', advice });

  const handlers: Record<string, (message: unknown) => void> = {
    [CHANNELS.contextOpen]: (message) => {
      const { context, module, device } = message as { context: Context; module: string; device: string | number };
      contexts.set(new WeakRef(context), { 'aatgs.module': module, 'aatgs.device': String(device) });
    },
    [CHANNELS.contextStep]: (message) => {
      const { module, device, durationNs } = message as { module: string; device: string; durationNs: number };
      steps.record(durationNs / 1e9, { 'aatgs.module': module, 'aatgs.device': String(device) });
    },
    [CHANNELS.taskEnd]: (message) => {
      const { kind, place, state, durationMs } = message as Record<'kind' | 'place' | 'state', string> & {
        durationMs: number;
      };
      tasks.record(durationMs / 1000, { 'aatgs.task': kind, 'aatgs.place': place, 'aatgs.state': state });
    },
  };
  for (const [name, handler] of Object.entries(handlers)) subscribe(name, handler);

  /** Observes something of every context that is still there. */
  const each = (observe: (result: ObservableResult, stats: ContextStats, attributes: Attributes) => void) => {
    return (result: ObservableResult) => {
      for (const [reference, attributes] of contexts) {
        const context = reference.deref();
        const state = context?.health().state;
        if (context && state !== 'closed' && state !== 'lost') observe(result, context.stats, attributes);
        else contexts.delete(reference);
      }
    };
  };
  const observed = [
    [
      meter.createObservableCounter('aatgs.context.iterations'),
      each((result, { iterations }, attributes) => {
        for (const [mode, count] of Object.entries(iterations)) {
          result.observe(count, { ...attributes, 'aatgs.mode': mode });
        }
      }),
    ],
    [
      meter.createObservableCounter('aatgs.context.overflows'),
      each((result, { overflows }, attributes) => result.observe(overflows, attributes)),
    ],
    [
      meter.createObservableCounter('aatgs.context.stalls'),
      each((result, { stalls }, attributes) => result.observe(stalls, attributes)),
    ],
    [
      meter.createObservableGauge('aatgs.context.busy'),
      each((result, { busyFraction }, attributes) => result.observe(busyFraction, attributes)),
    ],
    [
      meter.createObservableGauge('aatgs.ring.utilization'),
      each((result, { configRing, telemetryRing }, attributes) => {
        result.observe(configRing.current, { ...attributes, 'aatgs.ring': 'config' });
        result.observe(telemetryRing.current, { ...attributes, 'aatgs.ring': 'telemetry' });
      }),
    ],
  ] as const;
  for (const [instrument, callback] of observed) instrument.addCallback(callback);

  return {
    end() {
      for (const [name, handler] of Object.entries(handlers)) unsubscribe(name, handler);
      for (const [instrument, callback] of observed) instrument.removeCallback(callback);
      contexts.clear();
    },
  };
}
