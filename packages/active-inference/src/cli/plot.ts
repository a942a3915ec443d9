const SHADES = ' .:-=+*#%@';

/** One belief's course as characters: a row for each state, time from left to right, darker is more probable. */
export function beliefPlot(title: string, names: readonly string[], course: readonly (readonly number[])[]): string {
  const width = Math.max(...names.map((name) => name.length));
  const rows = names.map((name, s) => {
    const cells = course.map(
      (beliefs) => SHADES[Math.min(SHADES.length - 1, Math.round((beliefs[s] ?? 0) * (SHADES.length - 1)))],
    );
    return `${name.padStart(width)} |${cells.join('')}|`;
  });
  return [title, ...rows].join('\n');
}
