import { afterEach, describe, expect, test } from 'vitest';
import { type ExampleConfig, ExamplePhase, type ExampleTelemetry, exampleModule } from '../src/example.ts';
import { chunkSize, leaveToOthers, type Pace } from '../src/group/speed.ts';
import {
  AatgsError,
  type BatchOptions,
  type ContextOptions,
  DeviceGroup,
  GpuExecutionContext,
  type GroupJob,
  type StagedConfig,
  TaskGraph,
} from '../src/index.ts';

type Context = GpuExecutionContext<ExampleConfig, ExampleTelemetry>;
const module = exampleModule({ entities: 50, goal: 2 ** 30 });
const options: ContextOptions = { async: true, threads: 1, inputBytes: 64 };
const groups: DeviceGroup<Context>[] = [];
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** A host device that is lost while it runs its n-th config: what follows it never arrives. */
class Failing extends GpuExecutionContext<ExampleConfig, ExampleTelemetry> {
  configs: number;
  constructor(configs: number) {
    super(module, { device: 'cpu', ...options });
    this.configs = configs;
  }
  override async executeBatch(
    configs: Iterable<ExampleConfig | StagedConfig<ExampleConfig>>,
    batch: BatchOptions<ExampleTelemetry> = {},
  ): Promise<ExampleTelemetry[]> {
    const all = [...configs];
    const run = all.slice(0, this.configs);
    this.configs -= run.length;
    const records = await super.executeBatch(run, batch);
    if (run.length < all.length) throw new AatgsError('ERR_AATGS_DEVICE_LOST', 'the device was lost: by design');
    return records;
  }
}
function group(devices: number, failing: Record<number, number> = {}): DeviceGroup<Context> {
  const made = new DeviceGroup<Context>(
    ({ device, index }) =>
      index in failing ? new Failing(failing[index]!) : new GpuExecutionContext(module, { ...options, device }),
    { devices: new Array(devices).fill('cpu') },
  );
  groups.push(made);
  return made;
}
afterEach(async () => {
  for (const made of groups.splice(0)) await made.shutdown();
});

/** Jobs whose result depends on nothing but themselves: some are one config, some several, some with input. */
const jobs = (count: number): GroupJob<ExampleConfig>[] =>
  Array.from({ length: count }, (_, i) => {
    const reset = { phase: ExamplePhase.RESET, seed: i };
    if (i % 5 === 4) return { config: reset, input: Uint8Array.of(i, i >> 8) };
    if (i % 7 === 6) return [];
    return [reset, { substeps: 1 + (i % 3), seed: i }];
  });
/** All of a record that is a result. */
const bits = (records: ExampleTelemetry[]) => records.map(({ durationNs: _, ...rest }) => rest);

describe('batches over devices', () => {
  test('give the same records, in the same order, on one, two and three devices', async () => {
    const expected = bits(await group(1).executeBatch(jobs(500)));
    expect(expected.map((record) => record.iteration)).toEqual(expected.map((_, i) => i));
    for (const devices of [2, 3]) {
      const several = group(devices);
      const order: number[] = [];
      const records = await several.executeBatch(jobs(500), { onResult: (_, index) => order.push(index) });
      expect(bits(records)).toEqual(expected);
      expect(order).toEqual(expected.map((_, i) => i));
      expect(several.info.every((member) => member.done > 0 && member.itemMs !== null)).toBe(true);
      expect(several.info.reduce((sum, member) => sum + member.done, 0)).toBe(500);
    }
  });

  test('records count on over batches; collect: false collects nothing', async () => {
    const two = group(2);
    expect(await two.executeBatch(jobs(20), { collect: false })).toEqual([]);
    const [first] = await two.executeBatch([{ substeps: 1 }]);
    expect(first?.iteration).toBe((await group(1).executeBatch(jobs(20))).length);
  });

  test('a generator is read as devices get free', async () => {
    let read = 0;
    const items = (function* () {
      for (; read < 1000; read++) yield read;
    })();
    let most = 0;
    const results = await group(2).map(items, async (_, item) => {
      most = Math.max(most, read - item);
      return item;
    });
    expect(results).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(most).toBeLessThan(4);
  });

  test('a faster device gets more', async () => {
    const two = group(2);
    await two.map(Array.from({ length: 60 }), (member) => sleep(member === two.members[0] ? 2 : 12));
    const [fast, slow] = two.info;
    expect(fast!.done).toBeGreaterThan(2 * slow!.done);
  });

  test('the first error ends a batch, and the group goes on afterwards', async () => {
    const two = group(2);
    const bad = [...jobs(100), { substeps: -1 }, ...jobs(100)];
    await expect(two.executeBatch(bad)).rejects.toMatchObject({ code: 'ERR_AATGS_INVALID_ARGUMENT' });
    const thrown = two.map([1, 2, 3], (_, item) => {
      if (item === 2) throw new RangeError('two');
    });
    await expect(thrown).rejects.toThrow('two');
    const source = (function* () {
      yield 1;
      throw new Error('source');
    })();
    await expect(two.map(source, () => 1)).rejects.toThrow('source');
    const deliver = two.map([1, 2], () => 1, {
      onResult: () => {
        throw new Error('mine');
      },
    });
    await expect(deliver).rejects.toThrow('mine');
    expect(await two.executeBatch(jobs(10))).toHaveLength(16);
  });

  test('a signal stops it', async () => {
    const two = group(2);
    let running = 0;
    const endless = (function* () {
      for (let i = 0; ; i++) yield i;
    })();
    const run = two.map(
      endless,
      async () => {
        running++;
        await sleep(1);
        running--;
      },
      { signal: AbortSignal.timeout(20) },
    );
    await expect(run).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(running).toBe(0);
    await expect(two.executeBatch(jobs(3), { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow(
      'before',
    );
  });

  test('no items, no devices, a member that cannot be made', async () => {
    expect(await group(2).executeBatch([])).toEqual([]);
    expect(() => group(0)).toThrow(expect.objectContaining({ code: 'ERR_AATGS_INVALID_ARGUMENT' }));
    const made: Context[] = [];
    const failing = () =>
      new DeviceGroup(
        ({ device, index }) => {
          if (index === 1) throw new Error('no second');
          made.push(new GpuExecutionContext(module, { ...options, device }));
          return made[0]!;
        },
        { devices: ['cpu', 'cpu'] },
      );
    expect(failing).toThrow('no second');
    expect(made[0]?.health().state).toBe('closed');
    await using all = new DeviceGroup(({ device }) => new GpuExecutionContext(module, { ...options, device }));
    expect(all.members.length).toBeGreaterThan(0);
  });
});

describe('lost devices', () => {
  test.each([0, 1, 7, 50])(
    'lost after %i configs: nothing is lost, nothing doubled, the same bits',
    async (configs) => {
      const expected = bits(await group(1).executeBatch(jobs(300)));
      const three = group(3, { 1: configs });
      const seen = new Map<number, number>();
      // How much a device gets depends on how busy the machine is: until it has had enough.
      const places = (records: object[]) => records.map((record) => ({ ...record, iteration: 0, sequence: 0 }));
      for (let batch = 1; batch < 50 && three.info[1]?.state !== 'lost'; batch++) {
        const onResult = (_: unknown, index: number) => void seen.set(index, (seen.get(index) ?? 0) + 1);
        const records = await three.executeBatch(jobs(300), { onResult });
        expect(places(bits(records))).toEqual(places(expected));
        expect([...seen.values()].every((times) => times === batch)).toBe(true);
        expect(three.info.reduce((sum, member) => sum + member.done, 0)).toBe(300 * batch);
      }
      expect(three.info[1]?.state).toBe('lost');
    },
  );

  test('when all are lost, the batch says so', async () => {
    const two = group(2, { 0: 5, 1: 9 });
    await expect(two.executeBatch(jobs(100))).rejects.toMatchObject({
      code: 'ERR_AATGS_DEVICE_LOST',
      message: expect.stringContaining('every device of the group'),
      details: { reasons: [expect.stringContaining('by design'), expect.stringContaining('by design')] },
    });
    await expect(two.map([1], () => 1)).rejects.toMatchObject({ code: 'ERR_AATGS_DEVICE_LOST' });
  });
});

describe('a group in a task graph', () => {
  const build = (where: DeviceGroup<Context>) => {
    const graph = new TaskGraph();
    const parts = Array.from({ length: 20 }, (_, i) =>
      graph.batch(`part ${i}`, where, {}, [{ phase: ExamplePhase.RESET }, { substeps: 2, seed: i }]),
    );
    const sum = graph.task('sum', parts, (all) => all.reduce((total, records) => total + records[1]!.total, 0));
    const one = graph.use('one', where, { sum }, (member, { sum }) => [member.info.device, sum]);
    return { graph, one };
  };

  test('tasks go to whoever is free', async () => {
    const single = build(group(1));
    const several = build(group(3));
    const expected = (await single.graph.run()).get(single.one);
    for (let run = 0; run < 2; run++) expect((await several.graph.run()).get(several.one)).toEqual(expected);
  });

  test('the work of a lost one is done by the others', async () => {
    const single = build(group(1));
    const failing = build(group(2, { 1: 7 }));
    const { report, ...rest } = await failing.graph.run();
    expect(rest).toBeDefined();
    expect(report.tasks.every((task) => task.state === 'done')).toBe(true);
    const again = await failing.graph.run();
    expect(again.get(failing.one)).toEqual((await single.graph.run()).get(single.one));
  });

  test('when all are lost, every task that waits for one fails', async () => {
    const { graph } = build(group(2, { 0: 3, 1: 3 }));
    await expect(graph.run()).rejects.toMatchObject({ code: 'ERR_AATGS_TASK_FAILED' });
    await expect(graph.run()).rejects.toMatchObject({ code: 'ERR_AATGS_TASK_FAILED' });
  });
});

describe('copies between devices', () => {
  test('from one context to another, and within one', async () => {
    const two = group(2);
    const [a, b] = two.members as [Context, Context];
    const data = Uint32Array.from({ length: 1000 }, (_, i) => i * i);
    const [from, to, third] = [a.createBuffer(4000), b.createBuffer(4000), a.createBuffer(5000)];
    const sent = from.upload(data); // not waited for: copyTo comes after it
    expect(await from.copyTo(to)).toBe('same'); // two contexts on the CPU share its memory
    await sent;
    expect(await to.download(new Uint32Array(1000))).toEqual(data);
    expect(await to.copyTo(third, 40)).toBe('same');
    expect(await third.download(new Uint32Array(11))).toEqual(Uint32Array.of(...data.slice(0, 10), 0));
    expect(await third.copyTo(from, 4000)).toBe('same');
    expect(two.info.map((member) => member.links)).toEqual([
      ['same', 'same'],
      ['same', 'same'],
    ]);
    await expect(third.copyTo(to)).rejects.toMatchObject({ code: 'ERR_AATGS_INVALID_ARGUMENT' });
    to.dispose();
    await expect(from.copyTo(to)).rejects.toMatchObject({ code: 'ERR_AATGS_CLOSED' });
  });

  test('both ways at once, beside other work', async () => {
    const two = group(2);
    const [a, b] = two.members as [Context, Context];
    const [one, other] = [a.createBuffer(64), b.createBuffer(64)];
    const busy = two.executeBatch(jobs(200));
    for (let i = 0; i < 20; i++) await Promise.all([one.copyTo(other), other.copyTo(one)]);
    await busy;
  });
});

describe('how work is shared out', () => {
  const pace = (itemMs: number | undefined, pending = 0, since = 0): Pace => ({ itemMs, pending, since });
  test('chunks follow speed, and shrink towards the end', () => {
    expect(chunkSize(pace(undefined), [], 100)).toBe(1);
    expect(chunkSize(pace(1), [pace(1)], 1000)).toBe(10);
    expect(chunkSize(pace(0.001), [pace(0.001)], Number.POSITIVE_INFINITY)).toBe(1024);
    expect(chunkSize(pace(1), [pace(3)], 8)).toBe(3);
    expect(chunkSize(pace(3), [pace(1)], 8)).toBe(1);
    expect(chunkSize(pace(100), [], 5)).toBe(1);
  });
  test('a slow device leaves the last items to a fast one', () => {
    expect(leaveToOthers(pace(30), [pace(10, 1, 0)], 1, 5)).toBe(true);
    expect(leaveToOthers(pace(30), [pace(10, 1, 0)], 3, 5)).toBe(false);
    expect(leaveToOthers(pace(undefined), [pace(1)], 1, 0)).toBe(false);
    expect(leaveToOthers(pace(5), [], 1, 0)).toBe(false);
  });
});
