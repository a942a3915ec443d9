/** A PDB file made for tests: lines of ATOM records. */
export interface AtomLine {
  readonly name?: string;
  readonly comp?: string;
  readonly chain?: string;
  readonly number?: number;
  readonly insertion?: string;
  readonly altloc?: string;
  readonly xyz?: readonly [number, number, number];
  readonly occupancy?: number;
  readonly b?: number;
  readonly element?: string;
  readonly hetero?: boolean;
}

export function pdbLine(atom: AtomLine, serial: number): string {
  const { name = 'CA', comp = 'ALA', chain = 'A', number = 1, insertion = '', altloc = '', element } = atom;
  const { xyz = [0, 0, 0], occupancy = 1, b = 20, hetero = false } = atom;
  const columns = name.length >= 4 ? name : ` ${name}`.padEnd(4);
  const place = xyz.map((v) => v.toFixed(3).padStart(8)).join('');
  return `${hetero ? 'HETATM' : 'ATOM  '}${String(serial).padStart(5)} ${columns}${altloc.padEnd(1)}${comp.padStart(3)} ${chain}${String(number).padStart(4)}${insertion.padEnd(1)}   ${place}${occupancy.toFixed(2).padStart(6)}${b.toFixed(2).padStart(6)}          ${(element ?? name.replace(/[^A-Z].*/, '').slice(0, 1)).padStart(2)}`;
}

export const pdb = (atoms: readonly AtomLine[]): string =>
  `${atoms.map((atom, i) => pdbLine(atom, i + 1)).join('\n')}\nEND\n`;

/** The backbone of one residue around a place. */
export function backbone(number: number, x: number, more: AtomLine = {}): AtomLine[] {
  const at = (dx: number, dy: number): [number, number, number] => [x + dx, dy, 0];
  return [
    { ...more, name: 'N', number, xyz: at(0, 0) },
    { ...more, name: 'CA', number, xyz: at(1.4, 0.5) },
    { ...more, name: 'C', number, xyz: at(2.4, -0.6) },
    { ...more, name: 'O', number, xyz: at(2.3, -1.8) },
  ];
}
