import type { GpuExecutionContext } from '@aatgs/core';
import type { ThermoConfig, ThermoTelemetry } from './generated/layout.ts';
import type { ResolvedThermoOptions } from './options.ts';

/** How exchanges went since the ladder was last changed. */
export interface Exchanges {
  /** Share of exchanges made between rungs k and k + 1. */
  readonly acceptance: Float64Array;
  /** Global communication barrier: the sum of rejections over the ladder (Syed et al. 2022). Some 2 x this many rungs are best. */
  readonly barrier: number;
  /** Journeys hot end, cold end, hot end, of all replicas. */
  readonly roundTrips: number;
  /** Round trips a round and ladder. */
  readonly roundTripRate: number;
}

/** Reads the counters of all ladders. */
export async function readExchanges(
  context: GpuExecutionContext<ThermoConfig, ThermoTelemetry>,
  { temperatures, ladders }: ResolvedThermoOptions,
): Promise<Exchanges> {
  const gaps = temperatures.length - 1;
  const counts = new BigUint64Array((await context.read('pairs')).slice().buffer);
  const tried = new Float64Array(gaps);
  const made = new Float64Array(gaps);
  for (let i = 0; i < ladders * gaps; i++) {
    tried[i % gaps]! += Number(counts[2 * i]);
    made[i % gaps]! += Number(counts[2 * i + 1]);
  }
  const walkers = new Uint32Array((await context.read('walkers')).slice().buffer);
  let roundTrips = 0;
  for (let i = 2; i < walkers.length; i += 3) roundTrips += walkers[i] as number;
  const acceptance = made.map((m, k) => ((tried[k] as number) > 0 ? m / (tried[k] as number) : 0));
  // Every pair is tried in every second round.
  const rounds = gaps > 0 ? ((tried[0] as number) / ladders) * 2 : 0;
  return {
    acceptance,
    barrier: acceptance.reduce((sum, a) => sum + 1 - a, 0),
    roundTrips,
    roundTripRate: rounds > 0 ? roundTrips / rounds / ladders : 0,
  };
}
