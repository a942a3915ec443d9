import type { ContextTrace } from './context-trace.ts';
import { byPlace, onLanes } from './lanes.ts';
import type { TracedTask } from './tracer.ts';

const PROCESS = 1;
const us = (ms: number) => Math.round(ms * 1e6) / 1e3;

/**
 * Tasks and contexts as trace events (the JSON object format of the Trace Event Format, Google 2016): complete events for
 * tasks and steps, counters for the rings, instant events for sleeping, waking and stalls.
 */
export function chromeTrace(tasks: readonly TracedTask[], contexts: readonly ContextTrace[], dropped: number): object {
  const events: object[] = [{ ph: 'M', pid: PROCESS, name: 'process_name', args: { name: 'AATGS' } }];
  let thread = 0;
  const open = (name: string) => {
    thread++;
    events.push({ ph: 'M', pid: PROCESS, tid: thread, name: 'thread_name', args: { name } });
    events.push({ ph: 'M', pid: PROCESS, tid: thread, name: 'thread_sort_index', args: { sort_index: thread } });
    return thread;
  };
  const span = (tid: number, name: string, cat: string, startMs: number, endMs: number, args: object) =>
    events.push({ ph: 'X', pid: PROCESS, tid, name, cat, ts: us(startMs), dur: us(endMs - startMs), args });

  for (const [place, there] of byPlace(tasks)) {
    const tids: number[] = [];
    for (const { span: task, lane } of onLanes(there)) {
      tids[lane] ??= open(`tasks on ${place}${lane > 0 ? ` (${lane + 1})` : ''}`);
      const { name, kind, state, reason, startMs, endMs } = task;
      span(tids[lane], name, 'task', startMs, endMs, { kind, state, ...(reason !== null && { reason }) });
    }
  }
  for (const { name, steps, levels, marks } of contexts) {
    const tid = open(name);
    for (const { startMs, endMs, phase } of steps) span(tid, `phase ${phase}`, 'step', startMs, endMs, {});
    for (const { ms, configs, records } of levels) {
      events.push({ ph: 'C', pid: PROCESS, name: `rings of ${name}`, ts: us(ms), args: { configs, records } });
    }
    for (const { ms, what, count } of marks) {
      events.push({ ph: 'i', s: 't', pid: PROCESS, tid, name: what, cat: 'scheduler', ts: us(ms), args: { count } });
    }
  }
  return { traceEvents: events, displayTimeUnit: 'ms', otherData: { dropped } };
}
