import type { DeviceBuffer, DeviceGroup } from '@aatgs/core';
import { Series } from './analysis/index.ts';
import { invalidArgument } from './errors.ts';
import { type ThermoConfig, ThermoPhase } from './generated/layout.ts';
import { readExchanges } from './ladder.ts';
import { estimates, type SampleOptions, type SampleResult, samplePlan, type Thermo } from './thermo.ts';

/** Options of {@link sampleAcross}, as those of `sample`. */
export type AcrossOptions = Pick<SampleOptions, 'samples' | 'sampleEvery' | 'burnIn' | 'adapt' | 'seed' | 'signal'> & {
  /** Called after every round with the rounds done and those there will be. */
  readonly onRound?: (done: number, total: number) => void;
};

/** The outcome of {@link sampleAcross}. The series has no overlaps: replicas of two devices are not compared. */
export type AcrossResult = Omit<SampleResult, 'bestEnergy' | 'ended' | 'history'>;

/**
 * Samples one set of ladders on all devices of a group at once: each holds a share of every ladder's replicas, and exchanges
 * go across. Replicas keep their places and change their temperatures, so that only energies cross between devices, once a
 * round; every device then makes all exchanges itself with the same random numbers. Energies, magnetisations and exchanges are
 * those of one device, bit for bit. Worth it where a round takes milliseconds: one has to wait for the slowest device.
 *
 * ```ts
 * await using group = new DeviceGroup(
 *   ({ device, index }) => new Thermo(model, { async: true, device, share: { index, of: 2 } }),
 *   { devices: [0, 1] },
 * );
 * const { observables } = await sampleAcross(group, { seed: 1 });
 * ```
 *
 * @param group of one model and the same options, member i with the share `{ index: i, of: members }`
 * @throws {ThermoError} `ERR_THERMO_INVALID_ARGUMENT` for bad options or shares.
 */
export async function sampleAcross(group: DeviceGroup<Thermo>, options: AcrossOptions = {}): Promise<AcrossResult> {
  const { members } = group;
  for (const [i, { options: own }] of members.entries()) {
    if (own.member !== i || own.members !== members.length)
      throw invalidArgument('share', `${own.member} of ${own.members}`, `${i} of ${members.length} for member ${i}`);
  }
  const turns = members.reduceRight(
    (task: () => Promise<AcrossResult>, member) => () => member.inOrder(task),
    () => run(members, options),
  );
  return turns();
}

async function run(members: readonly Thermo[], options: AcrossOptions): Promise<AcrossResult> {
  const first = members[0] as Thermo;
  const { maxSamples, seed, ladders, temperatures, sweepsPerRound } = first.options;
  const plan = samplePlan(options, maxSamples);
  const reset: ThermoConfig = { ...plan, phase: ThermoPhase.RESET, seed: options.seed ?? seed };
  const rounds = plan.burnIn + plan.samples * plan.sampleEvery;
  const started = performance.now();
  const mail = await Mail.open(members, ladders * temperatures.length);
  try {
    for (let round = 0; round <= rounds; round++) {
      options.signal?.throwIfAborted();
      await Promise.all(
        members.map((member, i) => {
          const energies = mail.outgoing(i, round);
          const sweep = { phase: ThermoPhase.SWEEP, energies };
          if (round === 0) return member.context.executeBatch([reset, sweep], { collect: false });
          const from = mail.incoming(i, round - 1);
          // One config a round where there are two members.
          const last = round < rounds ? from.pop() : undefined;
          const configs: ThermoConfig[] = from.map((other) => ({ phase: ThermoPhase.GATHER, energies: other }));
          if (last !== undefined) configs.push({ phase: ThermoPhase.TURN, incoming: last, energies });
          else configs.push({ phase: ThermoPhase.EXCHANGE }, ...(round < rounds ? [sweep] : []));
          return member.context.executeBatch(configs, { collect: false });
        }),
      );
      if (round < rounds) await mail.send(round);
      if (round > 0) options.onRound?.(round, rounds);
    }
  } finally {
    mail.dispose();
  }
  const parts = await Promise.all(members.map((member) => member.readSeries(plan.samples)));
  return {
    success: true,
    ...estimates(Series.together(parts)),
    sweeps: rounds * sweepsPerRound,
    elapsedMs: performance.now() - started,
    exchanges: await readExchanges(first.context, first.options),
  };
}

/** The members' energies on their way. Two buffers each, in turn: one is written while the others still read the last. */
class Mail {
  readonly #out: DeviceBuffer[][];
  /** By reader and writer; undefined where the reader's device reaches the writer's memory itself. */
  readonly #in: (DeviceBuffer | undefined)[][];

  private constructor(out: DeviceBuffer[][], into: (DeviceBuffer | undefined)[][]) {
    this.#out = out;
    this.#in = into;
  }

  static async open(members: readonly Thermo[], replicas: number): Promise<Mail> {
    const buffer = ({ context }: Thermo) => context.createBuffer(8 * replicas);
    const mail = new Mail(
      members.map((member) => [buffer(member), buffer(member)]),
      members.map((member) => members.map((other) => (other === member ? undefined : buffer(member)))),
    );
    for (const boxes of mail.#in) {
      for (const [from, box] of boxes.entries()) {
        if (!box || (await mail.#out[from]![0]!.copyTo(box)) === 'host') continue;
        box.dispose();
        boxes[from] = undefined;
      }
    }
    return mail;
  }

  outgoing(member: number, round: number): bigint {
    return this.#out[member]![round % 2]!.address;
  }

  /** Where the other members' energies are for this one. */
  incoming(member: number, round: number): bigint[] {
    return this.#in[member]!.flatMap((box, from) =>
      from === member ? [] : [box?.address ?? this.outgoing(from, round)],
    );
  }

  async send(round: number): Promise<void> {
    await Promise.all(
      this.#in.flatMap((boxes) => boxes.map((box, from) => box && this.#out[from]![round % 2]!.copyTo(box))),
    );
  }

  dispose(): void {
    for (const buffer of [...this.#out.flat(), ...this.#in.flat()]) buffer?.dispose();
  }
}
