import { channel } from 'node:diagnostics_channel';
import type { TaskEvents } from './graph/events.ts';

/**
 * Names of the channels of `node:diagnostics_channel` this package publishes to. Nothing is made or published while nobody
 * has subscribed.
 *
 * | channel | message |
 * |---|---|
 * | `aatgs:context:open` | `{ context, module, device }` |
 * | `aatgs:context:step` | `{ module, device, phase, durationNs }`, for every record as it is collected |
 * | `aatgs:context:close` | `{ module, device, code, message }`: `ERR_AATGS_CLOSED`, or `ERR_AATGS_DEVICE_LOST` |
 * | `aatgs:task:start` | `{ name, kind, place }` |
 * | `aatgs:task:end` | `{ name, kind, place, durationMs, state, error }` |
 */
export const CHANNELS = {
  contextOpen: 'aatgs:context:open',
  contextStep: 'aatgs:context:step',
  contextClose: 'aatgs:context:close',
  taskStart: 'aatgs:task:start',
  taskEnd: 'aatgs:task:end',
} as const;

export const contextOpen = channel(CHANNELS.contextOpen);
export const contextStep = channel(CHANNELS.contextStep);
export const contextClose = channel(CHANNELS.contextClose);
const taskStart = channel(CHANNELS.taskStart);
const taskEnd = channel(CHANNELS.taskEnd);

/** Publishes the tasks of a run. */
export const taskChannels: TaskEvents = {
  started(task) {
    const startMs = performance.now();
    if (taskStart.hasSubscribers) taskStart.publish({ ...task });
    return (state, error) => {
      if (taskEnd.hasSubscribers) taskEnd.publish({ ...task, durationMs: performance.now() - startMs, state, error });
    };
  },
};
