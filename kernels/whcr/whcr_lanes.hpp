// The loops over 16-bit counts that carry the search's time, in chunks of constant length so that every compiler turns
// them into vector instructions of the baseline (SSE2 has signed 16-bit minimum and compare, and little else).
#pragma once
#include <cstdint>

#include "aatgs/platform.hpp"

#if !defined(__CUDA_ARCH__) && defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace aatgs::whcr {

/// Set in a count to forbid the colour; above every count, so that minima skip forbidden colours by themselves.
inline constexpr int16_t kTabuBit = 0x4000;
inline constexpr int16_t kCountMask = 0x3fff;
/// Fills the end of a row.
inline constexpr int16_t kPadding = 0x7fff;
/// Entries of a row are a multiple of this.
inline constexpr uint32_t kRowChunk = 16;

#if !AATGS_ON_DEVICE
/// 8 counts, one register of the baseline; the compiler's vector type, because loops over single bits are not
/// vectorised.
typedef int16_t Lanes __attribute__((vector_size(16), aligned(2), may_alias));

/// -1 in each of 8 lanes whose bit is set in the lowest byte of `word`.
inline Lanes spread(uint32_t word) {
  constexpr Lanes kBit = {1, 2, 4, 8, 16, 32, 64, 128};
  const auto byte = static_cast<int16_t>(word);
  const Lanes all = {byte, byte, byte, byte, byte, byte, byte, byte};
  return (all & kBit) == kBit;
}
#endif

/// Adds the 32 bits of `word`, as 0 or 1, to 32 counts.
AATGS_FN void add_lanes(int16_t* counts, uint32_t word) {
#if AATGS_ON_DEVICE
  for (uint32_t j = 0; j < 32; ++j) counts[j] += static_cast<int16_t>((word >> j) & 1u);
#else
  for (uint32_t j = 0; j < 32; j += 8) *reinterpret_cast<Lanes*>(counts + j) -= spread(word >> j);
#endif
}

/// Takes the 32 bits of `word` from 32 counts and adds them to 32 others.
AATGS_FN void shift_lanes(int16_t* from, int16_t* to, uint32_t word) {
#if AATGS_ON_DEVICE
  for (uint32_t j = 0; j < 32; ++j) {
    from[j] -= static_cast<int16_t>((word >> j) & 1u);
    to[j] += static_cast<int16_t>((word >> j) & 1u);
  }
#else
  for (uint32_t j = 0; j < 32; j += 8) {
    const Lanes mask = spread(word >> j);
    *reinterpret_cast<Lanes*>(from + j) += mask;
    *reinterpret_cast<Lanes*>(to + j) -= mask;
  }
#endif
}

/// Adds a row to another; its length is a multiple of 32.
AATGS_FN void add_rows(int16_t* to, const int16_t* row, uint32_t length) {
#if AATGS_ON_DEVICE
  for (uint32_t j = 0; j < length; ++j) to[j] = static_cast<int16_t>(to[j] + row[j]);
#else
  for (uint32_t j = 0; j < length; j += 8) {
    *reinterpret_cast<Lanes*>(to + j) += *reinterpret_cast<const Lanes*>(row + j);
  }
#endif
}

/// Takes a row from one and adds it to another; its length is a multiple of 32.
AATGS_FN void shift_rows(int16_t* from, int16_t* to, const int16_t* row, uint32_t length) {
#if AATGS_ON_DEVICE
  for (uint32_t j = 0; j < length; ++j) {
    from[j] = static_cast<int16_t>(from[j] - row[j]);
    to[j] = static_cast<int16_t>(to[j] + row[j]);
  }
#else
  for (uint32_t j = 0; j < length; j += 8) {
    const Lanes some = *reinterpret_cast<const Lanes*>(row + j);
    *reinterpret_cast<Lanes*>(from + j) -= some;
    *reinterpret_cast<Lanes*>(to + j) += some;
  }
#endif
}

/// Which of a row's next 16 entries equal `value`: a bit for each.
AATGS_FN uint32_t matches(const int16_t* row, int16_t value) {
#if !AATGS_ON_DEVICE && defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi16(value);
  const auto compare = [=](const int16_t* from) {
    return _mm_cmpeq_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)), wanted);
  };
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(compare(row), compare(row + 8))));
#else
  uint32_t found = 0;
  for (uint32_t j = 0; j < kRowChunk; ++j) found |= row[j] == value ? 1u << j : 0;
  return found;
#endif
}

/// Which of the next 16 slots have `lowest - own` equal to `change`: a bit for each.
AATGS_FN uint32_t matching_changes(const int16_t* lowest, const int16_t* own, int16_t change) {
  int16_t changes[kRowChunk];
  for (uint32_t j = 0; j < kRowChunk; ++j) changes[j] = static_cast<int16_t>(lowest[j] - own[j]);
  return matches(changes, change);
}

/// The index of the lowest bit of a word that is not 0.
AATGS_FN uint32_t lowest_bit(uint32_t word) {
#if AATGS_ON_DEVICE
  return static_cast<uint32_t>(__ffs(static_cast<int>(word)) - 1);
#else
  return static_cast<uint32_t>(__builtin_ctz(word));
#endif
}

/// The smallest of a row's entries.
AATGS_FN int16_t row_lowest(const int16_t* row, uint32_t length) {
  int16_t lowest[kRowChunk];
  for (uint32_t j = 0; j < kRowChunk; ++j) lowest[j] = kPadding;
  for (uint32_t base = 0; base < length; base += kRowChunk) {
    for (uint32_t j = 0; j < kRowChunk; ++j) {
      const int16_t value = row[base + j];
      lowest[j] = value < lowest[j] ? value : lowest[j];
    }
  }
  int16_t result = kPadding;
  for (uint32_t j = 0; j < kRowChunk; ++j) result = lowest[j] < result ? lowest[j] : result;
  return result;
}

}  // namespace aatgs::whcr
