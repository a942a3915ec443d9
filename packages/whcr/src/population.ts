import { devices, type PlacementOptions } from '@aatgs/core';
import type { Graph } from './graph/index.ts';

/** Shared memory a block can have, in KiB, by compute capability; the least of all others is 64. */
const SHARED_KIB: Readonly<Record<string, number>> = {
  '8.0': 163,
  '8.6': 99,
  '8.7': 163,
  '8.9': 99,
  '9.0': 227,
  '10.0': 227,
  '12.0': 99,
};
const LEAST_SHARED_KIB = 64;
/** Vertices a walk of a thread block is for. */
const WALK_VERTICES = 8192;

/**
 * Colourings that keep a device busy: on a GPU two a multiprocessor where the counts of two fit into its shared memory,
 * since a walk waits more than it computes, or else one; on the CPU one for each core but one. An even number, at least 2.
 */
export function defaultPopulation(graph: Graph, colors: number, placement: PlacementOptions): number {
  const { cpu, cuda } = devices();
  const { device = 'auto', engine = 'auto' } = placement;
  const gpu =
    device === 'cpu' || engine === 'host'
      ? undefined
      : device === 'auto'
        ? cuda.devices[0]
        : cuda.devices.find(({ index }) => index === device);
  const even = (count: number) => Math.max(2, 2 * Math.ceil(count / 2));
  if (!gpu) return even(cpu.cores - 1);
  const shared = 1024 * (SHARED_KIB[gpu.computeCapability] ?? LEAST_SHARED_KIB);
  const counts = 4 * ((Math.ceil(graph.n / 4) | 1) * (colors + 4));
  const two = graph.n <= WALK_VERTICES && 2 * (counts + 4096) <= shared;
  return even(gpu.multiprocessors * (two ? 2 : 1));
}
