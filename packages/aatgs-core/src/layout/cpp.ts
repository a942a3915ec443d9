import { type FieldType, fingerprint, type LayoutDescription, placeFields } from './description.ts';

const CPP_TYPE: Record<FieldType, string> = {
  u32: 'uint32_t',
  i32: 'int32_t',
  f32: 'float',
  u64: 'uint64_t',
  bits64: 'uint64_t',
  f64: 'double',
};

const snake = (name: string) => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`).replace(/^_/, '');

/** The C++ header of a layout: plain structs with checked offsets, enums, and a field table the loader compares. */
export function generateCpp(layout: LayoutDescription, source: string): string {
  const isRing = layout.name === 'ring';
  const prefix = isRing ? 'aatgs' : `aatgs::${layout.name}`;
  const out: string[] = [
    `// Generated from ${source} by \`aatgs layout\`; do not edit.`,
    '#pragma once',
    '#include <cstddef>',
    '#include <cstdint>',
    isRing ? '' : '#include "aatgs/module.h"\n#include "aatgs/ring_layout.h"\n',
    `namespace ${prefix} {`,
    '',
  ];
  for (const [name, value] of Object.entries(layout.constants ?? {})) {
    out.push(`inline constexpr uint32_t ${name} = ${value};`);
  }
  for (const e of layout.enums ?? []) {
    if (e.doc) out.push(`/// ${e.doc}`);
    out.push(`enum class ${e.name} : uint32_t {`);
    for (const [name, value] of Object.entries(e.values)) out.push(`  ${name} = ${value},`);
    out.push('};', '');
  }
  for (const struct of layout.structs.map(placeFields)) {
    if (struct.doc) out.push(`/// ${struct.doc}`);
    out.push(`struct alignas(16) ${struct.name} {`);
    let end = 0;
    let pads = 0;
    if (struct.kind === 'config') out.push('  ConfigHeader header;');
    if (struct.kind === 'telemetry') out.push('  TelemetryHeader header;');
    if (struct.kind === 'config') end = 64;
    if (struct.kind === 'telemetry') end = 32;
    for (const f of struct.fields) {
      if (f.offset > end) out.push(`  uint8_t pad${pads++}[${f.offset - end}];`);
      const array = f.count === undefined ? '' : `[${f.count}]`;
      out.push(`  ${CPP_TYPE[f.type]} ${snake(f.name)}${array};${f.doc ? `  ///< ${f.doc}` : ''}`);
      end = f.offset + f.size;
    }
    if (struct.bytes > end) out.push(`  uint8_t pad${pads++}[${struct.bytes - end}];`);
    out.push('};', `static_assert(sizeof(${struct.name}) == ${struct.bytes});`);
    for (const f of struct.fields) {
      out.push(`static_assert(offsetof(${struct.name}, ${snake(f.name)}) == ${f.offset});`);
    }
    out.push('');
  }
  if (!isRing) {
    out.push('/// Where the compiler put each field; the loader compares this table with the TypeScript side.');
    out.push('inline constexpr AatgsField kFields[] = {');
    for (const struct of layout.structs.map(placeFields)) {
      for (const f of struct.fields) {
        const member = `${struct.name}, ${snake(f.name)}`;
        out.push(`    {"${struct.name}.${f.name}", offsetof(${member}), sizeof(${struct.name}::${snake(f.name)})},`);
      }
    }
    out.push('};');
  }
  out.push(`inline constexpr uint64_t kLayoutFingerprint = 0x${fingerprint(layout)}ULL;`);
  out.push('', `}  // namespace ${prefix}`, '');
  return out.join('\n');
}
