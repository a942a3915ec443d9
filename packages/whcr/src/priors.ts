import type { StagedConfig } from '@aatgs/core';
import { invalidArgument } from './errors.ts';
import { type WhcrConfig, WhcrPhase } from './generated/layout.ts';
import type { Graph } from './graph/index.ts';

/** What other modules know of the graph. Arrays of numbers from 0 to 1 (kept in 8 bits), or of bytes. */
export interface Priors {
  /** For each vertex: how stressed it is. */
  readonly stress?: Uint8Array | Float32Array | Float64Array;
  /** For each vertex: how long its conflicts have lasted. */
  readonly persistence?: Uint8Array | Float32Array | Float64Array;
  /** For each vertex: whether (not 0) it lies in a hotspot. */
  readonly hotspot?: Uint8Array;
  /** For each vertex and colour below `maxColors`, a vertex after the other: how likely it has that colour. Needs `beliefs: true`. */
  readonly belief?: Uint8Array | Float32Array | Float64Array;
}

/** What each prior counts, 0 to 256, in steps of 1/256. */
export interface PriorWeights {
  /** Default 1. */
  readonly stressWeight?: number;
  /** Default 1. */
  readonly persistenceWeight?: number;
  /** Default 1. */
  readonly beliefWeight?: number;
  /** Factor of a hotspot's stress, persistence and priority. Default 2. */
  readonly hotspotMultiplier?: number;
}

const ARRAYS = [
  ['stress', 1],
  ['persistence', 2],
  ['hotspot', 4],
  ['belief', 8],
] as const;

/** Bytes of staging all priors of a graph can take. */
export const priorBytes = (graph: Graph, maxColors: number, beliefs: boolean): number =>
  graph.n * (3 + (beliefs ? maxColors : 0));

/**
 * The config that hands priors to the step, with its input.
 *
 * @throws {WhcrError} `ERR_WHCR_INVALID_ARGUMENT` for arrays of another length, or weights out of range.
 */
export function encodePriors(
  graph: Graph,
  priors: Priors,
  weights: PriorWeights,
  maxColors: number,
  beliefs: boolean,
): StagedConfig<WhcrConfig> {
  if (priors.belief && !beliefs) throw invalidArgument('belief', 'given', 'the option beliefs: true of new Whcr()');
  const parts: Uint8Array[] = [];
  let present = 0;
  for (const [name, bit] of ARRAYS) {
    const values = priors[name];
    if (values === undefined) continue;
    const length = name === 'belief' ? graph.n * maxColors : graph.n;
    if (values.length !== length) throw invalidArgument(`${name}.length`, values.length, `${length}`);
    parts.push(values instanceof Uint8Array ? values : toBytes(name, values));
    present |= bit;
  }
  const input = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    input.set(part, at);
    at += part.length;
  }
  const { stressWeight = 1, persistenceWeight = 1, beliefWeight = 1, hotspotMultiplier = 2 } = weights;
  const config = {
    phase: WhcrPhase.SET_PRIORS,
    priors: present,
    stressWeight: fixedPoint('stressWeight', stressWeight),
    persistenceWeight: fixedPoint('persistenceWeight', persistenceWeight),
    beliefWeight: fixedPoint('beliefWeight', beliefWeight),
    hotspotMultiplier: fixedPoint('hotspotMultiplier', hotspotMultiplier),
  };
  return { config, input };
}

function toBytes(name: string, values: Float32Array | Float64Array): Uint8Array {
  return Uint8Array.from(values, (value, i) => {
    if (!(value >= 0 && value <= 1)) throw invalidArgument(`${name}[${i}]`, value, 'a number from 0 to 1');
    return Math.round(value * 255);
  });
}

function fixedPoint(name: string, value: number): number {
  if (!(value >= 0 && value <= 256)) throw invalidArgument(name, value, 'a number from 0 to 256');
  return Math.round(value * 256);
}
