import { ThermoError } from './errors.ts';
import { OUTBOX_HEAD, type ThermoConfig, ThermoPhase } from './generated/layout.ts';
import type { Thermo } from './thermo.ts';

/** Length of a config, and how many are on their way: what is queued runs on after an abort. */
const STEP_NS = 10e6;
const AHEAD = 2;

/**
 * Rounds of members that reach each other's memory and wait for each other inside the step. What one is given all must be
 * given, or they wait in vain: configs are queued on all of them at once, without a turn of the event loop between.
 */
export async function runTogether(
  members: readonly Thermo[],
  reset: ThermoConfig,
  rounds: number,
  { signal, onRound }: { readonly signal?: AbortSignal; readonly onRound?: (done: number, total: number) => void },
): Promise<void> {
  const shown = members.map(({ context, options }) =>
    context.createBuffer(OUTBOX_HEAD + 2 * 8 * options.ladders * options.temperatures.length),
  );
  const tables = members.map(({ context }) => context.createBuffer(8 * members.length));
  /** Configs on their way: rounds done once they have run, and how long one took. */
  const ahead: { readonly rounds: number; readonly ran: Promise<number> }[] = [];
  try {
    const addresses = BigUint64Array.from(shown, ({ address }) => address);
    await Promise.all(tables.map((table) => table.upload(addresses)));
    // A copy lets a device into another's memory.
    for (const from of shown) for (const to of shown) if (from !== to) await from.copyTo(to, 8);
    await Promise.all(members.map(({ context }) => context.executeBatch([reset], { collect: false })));
    const config = (i: number): ThermoConfig => ({
      phase: ThermoPhase.TOGETHER,
      energies: shown[i]!.address,
      incoming: tables[i]!.address,
    });
    let [queued, roundNs] = [0, STEP_NS];
    while (queued < rounds || ahead.length > 0) {
      signal?.throwIfAborted();
      if (queued < rounds && ahead.length < AHEAD) {
        const substeps = Math.min(rounds - queued, Math.max(1, Math.round(STEP_NS / roundNs)));
        queued += substeps;
        const ran = runAll(members, config, substeps, queued);
        ran.catch(() => {}); // thrown when its turn comes
        ahead.push({ rounds: queued, ran });
      } else {
        const { rounds: done, ran } = ahead[0]!;
        roundNs = await ran;
        ahead.shift();
        onRound?.(done, rounds);
      }
    }
  } finally {
    // Nothing is left running: buffers go, and another run may begin.
    await Promise.allSettled(ahead.map(({ ran }) => ran));
    for (const buffer of [...shown, ...tables]) buffer.dispose();
  }
}

/** The same rounds on all members; resolves with how long one took, nanoseconds. */
async function runAll(
  members: readonly Thermo[],
  config: (member: number) => ThermoConfig,
  substeps: number,
  rounds: number,
): Promise<number> {
  const records = await Promise.all(
    members.map(async (member, i) => (await member.context.executeBatch([{ ...config(i), substeps }]))[0]!),
  );
  const behind = records.findIndex((record) => record.rounds !== rounds);
  if (behind >= 0)
    throw new ThermoError(
      'ERR_THERMO_PARTED',
      `member ${behind} waited in vain for the others after ${records[behind]!.rounds} of ${rounds} rounds; run it again, and look for what kept their devices busy`,
      { details: { member: behind, rounds: records[behind]!.rounds } },
    );
  return Math.max(...records.map(({ durationNs }) => durationNs)) / substeps;
}
