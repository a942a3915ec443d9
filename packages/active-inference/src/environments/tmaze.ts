import { checkNumber } from '../errors.ts';
import type { ModelSpec } from '../model/model.ts';
import { constant, same, tensor } from './builders.ts';
import type { World } from './environment.ts';
import { processWorld } from './process.ts';

/** Options of {@link tmaze}. */
export interface TmazeOptions {
  /** Probability of the reward in the arm that has it, and of the loss in the other. Default 0.98. */
  readonly rewardProbability?: number;
  /** Probability that the cue names the right arm. Default 1. */
  readonly cueValidity?: number;
  /** Preference for the reward, and against the loss, nats. Default 3. */
  readonly reward?: number;
}

const [CENTRE, RIGHT, LEFT, CUE] = [0, 1, 2, 3];

/**
 * The T-maze (Friston et al. 2015): a rat at the centre may look at a cue, which says in which arm the reward is. States:
 * location (centre, right arm, left arm, cue) and side of the reward. Outcomes: location; nothing, reward or loss; what the
 * cue says. Arms can be left again.
 */
export function tmaze(options: TmazeOptions = {}): World<ModelSpec> {
  const p = checkNumber('rewardProbability', options.rewardProbability ?? 0.98, 0, 1);
  const valid = checkNumber('cueValidity', options.cueValidity ?? 1, 0, 1);
  const reward = checkNumber('reward', options.reward ?? 3, 0);
  const atArm = (outcome: number, location: number, side: number) => {
    if (location === CENTRE || location === CUE) return same(outcome, 0);
    const right = same(location, RIGHT) === same(side, 0) ? p : 1 - p;
    return [0, right, 1 - right][outcome] as number;
  };
  const cue = (outcome: number, location: number, side: number) =>
    location === CUE ? (outcome === side ? valid : 1 - valid) : 0.5;
  return processWorld({
    A: [tensor([4, 4, 2], (o, location) => same(o, location)), tensor([3, 4, 2], atArm), tensor([2, 4, 2], cue)],
    B: [tensor([4, 4, 4], (next, _, control) => same(next, control)), constant(2)],
    C: [
      [0, 0, 0, 0],
      [0, reward, -reward],
      [0, 0],
    ],
    D: [
      [1, 0, 0, 0],
      [0.5, 0.5],
    ],
  });
}

/** Names of the T-maze's locations. */
export const TMAZE_LOCATIONS = { CENTRE, RIGHT, LEFT, CUE } as const;
