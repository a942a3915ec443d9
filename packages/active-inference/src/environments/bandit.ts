import { checkNumber } from '../errors.ts';
import type { ModelSpec } from '../model/model.ts';
import { constant, same, tensor } from './builders.ts';
import type { World } from './environment.ts';
import { processWorld } from './process.ts';

/** Options of {@link bandit}. */
export interface BanditOptions {
  /** Probability of a win with the better arm, and of a loss with the other. Default 0.8. */
  readonly winProbability?: number;
  /** Probability that the hint names the better arm. Default 0.9. */
  readonly hintValidity?: number;
  /** Preference for winning, and against losing, nats. Default 1. */
  readonly reward?: number;
}

/**
 * The epistemic bandit (Smith, Friston and Whyte 2022): two arms, of which the better one is not known, and a hint to ask
 * for first. States: better arm; choice (left arm, right arm, hint). Outcomes: hint (left, right, none); win, loss or
 * nothing; the choice.
 */
export function bandit(options: BanditOptions = {}): World<ModelSpec> {
  const win = checkNumber('winProbability', options.winProbability ?? 0.8, 0, 1);
  const valid = checkNumber('hintValidity', options.hintValidity ?? 0.9, 0, 1);
  const reward = checkNumber('reward', options.reward ?? 1, 0);
  const hint = (o: number, better: number, choice: number) => {
    if (choice !== 2) return same(o, 2);
    return o === 2 ? 0 : o === better ? valid : 1 - valid;
  };
  const result = (o: number, better: number, choice: number) => {
    if (choice === 2) return same(o, 2);
    const won = choice === better ? win : 1 - win;
    return [won, 1 - won, 0][o] as number;
  };
  return processWorld({
    A: [tensor([3, 2, 3], hint), tensor([3, 2, 3], result), tensor([3, 2, 3], (o, _, choice) => same(o, choice))],
    B: [constant(2), tensor([3, 3, 3], (next, _, control) => same(next, control))],
    C: [
      [0, 0, 0],
      [reward, -reward, 0],
      [0, 0, 0],
    ],
    D: [
      [0.5, 0.5],
      [1 / 3, 1 / 3, 1 / 3],
    ],
  });
}
