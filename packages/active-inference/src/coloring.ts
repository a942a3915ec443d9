import type { PlacementOptions } from '@aatgs/core';
import { ActiveInference } from './active-inference.ts';
import { tensor } from './environments/builders.ts';
import { checkInteger, checkNumber, invalidArgument } from './errors.ts';

/** A graph in compressed rows, e.g. one of @aatgs/whcr. */
export interface ColoringGraph {
  /** Vertices. */
  readonly n: number;
  /** Where each vertex's neighbours begin, `n + 1` numbers. */
  readonly offsets: ArrayLike<number>;
  /** Neighbours of all vertices. */
  readonly neighbors: ArrayLike<number>;
}

/** Options of {@link beliefsForColoring}. */
export interface ColoringOptions extends PlacementOptions {
  /** Colours. */
  readonly colors: number;
  /** Rounds in which every vertex hears its neighbours' beliefs. Default 20. */
  readonly rounds?: number;
  /** How strongly a neighbour's colour speaks against itself, nats. Default 1. */
  readonly coupling?: number;
  /** Share of a round's news in what is heard; below one, neighbours do not swing to and fro. Default 0.5. */
  readonly damping?: number;
  /** Seed of the uneven beliefs that vertices begin with, so that colours can part. Default 0. */
  readonly seed?: number;
}

/**
 * Beliefs of every vertex about its colour, `[vertex][color]`, each row summing to one: a prior for @aatgs/whcr
 * (`setPriors({ belief })`). Vertices are agents whose outcomes are the colours they hear from their neighbours; repeated,
 * that is mean-field inference of a Potts antiferromagnet.
 *
 * Throws ERR_AI_INVALID_ARGUMENT for bad options.
 */
export async function beliefsForColoring(graph: ColoringGraph, options: ColoringOptions): Promise<Float32Array> {
  const { n, offsets, neighbors } = graph;
  const { colors, rounds = 20, coupling = 1, damping = 0.5, seed = 0, ...placement } = options;
  checkInteger('graph.n', n, 1);
  checkInteger('colors', colors, 2, 4096);
  checkInteger('rounds', rounds, 1);
  checkNumber('coupling', coupling, 0);
  checkNumber('damping', damping, 0, 1);
  if (offsets.length !== n + 1) throw invalidArgument('graph.offsets.length', offsets.length, `${n + 1}`);
  // A neighbour's colour is less likely to be heard in the same state, by the coupling.
  const other = 1 / (colors - 1 + Math.exp(-coupling));
  const A = tensor([colors, colors], (heard, own) => (heard === own ? other * Math.exp(-coupling) : other));
  const B = tensor([colors, colors, 1], (next, now) => (next === now ? 1 : 0));
  const start = new Float64Array(n * colors);
  let state = (seed ^ 0x9e3779b9) >>> 0;
  for (let v = 0; v < n; v++) {
    let sum = 0;
    for (let c = 0; c < colors; c++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const weight = 1 + (state / 2 ** 32) * 0.1;
      start[v * colors + c] = weight;
      sum += weight;
    }
    for (let c = 0; c < colors; c++) start[v * colors + c] = (start[v * colors + c] as number) / sum;
  }
  const shape = n === 1 ? [colors] : [n, colors];
  await using vertices = new ActiveInference(
    { A: [A], B: [B], D: [{ shape, data: start }] },
    { ...placement, agents: n, softObservations: true, ...(n > 1 && { perAgent: ['D'] }) },
  );
  const heard = new Float32Array(n * colors);
  let beliefs: ArrayLike<number> = start;
  for (let round = 0; round < rounds; round++) {
    const share = round === 0 ? 1 : damping;
    for (let v = 0; v < n; v++) {
      for (let c = 0; c < colors; c++) heard[v * colors + c] = (heard[v * colors + c] as number) * (1 - share);
      for (let a = offsets[v] as number; a < (offsets[v + 1] as number); a++) {
        const from = (neighbors[a] as number) * colors;
        for (let c = 0; c < colors; c++) {
          heard[v * colors + c] = (heard[v * colors + c] as number) + share * (beliefs[from + c] as number);
        }
      }
    }
    await vertices.inferStates(heard);
    [beliefs = start] = await vertices.beliefs();
  }
  return Float32Array.from(beliefs);
}
