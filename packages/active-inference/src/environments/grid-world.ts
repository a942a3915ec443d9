import { checkInteger, checkNumber } from '../errors.ts';
import type { ModelSpec } from '../model/model.ts';
import { same, tensor } from './builders.ts';
import type { World } from './environment.ts';
import { processWorld } from './process.ts';

/** Options of {@link gridWorld}. */
export interface GridWorldOptions {
  /** Rows. Default 3. */
  readonly rows?: number;
  /** Columns. Default: as many as rows. */
  readonly columns?: number;
  /** Cell to go to. Default: the last. */
  readonly goal?: number;
  /** Cell to start from. Default 0. */
  readonly start?: number;
  /** Probability that a move does not happen. Default 0. */
  readonly slip?: number;
  /** Probability that another cell is seen, spread evenly. Default 0. */
  readonly noise?: number;
  /** Preference for seeing the goal, nats. Default 4. */
  readonly preference?: number;
}

/** Moves of a grid world, `[row, column]`: up, right, down, left, stay. */
export const MOVES: readonly (readonly [number, number])[] = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
  [0, 0],
];

/** The cell that a move leads to; walls hold. */
export function moved(cell: number, control: number, rows: number, columns: number): number {
  const [down, right] = MOVES[control] as readonly [number, number];
  const row = Math.min(rows - 1, Math.max(0, Math.floor(cell / columns) + down));
  const column = Math.min(columns - 1, Math.max(0, (cell % columns) + right));
  return row * columns + column;
}

/** A grid of cells with a preferred one; one factor, one modality, five controls. `goals` mark it for the inductive term. */
export function gridWorld(options: GridWorldOptions = {}): World<ModelSpec> {
  const rows = checkInteger('rows', options.rows ?? 3, 1, 1024);
  const columns = checkInteger('columns', options.columns ?? rows, 1, 1024);
  const n = rows * columns;
  const goal = checkInteger('goal', options.goal ?? n - 1, 0, n - 1);
  const start = checkInteger('start', options.start ?? 0, 0, n - 1);
  const slip = checkNumber('slip', options.slip ?? 0, 0, 1);
  const noise = checkNumber('noise', options.noise ?? 0, 0, 1);
  const preference = checkNumber('preference', options.preference ?? 4, 0);
  const seen = (o: number, cell: number) => (n === 1 ? 1 : o === cell ? 1 - noise : noise / (n - 1));
  const next = (to: number, from: number, control: number) =>
    same(to, moved(from, control, rows, columns)) * (1 - slip) + same(to, from) * slip;
  const at = (cell: number) => Array.from({ length: n }, (_, i) => same(i, cell));
  return processWorld({
    A: [tensor([n, n], seen)],
    B: [tensor([n, n, MOVES.length], next)],
    C: [at(goal).map((value) => value * preference)],
    D: [at(start)],
    goals: [at(goal)],
  });
}
