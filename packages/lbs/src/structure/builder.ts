import { aminoAcidCode, isNucleotide, isWater, OTHER_RESIDUE } from '../chemistry/residues.ts';
import { LbsError } from '../errors.ts';
import type { Chain, LeftOut, ReadOptions, Residue, Structure } from './structure.ts';

/** An atom as a reader finds it. */
export interface RawAtom {
  x: number;
  y: number;
  z: number;
  name: string;
  element: string;
  altloc: string;
  compId: string;
  chain: string;
  number: number;
  insertion: string;
  occupancy: number;
  b: number;
  serial: number;
  /** Whether its record says it is no part of a polymer of standard residues. */
  hetero: boolean;
  /** Whether the file says which kind of polymer the residue belongs to. */
  polymer: 'protein' | 'nucleic' | 'none' | 'unknown';
}

interface Group {
  readonly compId: string;
  readonly chain: string;
  readonly number: number;
  readonly insertion: string;
  readonly atoms: RawAtom[];
  kind: 'protein' | 'maybe' | 'nucleic' | 'water' | 'other';
}

/** Longest peptide bond a modified residue is recognised by, angstroms. */
const PEPTIDE_BOND = 2.0;

/** Collects the atoms of one model and makes the structure of its protein. */
export class StructureBuilder {
  readonly #groups: Group[] = [];
  readonly #byKey = new Map<string, Group>();
  #last: Group | undefined;
  #hydrogens = 0;
  #alternates = 0;

  /** Adds an atom; hydrogens are counted only. */
  add(atom: RawAtom): void {
    if (atom.element === 'H' || atom.element === 'D') {
      this.#hydrogens++;
      return;
    }
    let group = this.#last;
    if (
      group?.number !== atom.number ||
      group.compId !== atom.compId ||
      group.chain !== atom.chain ||
      group.insertion !== atom.insertion
    ) {
      const key = `${atom.chain}|${atom.number}|${atom.insertion}|${atom.compId}`;
      group = this.#byKey.get(key);
      if (!group) {
        const { compId, chain, number, insertion } = atom;
        group = { compId, chain, number, insertion, atoms: [], kind: kindOf(atom) };
        this.#byKey.set(key, group);
        this.#groups.push(group);
      }
      this.#last = group;
    }
    group.atoms.push(atom);
  }

  /** The structure. Throws ERR_LBS_NO_PROTEIN where nothing is left. */
  build(
    name: string,
    source: string,
    found: { model: number; models: number; predicted: boolean },
    options: ReadOptions,
  ): Structure {
    const about = { ...found, predicted: options.predicted ?? found.predicted };
    const groups = this.#oneLocation(this.#groups);
    settleModified(groups);
    if (about.predicted) inPercent(groups);
    const count = (kind: Group['kind']) => groups.filter((group) => group.kind === kind).length;
    const wanted = options.chains && new Set(options.chains);
    const minPlddt = about.predicted ? (options.minPlddt ?? 50) : 0;
    const protein = groups.filter(({ kind, chain }) => kind === 'protein' && (!wanted || wanted.has(chain)));
    const kept = protein.filter((group) => meanB(group) >= minPlddt || minPlddt === 0);
    const leftOut: LeftOut = {
      waters: count('water'),
      nucleotides: count('nucleic'),
      others: count('other'),
      hydrogens: this.#hydrogens,
      alternates: this.#alternates,
      lowConfidence: protein.length - kept.length,
    };
    if (kept.length === 0) throw noProtein(source, groups, leftOut, options, minPlddt);
    return assemble(name, kept, about, leftOut);
  }

  /** One residue where several share a place, and one location of each atom. */
  #oneLocation(groups: readonly Group[]): Group[] {
    const places = new Map<string, Group[]>();
    for (const group of groups) {
      const key = `${group.chain}|${group.number}|${group.insertion}`;
      const here = places.get(key);
      if (here) here.push(group);
      else places.set(key, [group]);
    }
    const dropped = new Set<Group>();
    for (const here of places.values()) {
      // Residues of one number are alternatives only where their atoms say so: ligands of old files share numbers too.
      const rivals = here.filter((group) => group.kind !== 'water' && group.atoms.some((atom) => atom.altloc !== ''));
      if (rivals.length < 2) continue;
      const best = rivals.reduce((a, b) => (occupancy(b) > occupancy(a) ? b : a));
      for (const group of rivals) if (group !== best) dropped.add(group);
    }
    return groups
      .filter((group) => {
        if (dropped.has(group)) this.#alternates += group.atoms.length;
        return !dropped.has(group);
      })
      .map((group) => ({ ...group, atoms: this.#oneEach(group.atoms) }));
  }

  #oneEach(atoms: readonly RawAtom[]): RawAtom[] {
    const shares = new Map<string, number>();
    for (const { altloc, occupancy: share } of atoms) {
      if (altloc !== '') shares.set(altloc, (shares.get(altloc) ?? 0) + share);
    }
    let chosen = '';
    for (const [altloc, share] of shares) if (chosen === '' || share > (shares.get(chosen) as number)) chosen = altloc;
    const byName = new Map<string, RawAtom>();
    for (const atom of atoms) {
      const other = byName.get(atom.name);
      if (!other) byName.set(atom.name, atom);
      else {
        this.#alternates++;
        if (atom.altloc === chosen && other.altloc !== chosen && other.altloc !== '') byName.set(atom.name, atom);
      }
    }
    return [...byName.values()];
  }
}

function kindOf({ compId, hetero, polymer, name }: RawAtom): Group['kind'] {
  if (isWater(compId)) return 'water';
  if (polymer === 'protein') return 'protein';
  if (polymer === 'nucleic' || (polymer === 'unknown' && isNucleotide(compId) && name !== 'CA')) return 'nucleic';
  if (polymer === 'none') return 'other';
  if (aminoAcidCode(compId) !== undefined) return hetero ? 'maybe' : 'protein';
  return 'maybe';
}

/** Some predictors write pLDDT as a share of one. */
function inPercent(groups: readonly Group[]): void {
  const atoms = groups.flatMap((group) => group.atoms);
  if (!atoms.some(({ b }) => b > 0) || atoms.some(({ b }) => b > 1)) return;
  for (const atom of atoms) atom.b *= 100;
}

const occupancy = (group: Group): number =>
  group.atoms.reduce((sum, atom) => sum + atom.occupancy, 0) / group.atoms.length;
const meanB = (group: Group): number => group.atoms.reduce((sum, atom) => sum + atom.b, 0) / group.atoms.length;
const named = (group: Group, name: string): RawAtom | undefined => group.atoms.find((atom) => atom.name === name);

function bonded(a: Group, b: Group): boolean {
  const c = named(a, 'C');
  const n = named(b, 'N');
  return (
    c !== undefined && n !== undefined && (c.x - n.x) ** 2 + (c.y - n.y) ** 2 + (c.z - n.z) ** 2 < PEPTIDE_BOND ** 2
  );
}

/** A residue of an unknown name is protein when a peptide bond joins it to a neighbour that is. */
function settleModified(groups: readonly Group[]): void {
  let changed = true;
  while (changed) {
    changed = false;
    for (const [i, group] of groups.entries()) {
      if (group.kind !== 'maybe' || !named(group, 'CA')) continue;
      const before = groups[i - 1];
      const after = groups[i + 1];
      const joined =
        (before?.kind === 'protein' && (bonded(before, group) || bonded(group, before))) ||
        (after?.kind === 'protein' && (bonded(group, after) || bonded(after, group)));
      if (!joined) continue;
      group.kind = 'protein';
      changed = true;
    }
  }
  const known = new Set(groups.filter(({ kind }) => kind === 'protein').map(({ chain }) => chain));
  for (const group of groups) {
    if (group.kind !== 'maybe') continue;
    // A whole chain of HETATM records of amino acids, as some tools write, is protein; a lone amino acid is a ligand.
    group.kind = 'other';
    if (!known.has(group.chain) && aminoAcidCode(group.compId) !== undefined) {
      const mates = groups.filter(({ chain, compId }) => chain === group.chain && aminoAcidCode(compId) !== undefined);
      if (mates.length >= 10) group.kind = 'protein';
    }
  }
}

function noProtein(
  source: string,
  groups: readonly Group[],
  leftOut: LeftOut,
  { chains }: ReadOptions,
  minPlddt: number,
): LbsError {
  const there = [...new Set(groups.filter(({ kind }) => kind === 'protein').map(({ chain }) => chain))];
  const reason =
    leftOut.lowConfidence > 0
      ? `all ${leftOut.lowConfidence} residues have a pLDDT below ${minPlddt}; lower minPlddt`
      : chains && there.length > 0
        ? `chains ${chains.join(', ')} are not there; the protein chains are ${there.join(', ')}`
        : groups.length === 0
          ? 'it holds no atoms; is it a structure file?'
          : `it holds ${leftOut.nucleotides} nucleotides, ${leftOut.waters} waters and ${leftOut.others} other residues only`;
  return new LbsError('ERR_LBS_NO_PROTEIN', `${source}: no protein atoms: ${reason}`, { details: { source, leftOut } });
}

function assemble(
  name: string,
  groups: readonly Group[],
  about: { model: number; models: number; predicted: boolean },
  leftOut: LeftOut,
): Structure {
  const order = new Map<string, Group[]>();
  for (const group of groups) {
    const members = order.get(group.chain);
    if (members) members.push(group);
    else order.set(group.chain, [group]);
  }
  const n = groups.reduce((sum, group) => sum + group.atoms.length, 0);
  const x = new Float64Array(n);
  const y = new Float64Array(n);
  const z = new Float64Array(n);
  const atomResidue = new Uint32Array(n);
  const serials = new Int32Array(n);
  const atomNames: string[] = [];
  const elements: string[] = [];
  const residues: Residue[] = [];
  const chains: Chain[] = [];
  let i = 0;
  for (const [id, members] of order) {
    chains.push({ id, firstResidue: residues.length, residues: members.length });
    for (const group of members) {
      residues.push({
        compId: group.compId,
        code: aminoAcidCode(group.compId) ?? OTHER_RESIDUE,
        chain: chains.length - 1,
        number: group.number,
        insertion: group.insertion,
        firstAtom: i,
        atoms: group.atoms.length,
        plddt: about.predicted ? meanB(group) : Number.NaN,
      });
      for (const atom of group.atoms) {
        x[i] = atom.x;
        y[i] = atom.y;
        z[i] = atom.z;
        atomResidue[i] = residues.length - 1;
        serials[i] = atom.serial;
        atomNames.push(atom.name);
        elements.push(atom.element);
        i++;
      }
    }
  }
  return { name, x, y, z, atomNames, elements, atomResidue, serials, residues, chains, ...about, leftOut };
}
