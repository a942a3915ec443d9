import type { DeviceBuffer, DeviceGroup } from '@aatgs/core';
import { Series } from './analysis/index.ts';
import { invalidArgument } from './errors.ts';
import { type ThermoConfig, ThermoPhase } from './generated/layout.ts';
import { readExchanges } from './ladder.ts';
import { estimates, type SampleOptions, type SampleResult, samplePlan, type Thermo } from './thermo.ts';
import { runTogether } from './together.ts';

/** Options of {@link sampleAcross}, as those of `sample`. */
export type AcrossOptions = Pick<SampleOptions, 'samples' | 'sampleEvery' | 'burnIn' | 'adapt' | 'seed' | 'signal'> & {
  /** Called as rounds are done, some ten times a second or after each, with how many and how many there will be. */
  readonly onRound?: (done: number, total: number) => void;
};

/** The outcome of {@link sampleAcross}. The series has no overlaps: replicas of two devices are not compared. */
export type AcrossResult = Omit<SampleResult, 'bestEnergy' | 'ended' | 'history'>;

/**
 * Samples one set of ladders on all devices of a group at once: each holds a share of every ladder's replicas, and exchanges
 * go across. Replicas keep their places and change their temperatures, so that only energies cross between devices, once a
 * round; every device then makes all exchanges itself with the same random numbers. Energies, magnetisations and exchanges are
 * those of one device, bit for bit.
 *
 * Where the devices reach each other's memory (NVLink or PCIe between GPUs; the CPU alone) and the members are async, rounds go on
 * inside the step: devices wait for each other, not for the host. Otherwise the host carries every round, some 0.5 ms.
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
    () => run(members, meets(group), options),
  );
  return turns();
}

async function run(members: readonly Thermo[], together: boolean, options: AcrossOptions): Promise<AcrossResult> {
  const first = members[0] as Thermo;
  const { maxSamples, seed, sweepsPerRound } = first.options;
  const plan = samplePlan(options, maxSamples);
  const reset: ThermoConfig = { ...plan, phase: ThermoPhase.RESET, seed: options.seed ?? seed };
  const rounds = plan.burnIn + plan.samples * plan.sampleEvery;
  const started = performance.now();
  await (together ? runTogether : runApart)(members, reset, rounds, options);
  const parts = await Promise.all(members.map((member) => member.readSeries(plan.samples)));
  return {
    success: true,
    ...estimates(Series.together(parts)),
    sweeps: rounds * sweepsPerRound,
    elapsedMs: performance.now() - started,
    exchanges: await readExchanges(first.context, first.options),
  };
}

/** Whether the members can wait for each other in their steps: async, each on a device of its own or all on the CPU. */
function meets({ members, info }: DeviceGroup<Thermo>): boolean {
  const reaches = (i: number, j: number) =>
    i === j || info[i]!.links[j] === (info[i]!.device === 'cpu' ? 'same' : 'peer');
  return members.every(({ context }, i) => context.async && members.every((_, j) => reaches(i, j)));
}

/** Round after round with the energies carried by the host. */
async function runApart(
  members: readonly Thermo[],
  reset: ThermoConfig,
  rounds: number,
  { signal, onRound }: AcrossOptions,
): Promise<void> {
  const mail = new Mail(members);
  try {
    for (let round = 0; round <= rounds; round++) {
      signal?.throwIfAborted();
      await Promise.all(
        members.map((member, i) => {
          const configs: ThermoConfig[] =
            round === 0
              ? [reset]
              : [
                  ...mail.incoming(i).map((energies) => ({ phase: ThermoPhase.GATHER, energies })),
                  { phase: ThermoPhase.EXCHANGE },
                ];
          if (round < rounds) configs.push({ phase: ThermoPhase.SWEEP, energies: mail.outgoing(i) });
          return member.context.executeBatch(configs, { collect: false });
        }),
      );
      if (round < rounds) await mail.send();
      if (round > 0) onRound?.(round, rounds);
    }
  } finally {
    mail.dispose();
  }
}

/** The members' energies on their way: what each sends, and by reader and writer what has come. */
class Mail {
  readonly #out: readonly DeviceBuffer[];
  readonly #in: readonly (readonly DeviceBuffer[])[];

  constructor(members: readonly Thermo[]) {
    const box = ({ context, options }: Thermo) =>
      context.createBuffer(8 * options.ladders * options.temperatures.length);
    this.#out = members.map(box);
    this.#in = members.map((member) => members.flatMap((other) => (other === member ? [] : [box(member)])));
  }

  outgoing(member: number): bigint {
    return this.#out[member]!.address;
  }

  /** Where the other members' energies are for this one. */
  incoming(member: number): bigint[] {
    return this.#in[member]!.map(({ address }) => address);
  }

  async send(): Promise<void> {
    await Promise.all(
      this.#in.flatMap((boxes, to) => {
        const others = this.#out.filter((_, from) => from !== to);
        return boxes.map((box, i) => others[i]!.copyTo(box));
      }),
    );
  }

  dispose(): void {
    for (const buffer of [...this.#out, ...this.#in.flat()]) buffer.dispose();
  }
}
