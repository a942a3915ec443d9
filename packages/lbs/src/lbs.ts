import {
  AlgorithmAdapter,
  type ContextOptions,
  GpuExecutionContext,
  placementOf,
  type StagedConfig,
} from '@aatgs/core';
import { FileReaders } from './batch/file-readers.ts';
import { type Arrival, type BatchResult, runBatch } from './batch/run.ts';
import { invalidArgument, LbsError } from './errors.ts';
import { type LbsConfig, LbsFlag, LbsPhase, type LbsTelemetry } from './generated/layout.ts';
import { lbsModule } from './kernel.ts';
import { type LbsOptions, MOST_POINTS_PER_ATOM, type ResolvedLbsOptions, resolveLbsOptions } from './options.ts';
import { inputBytes, packBatch, packStructure } from './pack.ts';
import { readStructure } from './readers/index.ts';
import { type BatchMember, decode, outputBytes, type Prediction } from './result.ts';
import type { ReadOptions, Structure } from './structure/structure.ts';

/** A member of a batch: a structure, the path of a file, or either with an id of one's own. */
export type BatchItem = Structure | string | URL | { readonly id: string; readonly source: Structure | string | URL };

/** Options of `predictBatch`. */
export interface PredictBatchOptions extends ReadOptions {
  /** Ends the batch; the iterator throws its reason. */
  readonly signal?: AbortSignal;
}

/** Largest structure there is memory for. */
const MOST_ATOMS = 1 << 24;
/** Batches in flight: one runs, one waits, one is being read back. */
const SLOTS = 4;

/**
 * Predicts ligand binding sites: points of the solvent-accessible surface are scored by boosted trees, gathered to sites,
 * and the sites ranked by a second model.
 *
 * A prediction depends on the structure and the model alone: not on sync or async, batches, threads or device.
 */
export class Lbs extends AlgorithmAdapter<LbsConfig, LbsTelemetry> {
  readonly #given: LbsOptions;
  readonly #options: ResolvedLbsOptions;
  /** For structures that are too large for this one, and those with uncommonly many points. */
  readonly #roomier = new Map<string, Lbs>();
  readonly #readers: FileReaders;
  /** Memory for the inputs of batches, when none is in flight there: allocating megabytes for each costs more than filling them. */
  readonly #inputs: ArrayBuffer[] = [];
  /** How many there are; calls beyond them bring memory of their own, as much as they need. */
  #inputCount = 0;

  /** Throws ERR_LBS_INVALID_ARGUMENT for bad options, ERR_LBS_MODEL, or what `GpuExecutionContext` throws. */
  constructor(options: LbsOptions = {}) {
    const resolved = { ...resolveLbsOptions(options), ...(options as { pointsPerAtom?: number }) };
    super(openContext(resolved, options));
    this.#given = options;
    this.#options = resolved;
    this.#readers = new FileReaders(resolved.readers);
  }

  /**
   * Predicts the sites of one structure, or of a file.
   *
   * @throws ERR_LBS_NO_PROTEIN, or of a file what `readStructure` throws.
   */
  async predict(source: Structure | string | URL, options: ReadOptions = {}): Promise<Prediction> {
    const structure = isStructure(source) ? source : await readStructure(source, options);
    const [prediction] = await this.#run([memberOf(structure.name, structure)]);
    return prediction as Prediction;
  }

  /** The blocking twin of `predict`, for a structure that is in memory. */
  predictSync(structure: Structure): Prediction {
    const member = memberOf(structure.name, structure);
    const { config, input } = this.#staged([member]);
    const fits = member.packed.atoms <= this.#options.batchAtoms;
    const roomy = fits ? undefined : this.#roomy(member.packed.atoms, this.#options.pointsPerAtom);
    const record = (roomy ?? this).context.executeSync(config, input);
    if (record.overflow & LbsFlag.POINTS) {
      return this.#roomy(member.packed.atoms, MOST_POINTS_PER_ATOM).predictSync(structure);
    }
    return decode(outputOf(record), [member], this.#options.surface)[0] as Prediction;
  }

  /**
   * Predicts many structures or files; results come as they are ready, with their ids: each exactly once. What is wrong with
   * one is its own result; the others go on. While the device works on a batch, worker threads read the next files.
   */
  predictBatch(
    items: Iterable<BatchItem> | AsyncIterable<BatchItem>,
    options: PredictBatchOptions = {},
  ): AsyncGenerator<BatchResult, void, undefined> {
    const { batchAtoms, batchStructures } = this.#options;
    return runBatch(this.#arrivals(items, options), {
      predict: (members) => this.#run(members),
      batchAtoms,
      batchStructures,
      inFlight: SLOTS - 1,
      ahead: this.#readers.ahead,
      signal: options.signal,
    });
  }

  /** See {@link GpuExecutionContext.shutdown}. */
  override async shutdown(): Promise<void> {
    await Promise.all([this.#readers.close(), ...[...this.#roomier.values()].map((roomy) => roomy.shutdown())]);
    this.#roomier.clear();
    await super.shutdown();
  }
  /** Shuts the context down and blocks until it has ended: for `using`. */
  override [Symbol.dispose](): void {
    void this.#readers.close();
    for (const roomy of this.#roomier.values()) roomy[Symbol.dispose]();
    this.#roomier.clear();
    super[Symbol.dispose]();
  }

  /** Shuts the context down without blocking: for `await using`. */
  override async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  async *#arrivals(
    items: Iterable<BatchItem> | AsyncIterable<BatchItem>,
    options: ReadOptions,
  ): AsyncGenerator<Arrival> {
    for await (const item of items) {
      const { id, source } = named(item);
      const member = isStructure(source)
        ? new Promise<BatchMember>((resolve) => resolve(memberOf(id, source)))
        : this.#readers.read(id, source, options);
      yield { id, member };
    }
  }

  /** One config for all of them. */
  async #run(members: readonly BatchMember[]): Promise<Prediction[]> {
    const atoms = members.reduce((sum, { packed }) => sum + packed.atoms, 0);
    const { batchAtoms, pointsPerAtom, surface } = this.#options;
    if (atoms > batchAtoms) return this.#roomy(atoms, pointsPerAtom).#run(members);
    const memory = this.#inputs.pop() ?? this.#newInput();
    const [record] = await this.context
      .executeBatch([this.#staged(members, memory)])
      .finally(() => memory && this.#inputs.push(memory));
    if (!record) throw new LbsError('ERR_LBS_MODEL', 'the kernel gave no record back; this is a bug');
    if (record.overflow & LbsFlag.POINTS) {
      // Rare: a peptide, or alpha carbons only. One by one, with memory for all points there can be.
      const again: Prediction[] = [];
      for (const member of members) {
        again.push(...(await this.#roomy(member.packed.atoms, MOST_POINTS_PER_ATOM).#run([member])));
      }
      return again;
    }
    return decode(outputOf(record), members, surface);
  }

  #newInput(): ArrayBuffer | undefined {
    if (this.#inputCount === SLOTS) return undefined;
    this.#inputCount++;
    const { batchAtoms, batchStructures } = this.#options;
    return new ArrayBuffer(inputBytes(Math.min(batchStructures, batchAtoms), batchAtoms));
  }

  #staged(members: readonly BatchMember[], memory?: ArrayBuffer): StagedConfig<LbsConfig> {
    const config = { phase: LbsPhase.LOAD, wantPoints: this.#options.surface ? 1 : 0 };
    return {
      config,
      input: packBatch(
        members.map(({ packed }) => packed),
        memory,
      ),
    };
  }

  #roomy(atoms: number, pointsPerAtom: number): Lbs {
    if (atoms > MOST_ATOMS) {
      throw new LbsError('ERR_LBS_TOO_LARGE', `${atoms} atoms; at most ${MOST_ATOMS}. Predict its chains one by one`, {
        details: { value: atoms },
      });
    }
    const batchAtoms = 2 ** Math.ceil(Math.log2(Math.max(1024, atoms)));
    const key = `${batchAtoms} ${pointsPerAtom}`;
    let roomy = this.#roomier.get(key);
    if (!roomy) {
      const options = { ...this.#given, batchAtoms, batchStructures: 64, pointsPerAtom };
      roomy = new Lbs(options);
      this.#roomier.set(key, roomy);
    }
    return roomy;
  }
}

function openContext(
  { model, batchAtoms, batchStructures, pointsPerAtom, surface }: ResolvedLbsOptions,
  options: LbsOptions,
): GpuExecutionContext<LbsConfig, LbsTelemetry> {
  const structures = Math.min(batchStructures, batchAtoms);
  const module = lbsModule(model, { maxAtoms: batchAtoms, maxStructures: structures, pointsPerAtom });
  const points = surface ? Math.ceil(pointsPerAtom * batchAtoms) + 4096 : 0;
  const context: ContextOptions = {
    configSlots: SLOTS,
    telemetrySlots: SLOTS,
    inputBytes: inputBytes(structures, batchAtoms),
    outputBytes: outputBytes(structures, batchAtoms, points),
    ...placementOf(options),
  };
  return new GpuExecutionContext(module, context);
}

function outputOf({ output, overflow }: LbsTelemetry): Uint8Array {
  if (output) return output;
  throw new LbsError('ERR_LBS_TOO_LARGE', `the batch did not fit (flags ${overflow}); lower batchAtoms`, {
    details: { value: overflow },
  });
}

const isStructure = (source: unknown): source is Structure =>
  typeof source === 'object' && source !== null && 'atomResidue' in source;

function memberOf(id: string, structure: Structure): BatchMember {
  if (structure.x.length === 0) {
    throw new LbsError('ERR_LBS_NO_PROTEIN', `${id}: the structure has no atoms`, { details: { source: id } });
  }
  return { id, structure, packed: packStructure(structure) };
}

function named(item: BatchItem): { id: string; source: Structure | string | URL } {
  if (isStructure(item)) return { id: item.name, source: item };
  if (typeof item === 'string' || item instanceof URL) return { id: String(item), source: item };
  if (item !== null && typeof item === 'object' && typeof item.id === 'string' && item.source !== undefined)
    return item;
  throw invalidArgument('item', item, 'a structure, a path, or { id, source }');
}
