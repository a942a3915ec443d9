import { checkInteger } from '../errors.ts';
import type { ModelSpec } from '../model/model.ts';
import { constant, same, tensor } from './builders.ts';
import type { World } from './environment.ts';
import { MOVES, moved } from './grid-world.ts';
import { processWorld } from './process.ts';

/** Options of {@link cueChaining}: cells are numbered row by row. */
export interface CueChainingOptions {
  /** Rows. Default 5. */
  readonly rows?: number;
  /** Columns. Default 7. */
  readonly columns?: number;
  /** Cell of the first cue, which says where the second is. Default: third row, first column. */
  readonly firstCue?: number;
  /** Cells that may hold the second cue, which says where the reward is. Default: four in the third column. */
  readonly secondCues?: readonly number[];
  /** The two cells of reward and shock. Default: the last column's second and fourth cell. */
  readonly rewards?: readonly [number, number];
  /** Cell to start from. Default 0. */
  readonly start?: number;
  /** Preference for the reward, and twice against the shock, nats. Default 2. */
  readonly reward?: number;
}

/**
 * Cue chaining: a grid in which a first cue tells where a second one is, and that one where the reward is. States: cell,
 * place of the second cue, side of the reward. Outcomes: cell; first cue; second cue; nothing, reward or shock.
 */
export function cueChaining(options: CueChainingOptions = {}): World<ModelSpec> {
  const rows = checkInteger('rows', options.rows ?? 5, 3, 64);
  const columns = checkInteger('columns', options.columns ?? 7, 4, 64);
  const n = rows * columns;
  const cell = (row: number, column: number) => Math.min(row, rows - 1) * columns + column;
  const firstCue = checkInteger('firstCue', options.firstCue ?? cell(2, 0), 0, n - 1);
  const seconds = options.secondCues ?? [0, 1, 3, 4].filter((row) => row < rows).map((row) => cell(row, 2));
  const rewards = options.rewards ?? [cell(1, columns - 1), cell(3, columns - 1)];
  for (const place of [...seconds, ...rewards]) checkInteger('secondCues and rewards', place, 0, n - 1);
  const start = checkInteger('start', options.start ?? 0, 0, n - 1);
  const { reward = 2 } = options;
  const k = seconds.length;
  const first = (o: number, at: number, place: number) => same(o, at === firstCue ? place + 1 : 0);
  const second = (o: number, at: number, place: number, side: number) => same(o, at === seconds[place] ? side + 1 : 0);
  const outcome = (o: number, at: number, side: number) => {
    const arm = rewards.indexOf(at);
    return same(o, arm < 0 ? 0 : arm === side ? 1 : 2);
  };
  return processWorld({
    A: [
      tensor([n, n], (o, at) => same(o, at)),
      tensor([k + 1, n, k], first),
      tensor([3, n, k, 2], second),
      tensor([3, n, 2], outcome),
    ],
    aDependencies: [[0], [0, 1], [0, 1, 2], [0, 2]],
    B: [
      tensor([n, n, MOVES.length], (to, from, u) => same(to, moved(from, u, rows, columns))),
      constant(k),
      constant(2),
    ],
    C: [new Array<number>(n).fill(0), new Array<number>(k + 1).fill(0), [0, 0, 0], [0, reward, -2 * reward]],
    D: [Array.from({ length: n }, (_, i) => same(i, start)), new Array<number>(k).fill(1 / k), [0.5, 0.5]],
  });
}
