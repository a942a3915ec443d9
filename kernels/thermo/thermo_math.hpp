// Logarithm and exponential from additions and multiplications alone: IEEE arithmetic without contraction gives them
// the same bits on every backend, which the libraries' functions do not.
#pragma once
#include <cstdint>

#include "aatgs/platform.hpp"

namespace aatgs::thermo {

template <class To, class From>
AATGS_FN To bits_of(From value) {
  static_assert(sizeof(To) == sizeof(From));
  return __builtin_bit_cast(To, value);
}

/// Bits of a word that make its uniform number; the other four decide whether a proposal is made at all.
inline constexpr uint32_t kUniformBits = 28;

/// -ln(u) for u = (word's upper 28 bits + 1/2, rounded to odd) / 2^28, to 1e-7: what a Metropolis test compares with.
/// Above 20 nothing is accepted any more, in place of one move in 4e8.
AATGS_FN float minus_log(uint32_t word) {
  const auto x = static_cast<float>(static_cast<int32_t>((word >> (32 - kUniformBits)) | 1u));
  const auto bits = bits_of<int32_t>(x);
  // x = 2^e m with m in [1, 2); Chebyshev fit of ln(1 + t) on [0, 1].
  const auto e = static_cast<float>((bits >> 23) - 127 - static_cast<int32_t>(kUniformBits));
  const float t = bits_of<float>((bits & 0x007fffff) | 0x3f800000) - 1.0f;
  float p = -6.006605043e-03f;
  p = p * t + 3.426459993e-02f;
  p = p * t + -9.229041734e-02f;
  p = p * t + 1.649981298e-01f;
  p = p * t + -2.394333707e-01f;
  p = p * t + 3.314466522e-01f;
  p = p * t + -4.998254986e-01f;
  p = p * t + 9.999936303e-01f;
  p = p * t;
  return -(e * 0.693147180559945f + p);
}

/// Whether a proposal is made: one in 16 is left out, because sweeps that accept every change of zero would walk in
/// circles (at infinite temperature every sweep would turn every spin).
AATGS_FN bool proposes(uint32_t word) { return (word & 15u) != 0; }

/// exp(x) for x <= 0, to 1e-15; 0 below -700.
AATGS_FN double exp_negative(double x) {
  if (x < -700.0) return 0.0;
  const auto k = static_cast<int64_t>(x * 1.4426950408889634 - 0.5);
  const double r =
      (x - static_cast<double>(k) * 0.693147180369123816490) - static_cast<double>(k) * 1.90821492927058770002e-10;
  double p = 1.0;
  for (int i = 14; i > 0; --i) p = 1.0 + p * r / static_cast<double>(i);
  return p * bits_of<double>((k + 1023) << 52);
}

}  // namespace aatgs::thermo
