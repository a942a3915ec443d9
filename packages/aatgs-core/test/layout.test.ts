import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { exampleModule } from '../src/example.ts';
import { exampleLayout } from '../src/generated/example-layout.ts';
import { KernelModule, viewsOf } from '../src/index.ts';
import { fingerprint, type LayoutDescription, placeFields, type StructDescription } from '../src/layout/description.ts';
import { generateLayout } from '../src/layout/generate.ts';
import { generateTypeScript } from '../src/layout/typescript.ts';

const kernels = fileURLToPath(new URL('../../../kernels', import.meta.url));
const generated = fileURLToPath(new URL('../src/generated', import.meta.url));

describe('generated files are what the descriptions say', () => {
  test.each([
    ['aatgs/ring', 'ring-layout.ts'],
    ['example/example', 'example-layout.ts'],
  ])('%s', (source, ts) => {
    const targets = { cpp: `${kernels}/${source}_layout.h`, ts: `${generated}/${ts}`, contractImport: '../codec.ts' };
    expect(generateLayout(`${kernels}/${source}.layout.json`, targets, true)).toEqual([]);
  });
});

describe('C++ and TypeScript agree', () => {
  test('every field of the compiled example has the offset the codec uses', () => {
    const { info, spec } = exampleModule({ entities: 4, goal: 10 });
    expect(info.fields).toEqual(spec.layout.fields);
    expect(info.fingerprint).toBe(spec.layout.fingerprint);
    expect(info.setupBytes).toBe(spec.layout.setupBytes);
  });
  test('a disagreement is refused and names the field', () => {
    const { spec } = exampleModule({ entities: 4, goal: 10 });
    const fields = exampleLayout.fields.map((f) => (f.name === 'ExampleConfig.spinNs' ? { ...f, offset: 72 } : f));
    expect(() => new KernelModule({ ...spec, layout: { ...exampleLayout, fields } })).toThrow(
      expect.objectContaining({
        code: 'ERR_AATGS_LAYOUT_MISMATCH',
        message: expect.stringContaining('ExampleConfig.spinNs is 4 bytes at 68 in the library, 4 bytes at 72'),
      }),
    );
    expect(() => new KernelModule({ ...spec, layout: { ...exampleLayout, fingerprint: '0' } })).toThrow(
      expect.objectContaining({ code: 'ERR_AATGS_LAYOUT_MISMATCH' }),
    );
  });
});

describe('placing fields', () => {
  const struct = (fields: { name: string; type: 'u32' | 'f64' | 'u64'; count?: number }[]) =>
    ({ name: 'S', kind: 'config', fields }) as const;
  test('aligns naturally after the header', () => {
    const placed = placeFields(
      struct([
        { name: 'a', type: 'u32' },
        { name: 'b', type: 'f64' },
        { name: 'c', type: 'u32', count: 3 },
      ]),
    );
    expect(placed.fields.map((f) => f.offset)).toEqual([64, 72, 80]);
    expect(placed.bytes).toBe(256);
  });
  test('refuses what does not fit a slot', () => {
    expect(() => placeFields(struct([{ name: 'a', type: 'f64', count: 25 }]))).toThrow(
      'S needs 264 bytes, only 256 fit',
    );
  });
  test('the fingerprint changes with order, type and enum values', () => {
    const layout = (fields: LayoutDescription['structs'][0]['fields'], value = 1): LayoutDescription => ({
      name: 'x',
      enums: [{ name: 'E', values: { A: value } }],
      structs: [{ name: 'S', kind: 'plain', fields }],
    });
    const prints = [
      layout([
        { name: 'a', type: 'u32' },
        { name: 'b', type: 'u32' },
      ]),
      layout([
        { name: 'b', type: 'u32' },
        { name: 'a', type: 'u32' },
      ]),
      layout([
        { name: 'a', type: 'i32' },
        { name: 'b', type: 'u32' },
      ]),
      layout(
        [
          { name: 'a', type: 'u32' },
          { name: 'b', type: 'u32' },
        ],
        2,
      ),
    ].map(fingerprint);
    expect(new Set(prints).size).toBe(4);
  });
});

test('every field type survives a round trip through the generated codec', async () => {
  const types = ['u32', 'i32', 'f32', 'u64', 'bits64', 'f64'] as const;
  const fields = types.flatMap((type) => [
    { name: `${type}One`, type },
    ...(type === 'bits64' ? [] : [{ name: `${type}Some`, type, count: 2 }]),
  ]);
  const layout: LayoutDescription = {
    name: 'probe',
    structs: [
      { name: 'ProbeSetup', kind: 'setup', fields: [] },
      { name: 'ProbeConfig', kind: 'config', fields },
      // The same fields as a record would overflow 64 bytes, so decode one of each from the config's places.
      {
        name: 'ProbeTelemetry',
        kind: 'telemetry',
        fields: [
          { name: 'total', type: 'u64' },
          { name: 'pair', type: 'f32', count: 2 },
          { name: 'bits', type: 'bits64' },
        ],
      },
    ],
  };
  const codec = fileURLToPath(new URL('../src/codec.ts', import.meta.url));
  const source = generateTypeScript(layout, 'probe.layout.json', codec);
  const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const folder = mkdtempSync(`${tmpdir()}/aatgs-layout-`);
  writeFileSync(`${folder}/probe.ts`, source);
  const { probeLayout } = await import(/* @vite-ignore */ `${folder}/probe.ts`).finally(() =>
    rmSync(folder, { recursive: true }),
  );
  const views = viewsOf(new ArrayBuffer(512));
  const places = new Map(placeFields(layout.structs[1] as StructDescription).fields.map((f) => [f.name, f.offset]));
  const at = (name: string) => places.get(name) as number;
  probeLayout.encodeConfig(views, 256, {
    u32One: 2 ** 32 - 1,
    u32Some: [1, 2],
    i32One: -5,
    i32Some: [-1, 3],
    f32One: 0.5,
    f32Some: [1.5, -2],
    u64One: 2 ** 53 - 1,
    u64Some: [2 ** 40, 3],
    bits64One: 2n ** 64n - 1n,
    f64One: Math.PI,
    f64Some: [1e300, -0],
  });
  const data = new DataView(views.u8.buffer, 256);
  expect(data.getUint32(at('u32One'), true)).toBe(2 ** 32 - 1);
  expect(data.getUint32(at('u32Some') + 4, true)).toBe(2);
  expect(data.getInt32(at('i32One'), true)).toBe(-5);
  expect(data.getInt32(at('i32Some'), true)).toBe(-1);
  expect(data.getFloat32(at('f32Some') + 4, true)).toBe(-2);
  expect(data.getBigUint64(at('u64One'), true)).toBe(2n ** 53n - 1n);
  expect(data.getBigUint64(at('u64Some'), true)).toBe(2n ** 40n);
  expect(data.getBigUint64(at('u64Some') + 8, true)).toBe(3n);
  expect(data.getBigUint64(at('bits64One'), true)).toBe(2n ** 64n - 1n);
  expect(data.getFloat64(at('f64Some'), true)).toBe(1e300);
  expect(() => probeLayout.encodeConfig(views, 256, { u64One: -1 })).toThrow(
    expect.objectContaining({ code: 'ERR_AATGS_INVALID_ARGUMENT' }),
  );
  expect(() => probeLayout.encodeConfig(views, 256, { u32One: 1.5 })).toThrow(
    expect.objectContaining({ code: 'ERR_AATGS_INVALID_ARGUMENT' }),
  );

  new DataView(views.u8.buffer).setBigUint64(32, 2n ** 50n, true);
  new DataView(views.u8.buffer).setFloat32(44, 2.5, true);
  new DataView(views.u8.buffer).setBigUint64(48, 7n, true);
  const record = probeLayout.decodeTelemetry(views, 0);
  expect(record.total).toBe(2 ** 50);
  expect(Array.from(record.pair)).toEqual([0, 2.5]);
  expect(record.bits).toBe(7n);
});
