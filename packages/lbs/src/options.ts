import { devices, type PlacementOptions } from '@aatgs/core';
import { checkReaders } from './batch/read-structures.ts';
import { checkInteger } from './errors.ts';
import { defaultModel, type LbsModel } from './model.ts';

/** Options of `Lbs`. None of them but `model` changes what is predicted. */
export interface LbsOptions extends PlacementOptions {
  /** The trained model. Default: the one that comes with the package. */
  readonly model?: LbsModel;
  /** Atoms that go to the device together, 1 to 2^24; larger structures get a context of their own. Default 65,536; on a GPU 262,144. */
  readonly batchAtoms?: number;
  /** Structures that go to the device together, 1 to 65,536. Default 64; on a GPU 512. */
  readonly batchStructures?: number;
  /**
   * Worker threads that read the files of a batch, 0 to 256; they start when there is work for them. 0: the calling thread
   * reads. Default: one less than there are cores, at most 16.
   */
  readonly readers?: number;
  /** Give back the scored surface points, too: 20 bytes a point. Default false. */
  readonly surface?: boolean;
}

/** Options with every default filled in. */
export interface ResolvedLbsOptions {
  readonly model: LbsModel;
  readonly batchAtoms: number;
  readonly batchStructures: number;
  readonly readers: number;
  readonly surface: boolean;
  readonly pointsPerAtom: number;
}

/** Directions of a sphere: no atom has more points. */
export const MOST_POINTS_PER_ATOM = 40;
/** Globular proteins have about one; peptides and thin chains more. */
const POINTS_PER_ATOM = 4;

export function resolveLbsOptions(options: LbsOptions): ResolvedLbsOptions {
  const { device = 'auto', engine = 'auto' } = options;
  const onGpu =
    device !== 'cpu' && engine !== 'host' && (typeof device === 'number' || devices().cuda.devices.length > 0);
  return {
    model: options.model ?? defaultModel(),
    batchAtoms: checkInteger('batchAtoms', options.batchAtoms ?? (onGpu ? 1 << 18 : 1 << 16), 1, 1 << 24),
    batchStructures: checkInteger('batchStructures', options.batchStructures ?? (onGpu ? 512 : 64), 1, 1 << 16),
    readers: checkReaders(options.readers),
    surface: options.surface ?? false,
    pointsPerAtom: POINTS_PER_ATOM,
  };
}
