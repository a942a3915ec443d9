import {
  fingerprint,
  type LayoutDescription,
  type PlacedField,
  type PlacedStruct,
  placeFields,
} from './description.ts';

const TS_TYPE = {
  u32: 'number',
  i32: 'number',
  f32: 'number',
  u64: 'number',
  bits64: 'bigint',
  f64: 'number',
} as const;

/** The TypeScript side of a layout: interfaces, enums, and codecs that are straight-line typed-array stores. */
export function generateTypeScript(layout: LayoutDescription, source: string, contractImport: string): string {
  const out = [`// Generated from ${source} by \`aatgs layout\`; do not edit.`];
  const structs = layout.structs.map(placeFields);
  const hasModule = structs.some((s) => s.kind === 'config');
  if (hasModule) {
    out.push(
      `import { type ConfigRecord, type ModuleLayout, type SlotViews, type TelemetryRecord, telemetryHeader, u32Field, u64Field } from '${contractImport}';`,
    );
  }
  out.push('');
  for (const [name, value] of Object.entries(layout.constants ?? {})) out.push(`export const ${name} = ${value};`);
  for (const e of layout.enums ?? []) {
    out.push(doc(e.doc), `export const ${e.name} = {`);
    for (const [name, value] of Object.entries(e.values)) out.push(`  ${name}: ${value},`);
    out.push('} as const;', '');
  }
  for (const struct of structs) out.push(struct.kind === 'plain' ? offsets(struct) : messageInterface(struct));
  if (hasModule) out.push(moduleLayout(layout, structs));
  return `${out.filter((line) => line !== '').join('\n')}\n`;
}

/** Every record starts with the ring's own header, read in place so that a record is one object literal. */
const HEADER_FIELDS = [
  'sequence: v.u32[(base >>> 2) + telemetryHeader.sequence] as number',
  'status: v.u32[(base >>> 2) + telemetryHeader.status] as number',
  'iteration: (v.u32[(base >>> 2) + telemetryHeader.iteration] as number) + (v.u32[(base >>> 2) + telemetryHeader.iteration + 1] as number) * 0x1_0000_0000',
  'durationNs: (v.u32[(base >>> 2) + telemetryHeader.durationNs] as number) + (v.u32[(base >>> 2) + telemetryHeader.durationNs + 1] as number) * 0x1_0000_0000',
  'phase: v.u32[(base >>> 2) + telemetryHeader.phase] as number',
  'outputBytes: v.u32[(base >>> 2) + telemetryHeader.outputBytes] as number',
  'output: null',
];

const doc = (text: string | undefined, indent = '') => (text ? `${indent}/** ${text} */` : '');

function offsets(struct: PlacedStruct): string {
  const lines = [doc(struct.doc), `export const ${struct.name} = {`, `  BYTES: ${struct.bytes},`];
  for (const f of struct.fields) lines.push(doc(f.doc && `Byte offset. ${f.doc}`, '  '), `  ${f.name}: ${f.offset},`);
  return lines.concat('} as const;', '').filter(Boolean).join('\n');
}

function messageInterface(struct: PlacedStruct): string {
  const base = { config: ' extends ConfigRecord', telemetry: ' extends TelemetryRecord', setup: '', plain: '' }[
    struct.kind
  ];
  const lines = [doc(struct.doc), `export interface ${struct.name}${base} {`];
  for (const f of struct.fields) {
    const scalar = TS_TYPE[f.type];
    const type = f.count === undefined ? scalar : `ArrayLike<${scalar}>`;
    const optional = struct.kind === 'telemetry' ? '' : '?';
    const fallback = struct.kind === 'telemetry' ? '' : ` Default ${f.default ?? 0}.`;
    lines.push(doc(`${f.doc ?? ''}${fallback}`, '  '), `  readonly ${f.name}${optional}: ${type};`);
  }
  return lines.concat('}', '').filter(Boolean).join('\n');
}

function moduleLayout(layout: LayoutDescription, structs: PlacedStruct[]): string {
  const byKind = (kind: PlacedStruct['kind']) => structs.find((s) => s.kind === kind);
  const [setup, config, telemetry] = [byKind('setup'), byKind('config'), byKind('telemetry')];
  if (!setup || !config || !telemetry)
    throw new Error(`${layout.name}: a module needs a setup, a config and a telemetry struct`);
  const lines = [
    `/** Codecs of the ${layout.name} module's messages. */`,
    `export const ${layout.name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase())}Layout: ModuleLayout<${setup.name}, ${config.name}, ${telemetry.name}> = {`,
    `  name: '${layout.name}',`,
    `  fingerprint: '${fingerprint(layout)}',`,
    '  fields: [',
  ];
  for (const s of structs) {
    for (const f of s.fields) lines.push(`    { name: '${s.name}.${f.name}', offset: ${f.offset}, bytes: ${f.size} },`);
  }
  lines.push('  ],', `  setupBytes: ${setup.bytes},`);
  for (const [name, struct] of [
    ['encodeSetup', setup],
    ['encodeConfig', config],
  ] as const) {
    lines.push(`  ${name}(v: SlotViews, base: number, message: ${struct.name}): void {`);
    for (const f of struct.fields) lines.push(...encode(f));
    lines.push('  },');
  }
  lines.push(`  decodeTelemetry(v: SlotViews, base: number): ${telemetry.name} {`, '    return {');
  lines.push(...HEADER_FIELDS.map((field) => `      ${field},`));
  for (const f of telemetry.fields) lines.push(`      ${f.name}: ${decode(f)},`);
  return lines.concat('    };', '  },', '};').join('\n');
}

function encode(f: PlacedField): string[] {
  const fallback = f.default ?? 0;
  if (f.count !== undefined) {
    return [
      `    for (let i = 0; i < ${f.count}; i++) {`,
      ...encodeOne(f, `message.${f.name}?.[i] ?? ${f.type === 'bits64' ? `${fallback}n` : fallback}`, ` + i`, '      '),
      '    }',
    ];
  }
  return encodeOne(f, `message.${f.name} ?? ${f.type === 'bits64' ? `${fallback}n` : fallback}`, '', '    ');
}

function encodeOne(f: PlacedField, value: string, plus: string, indent: string): string[] {
  const at = (shift: number) => `(base >>> ${shift}) + ${f.offset >>> shift}${plus}`;
  const at64 = `(base >>> 2) + ${f.offset >>> 2}${plus && ' + 2 * i'}`;
  switch (f.type) {
    case 'u32':
      return [`${indent}v.u32[${at(2)}] = u32Field(${value}, '${f.name}');`];
    case 'i32':
      return [`${indent}v.i32[${at(2)}] = ${value};`];
    case 'f32':
      return [`${indent}v.f32[${at(2)}] = ${value};`];
    case 'f64':
      return [`${indent}v.f64[${at(3)}] = ${value};`];
    case 'u64':
      return [`${indent}u64Field(v.u32, ${at64}, ${value}, '${f.name}');`];
    case 'bits64':
      return [`${indent}v.u64[${at(3)}] = ${value};`];
  }
}

function decode(f: PlacedField): string {
  const view = { u32: 'u32', i32: 'i32', f32: 'f32', f64: 'f64', bits64: 'u64', u64: 'u64' }[f.type];
  const shift = f.size / (f.count ?? 1) === 8 ? 3 : 2;
  const index = (base: string) => `(${base} >>> ${shift}) + ${f.offset >>> shift}`;
  if (f.count !== undefined) {
    const slice = `v.${view}.slice(${index('base')}, ${index('base')} + ${f.count})`;
    return f.type === 'u64' ? `Array.from(${slice}, Number)` : slice;
  }
  if (f.type === 'u64') {
    const word = `(base >>> 2) + ${f.offset >>> 2}`;
    return `(v.u32[${word}] as number) + (v.u32[${word} + 1] as number) * 0x1_0000_0000`;
  }
  return `v.${view}[${index('base')}] as ${TS_TYPE[f.type]}`;
}
