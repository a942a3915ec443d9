const WIDTH = 64;
const HEIGHT = 12;

/** A curve in characters, temperature from left to right. */
export function plot(title: string, xs: readonly number[], ys: readonly number[]): string {
  if (xs.length === 0) return title;
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const rows = Array.from({ length: HEIGHT }, () => new Array<string>(WIDTH).fill(' '));
  for (const [i, x] of xs.entries()) {
    const column = Math.round(((x - left) / (right - left || 1)) * (WIDTH - 1));
    const row = Math.round((((ys[i] as number) - low) / (high - low || 1)) * (HEIGHT - 1));
    (rows[HEIGHT - 1 - row] as string[])[column] = '*';
  }
  const label = (row: number) => (row === 0 ? high : row === HEIGHT - 1 ? low : undefined)?.toFixed(3) ?? '';
  const body = rows.map((cells, row) => `${label(row).padStart(8)} |${cells.join('')}`);
  return [`${title}`, ...body, `${' '.repeat(9)}${left.toFixed(2)}${right.toFixed(2).padStart(WIDTH - 3)}`].join('\n');
}
