// What a config gives back, and what a site is: 32-bit words, little endian.
//
//   header      {kOutputMagic, first structure, structures, atoms, points, points listed, 0, 0}
//   structures  kStructureWords each: {sites, points, first point, 0}, then kListedSites sites, best first
//   atoms       2 words each: highest score of a surface point within 4 A (f32), its site's number from 1, or 0
//   points      where asked for, 5 words each: x, y, z, score (f32), site's number or 0
#pragma once
#include <cstdint>

#include "lbs/lbs_geometry.hpp"

namespace aatgs::lbs {

inline constexpr uint32_t kOutputMagic = 0x5253424c;  // "LBSR"
inline constexpr uint32_t kOutputHeaderWords = 8;
/// Sites a structure's list has room for.
inline constexpr uint32_t kListedSites = 128;
inline constexpr uint32_t kSiteWords = 16;
inline constexpr uint32_t kStructureWords = 4 + kListedSites * kSiteWords;

/// A ranked site.
struct ListedSite {
  float x, y, z;
  float score;        // log odds of the site model
  float probability;  // calibrated
  float sum2;         // sum of the points' squared scores
  float strongest;    // highest score of a point
  float area;         // solvent-accessible, A^2
  float volume;       // free space within 2 A of the points, A^3
  float spread;       // root mean square distance of its points from the centre, A
  float enclosure;    // mean share of blocked rays
  float hydropathy;   // mean over the atoms within 6 A of its points
  uint32_t points;
  uint32_t peak;      // its densest point, counted within the structure
  float other_chains; // share of its walls that other chains make
  float reserved;
};
static_assert(sizeof(ListedSite) == 4 * kSiteWords);

struct StructureResult {
  uint32_t sites, points, first_point, reserved;
  ListedSite list[kListedSites];
};
static_assert(sizeof(StructureResult) == 4 * kStructureWords);

AATGS_FN uint64_t output_words(uint32_t structures, uint32_t atoms, uint32_t points) {
  return kOutputHeaderWords + uint64_t{kStructureWords} * structures + 2 * uint64_t{atoms} + 5 * uint64_t{points};
}

}  // namespace aatgs::lbs
