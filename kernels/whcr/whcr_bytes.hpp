// Four counts in one 32-bit word, byte by byte: what the warp walk does to four vertices at once.
#pragma once
#include <cstdint>

#include "aatgs/platform.hpp"

namespace aatgs::whcr::bytes {

inline constexpr uint32_t kHigh = 0x80808080u;
inline constexpr uint32_t kLow = 0x7f7f7f7fu;
inline constexpr uint32_t kOnes = 0x01010101u;

/// 0x80 in every byte that is 0.
AATGS_FN uint32_t zero(uint32_t x) { return ~(((x & kLow) + kLow) | x | kLow); }

/// 0x80 in every byte that is not 0.
AATGS_FN uint32_t nonzero(uint32_t x) { return (((x & kLow) + kLow) | x) & kHigh; }

/// 0x80 in every byte in which a is less than b, unsigned.
AATGS_FN uint32_t less(uint32_t a, uint32_t b) {
  const uint32_t low = ((b | kHigh) - (a & kLow) - kOnes) & kHigh;  // of the lower 7 bits
  return ((~a & b) | (~(a ^ b) & low)) & kHigh;
}

/// 0x80 in every byte whose lower 7 bits are all set.
AATGS_FN uint32_t full(uint32_t x) { return ((x & kLow) + kOnes) & kHigh; }

/// 0xff where `marks` has 0x80.
AATGS_FN uint32_t mask(uint32_t marks) { return (marks >> 7) * 0xffu; }

/// The four lowest bits as 0 or 1 in four bytes.
AATGS_FN uint32_t spread(uint32_t nibble) { return (nibble & 15u) * 0x00204081u & kOnes; }

/// 0x8000 in each half that is 0.
AATGS_FN uint32_t zero_halves(uint32_t x) { return ~(((x & 0x7fff7fffu) + 0x7fff7fffu) | x | 0x7fff7fffu); }

/// 0x80 in byte i where the i-th of four 16-bit values (two in `low`, two in `high`) equals `value`.
AATGS_FN uint32_t equal_halves(uint32_t low, uint32_t high, uint32_t value) {
  const uint32_t both = value * 0x10001u;
  const uint32_t a = zero_halves(low ^ both);
  const uint32_t b = zero_halves(high ^ both);
#if AATGS_ON_DEVICE
  return __byte_perm(a, b, 0x7531);
#else
  return (a >> 8 & 0xff) | (a >> 16 & 0xff00) | (b << 8 & 0xff0000) | (b & 0xff000000u);
#endif
}

/// The smallest byte.
AATGS_FN uint32_t lowest(uint32_t x) {
  const uint32_t a = (x & 0xffu) < (x >> 8 & 0xffu) ? x & 0xffu : x >> 8 & 0xffu;
  const uint32_t b = (x >> 16 & 0xffu) < x >> 24 ? x >> 16 & 0xffu : x >> 24;
  return a < b ? a : b;
}

/// How many bits are set.
AATGS_FN uint32_t ones(uint32_t x) {
#if AATGS_ON_DEVICE
  return static_cast<uint32_t>(__popc(x));
#else
  return static_cast<uint32_t>(__builtin_popcount(x));
#endif
}

AATGS_FN uint32_t get(uint32_t word, uint32_t i) { return (word >> (8 * i)) & 0xffu; }
AATGS_FN uint32_t set(uint32_t word, uint32_t i, uint32_t value) {
  return (word & ~(0xffu << (8 * i))) | value << (8 * i);
}

}  // namespace aatgs::whcr::bytes
