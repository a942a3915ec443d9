/** A chain of a structure. */
export interface Chain {
  /** The author's name; `_` where the file has a blank. */
  readonly id: string;
  /** Index of its first residue. */
  readonly firstResidue: number;
  /** Residues it has. */
  readonly residues: number;
}

/** A residue of a structure. */
export interface Residue {
  /** Its name in the file: `ALA`, `MSE`, ... */
  readonly compId: string;
  /** Index of the amino acid it is or stands for, in `AMINO_ACIDS`; 20 where none is known. */
  readonly code: number;
  /** Index of its chain. */
  readonly chain: number;
  /** The author's residue number. */
  readonly number: number;
  /** Insertion code; empty for most. */
  readonly insertion: string;
  /** Index of its first atom. */
  readonly firstAtom: number;
  /** Atoms it has. */
  readonly atoms: number;
  /** Confidence of a predicted model, 0 to 100; NaN where the structure is not one. */
  readonly plddt: number;
}

/** What a reader left out, and how much of it. */
export interface LeftOut {
  /** Water residues. */
  readonly waters: number;
  /** Nucleotides. */
  readonly nucleotides: number;
  /** Residues that are neither protein, nucleic acid nor water: ligands, ions, glycans. */
  readonly others: number;
  /** Hydrogen and deuterium atoms. */
  readonly hydrogens: number;
  /** Atoms of alternate locations not chosen, and atoms given twice. */
  readonly alternates: number;
  /** Residues of a predicted model below `minPlddt`. */
  readonly lowConfidence: number;
}

/** The protein atoms of one model of a file: heavy atoms only, one location each. */
export interface Structure {
  /** Where it comes from: the file's name without extensions, or what the caller said. */
  readonly name: string;
  /** Coordinates in angstroms: x of all atoms. */
  readonly x: Float64Array;
  /** y of all atoms. */
  readonly y: Float64Array;
  /** z of all atoms. */
  readonly z: Float64Array;
  /** Atom names. */
  readonly atomNames: readonly string[];
  /** Element symbols in capitals. */
  readonly elements: readonly string[];
  /** Index of each atom's residue. */
  readonly atomResidue: Uint32Array;
  /** Serial numbers in the file. */
  readonly serials: Int32Array;
  /** Residues, chain by chain, in the file's order. */
  readonly residues: readonly Residue[];
  /** Chains. */
  readonly chains: readonly Chain[];
  /** Number of the model that was read. */
  readonly model: number;
  /** Models in the file. */
  readonly models: number;
  /** Whether it is a predicted model, whose B-factors are confidences (pLDDT). */
  readonly predicted: boolean;
  /** What was left out. */
  readonly leftOut: LeftOut;
}

/** What of a file is read. */
export interface ReadOptions {
  /** Chains by the author's name; default: all. */
  readonly chains?: readonly string[];
  /** Number of the model, as the file counts; default: the first. */
  readonly model?: number;
  /**
   * Residues of a predicted model with a mean pLDDT below this are left out: they are disordered in truth. Default 50;
   * 0 keeps all. Nothing else depends on B-factors.
   */
  readonly minPlddt?: number;
  /**
   * Whether B-factors are confidences (pLDDT). Default: where the file says that it is a predicted model, as those of the
   * AlphaFold data base do; those of some programs do not.
   */
  readonly predicted?: boolean;
  /** Name of the structure; default: the file's name without extensions. */
  readonly name?: string;
  /** Most bytes a file may have when decompressed. Default 2^30. */
  readonly maxBytes?: number;
}

/** Name of a residue as sites list it: chain, number and insertion code, as `A_123` or `A_60B`. */
export function residueLabel(structure: Structure, residue: Residue): string {
  return `${structure.chains[residue.chain]?.id ?? '_'}_${residue.number}${residue.insertion}`;
}
