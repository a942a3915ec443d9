export type { TaskEvent, TaskEvents } from '../graph/events.ts';
export { Tracer, type TracerOptions } from './tracer.ts';
