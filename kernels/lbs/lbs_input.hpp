// A batch of structures as it is staged: 32-bit words, little endian.
//
//   header      {kInputMagic, structures, atoms, 0}
//   structures  8 words each: first atom, atoms, lowest x y z, highest x y z (f32)
//   atoms       4 words each: x, y, z (f32, around the structure's centroid), code
//   residues    1 word for each atom: chain << 24 | residue, both within the structure
//
// An atom's code: radius class in bits 0-1, kind in 4-7, residue in 8-12, slot in 16-19 (packages/lbs/src/chemistry).
#pragma once
#include <cstdint>

#include "aatgs/platform.hpp"

namespace aatgs::lbs {

inline constexpr uint32_t kInputMagic = 0x3153424c;  // "LBS1"
inline constexpr uint32_t kInputHeaderWords = 4;
inline constexpr uint32_t kKinds = 15;
inline constexpr uint32_t kResidues = 21;

struct Box {
  uint32_t first_atom, atoms;
  float low[3], high[3];
};
static_assert(sizeof(Box) == 32);

struct alignas(16) Atom {
  float x, y, z;
  uint32_t code;

  AATGS_FN uint32_t radius_class() const { return code & 3; }
  AATGS_FN uint32_t kind() const { return (code >> 4) & 15; }
  AATGS_FN uint32_t residue() const { return (code >> 8) & 31; }
  AATGS_FN uint32_t slot() const { return (code >> 16) & 15; }
  /// Van der Waals radius (Bondi 1964), angstroms.
  AATGS_FN float radius() const {
    const uint32_t c = radius_class();
    return c == 0 ? 1.7f : c == 1 ? 1.55f : c == 2 ? 1.52f : 1.8f;
  }
};

AATGS_FN uint32_t input_words(uint32_t structures, uint32_t atoms) {
  return kInputHeaderWords + 8 * structures + 5 * atoms;
}

/// Views of a batch's parts.
struct Batch {
  const Box* boxes;
  const Atom* atoms;
  const uint32_t* residues;

  AATGS_FN Batch(const uint32_t* words, uint32_t structures, uint32_t atom_count)
      : boxes(reinterpret_cast<const Box*>(words + kInputHeaderWords)),
        atoms(reinterpret_cast<const Atom*>(words + kInputHeaderWords + 8 * structures)),
        residues(words + kInputHeaderWords + 8 * structures + 4 * atom_count) {}
};

}  // namespace aatgs::lbs
