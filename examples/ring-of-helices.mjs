// A structure to try things on where there is no file: helices in a ring, whose channel is the only pocket there is.

/** The text of a PDB file: ideal alpha helices (100 degrees and 1.5 A a residue) around an axis. */
export function ringOfHelices(count, radius) {
  const lines = [];
  // Radius, angle and height of each atom in its residue.
  const atoms = { N: [1.55, -28, -0.9], CA: [2.3, 0, 0], C: [1.65, 26, 1.1], O: [2.0, 24, 2.3], CB: [3.3, -18, -0.3] };
  for (let h = 0; h < count; h++) {
    const [x0, y0] = [radius * Math.cos((2 * Math.PI * h) / count), radius * Math.sin((2 * Math.PI * h) / count)];
    for (let i = 0; i < 22; i++) {
      for (const [name, [r, turn, rise]] of Object.entries(atoms)) {
        const angle = ((100 * i + turn) * Math.PI) / 180;
        const xyz = [x0 + r * Math.cos(angle), y0 + r * Math.sin(angle), 1.5 * i + rise];
        const columns = xyz.map((value) => value.toFixed(3).padStart(8)).join('');
        const residue = `${i % 3 ? 'LEU' : 'PHE'} A${String(30 * h + i + 1).padStart(4)}`;
        lines.push(
          `ATOM  ${String(lines.length + 1).padStart(5)}  ${name.padEnd(3)} ${residue}    ${columns}  1.00  0.00           ${name[0]}`,
        );
      }
    }
  }
  return `${lines.join('\n')}\nEND\n`;
}
