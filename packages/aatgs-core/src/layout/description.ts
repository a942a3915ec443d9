import { readFileSync } from 'node:fs';

/** Field types a layout may use. `u64` is a number in TypeScript and must stay below 2^53; `bits64` is a bigint. */
export type FieldType = 'u32' | 'i32' | 'f32' | 'u64' | 'bits64' | 'f64';

/** One field as written in a `*.layout.json` file. */
export interface FieldDescription {
  readonly name: string;
  readonly type: FieldType;
  /** Array length; left out for a scalar. */
  readonly count?: number;
  /** Value a config field takes when the caller leaves it out; 0 unless stated. */
  readonly default?: number;
  readonly doc?: string;
}

export interface StructDescription {
  readonly name: string;
  /** `config` and `telemetry` structs start with the ring's header; `plain` and `setup` structs stand alone. */
  readonly kind: 'plain' | 'setup' | 'config' | 'telemetry';
  /** Total size; computed for `setup`, fixed by the ring protocol for `config` and `telemetry`. */
  readonly bytes?: number;
  readonly doc?: string;
  readonly fields: readonly FieldDescription[];
}

export interface EnumDescription {
  readonly name: string;
  readonly doc?: string;
  readonly values: Readonly<Record<string, number>>;
}

/** A whole `*.layout.json` file: the one source of the C++ header and of the TypeScript codec. */
export interface LayoutDescription {
  readonly name: string;
  readonly doc?: string;
  readonly constants?: Readonly<Record<string, number>>;
  readonly enums?: readonly EnumDescription[];
  readonly structs: readonly StructDescription[];
}

/** A field with its place in the slot. */
export interface PlacedField extends FieldDescription {
  readonly offset: number;
  readonly size: number;
}

export interface PlacedStruct {
  readonly name: string;
  readonly kind: StructDescription['kind'];
  readonly doc: string;
  readonly bytes: number;
  readonly fields: readonly PlacedField[];
}

const SIZE: Record<FieldType, number> = { u32: 4, i32: 4, f32: 4, u64: 8, bits64: 8, f64: 8 };
const HEADER_BYTES = { plain: 0, setup: 0, config: 64, telemetry: 32 } as const;
const SLOT_BYTES = { config: 256, telemetry: 64 } as const;

export function readLayout(path: string): LayoutDescription {
  return JSON.parse(readFileSync(path, 'utf8')) as LayoutDescription;
}

/** Gives every field its offset (natural alignment, in order) and every struct its size. Throws when a slot overflows. */
export function placeFields(struct: StructDescription): PlacedStruct {
  let offset: number = HEADER_BYTES[struct.kind];
  const fields = struct.fields.map((field): PlacedField => {
    const unit = SIZE[field.type];
    if (unit === undefined) throw new Error(`${struct.name}.${field.name}: unknown type '${field.type}'`);
    offset = Math.ceil(offset / unit) * unit;
    const placed = { ...field, offset, size: unit * (field.count ?? 1) };
    offset += placed.size;
    return placed;
  });
  const fixed = struct.kind === 'config' || struct.kind === 'telemetry' ? SLOT_BYTES[struct.kind] : struct.bytes;
  const bytes = fixed ?? Math.max(16, Math.ceil(offset / 16) * 16);
  if (offset > bytes) throw new Error(`${struct.name} needs ${offset} bytes, only ${bytes} fit`);
  return { name: struct.name, kind: struct.kind, doc: struct.doc ?? '', bytes, fields };
}

/** Hash of everything the two sides must agree on (64-bit FNV-1a), as 16 hexadecimal digits. */
export function fingerprint(layout: LayoutDescription): string {
  const text = layout.structs
    .map((struct) => {
      const placed = placeFields(struct);
      const fields = placed.fields.map((f) => `${f.name}:${f.type}:${f.count ?? 1}@${f.offset}`);
      return `${placed.name}/${placed.kind}/${placed.bytes}{${fields.join(',')}}`;
    })
    .concat((layout.enums ?? []).map((e) => `${e.name}${JSON.stringify(e.values)}`))
    .join(';');
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & (2n ** 64n - 1n);
  return hash.toString(16).padStart(16, '0');
}
