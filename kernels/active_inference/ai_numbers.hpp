// Exponentials and logarithms of our own, by additions and multiplications in a fixed order: the same bits on every
// machine, which the libraries of CPU and GPU do not have in common. Errors are below two units in the last place.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

#include "aatgs/platform.hpp"

namespace aatgs::active_inference {

template <class To, class From>
AATGS_FN To bits_as(From from) {
  static_assert(sizeof(To) == sizeof(From));
#if AATGS_ON_DEVICE
  union {
    From from;
    To to;
  } both{from};
  return both.to;
#else
  return std::bit_cast<To>(from);
#endif
}

/// e^x where that is a normal number.
AATGS_FN float exp_of_normal(float x) {
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the lowest bits.
  const float shifted = x * 1.44269504f + 12582912.0f;
  const float n = shifted - 12582912.0f;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  // Minimax over |r| <= ln(2) / 2; relative error 3e-9 before rounding.
  float y = 1.38144672e-3f;
  y = y * r + 8.36878084e-3f;
  y = y * r + 4.16683927e-2f;
  y = y * r + 0.166665196f;
  y = y * r + 0.499999940f;
  y = y * (r * r) + r + 1.0f;
  // 2^n by the exponent's bits: y is within [0.7, 1.42].
  return bits_as<float>(bits_as<uint32_t>(y) + (bits_as<uint32_t>(shifted) << 23));
}

/// e^x. Below the smallest normal number: zero. What is not a number stays so.
AATGS_FN float exp_of(float x) {
  if (!(x >= -87.0f)) return x < 0.0f ? 0.0f : x;
  if (x > 88.72283f) return INFINITY;
  return exp_of_normal(x);
}

/// ln x of a positive normal number.
AATGS_FN float log_of_normal(float x) {
  const uint32_t bits = bits_as<uint32_t>(x) - 0x3f3504f3u;  // from sqrt(1/2) on
  const auto e = static_cast<float>(static_cast<int32_t>(bits) >> 23);
  const float f = bits_as<float>((bits & 0x007fffffu) + 0x3f3504f3u) - 1.0f;
  // Minimax over sqrt(1/2) - 1 <= f <= sqrt(2) - 1; relative error 3e-8 before rounding.
  float y = 8.70043784e-2f;
  y = y * f + -0.142674878f;
  y = y * f + 0.149147674f;
  y = y * f + -0.165775850f;
  y = y * f + 0.199630633f;
  y = y * f + -0.250013381f;
  y = y * f + 0.333339095f;
  const float z = f * f;
  y = y * (f * z) - e * 2.12194440e-4f;
  return (y - 0.5f * z + f) + e * 0.693359375f;
}

AATGS_FN double exp_of(double x) {
  if (!(x >= -708.0)) return x < 0.0 ? 0.0 : x;
  if (x > 709.782712893384) return static_cast<double>(INFINITY);
  const double shifted = x * 1.4426950408889634 + 6755399441055744.0;
  const double n = shifted - 6755399441055744.0;
  const double r = (x - n * 6.93145751953125e-1) - n * 1.4286068203094173e-6;
  // Taylor's series: 0.35^14 / 14! is less than half a unit.
  constexpr double factors[] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
                                1.0 / 362880.0,     1.0 / 40320.0,     1.0 / 5040.0,     1.0 / 720.0,
                                1.0 / 120.0,        1.0 / 24.0,        1.0 / 6.0,        0.5};
  double y = factors[0];
  for (uint32_t i = 1; i < 12; ++i) y = y * r + factors[i];
  y = y * (r * r) + r + 1.0;
  return bits_as<double>(bits_as<uint64_t>(y) + (bits_as<uint64_t>(shifted) << 52));
}

AATGS_FN double log_of_normal(double x) {
  const uint64_t bits = bits_as<uint64_t>(x) - 0x3fe6a09e667f3bcdu;
  const auto e = static_cast<double>(static_cast<int64_t>(bits) >> 52);
  const double f = bits_as<double>((bits & 0x000fffffffffffffu) + 0x3fe6a09e667f3bcdu) - 1.0;
  // 2 atanh(s), s = f / (2 + f), |s| < 0.172: the series to s^21, and f - s f instead of 2 s, which loses less.
  const double s = f / (2.0 + f), z = s * s;
  double y = 1.0 / 21.0;
  for (uint32_t k = 19; k > 1; k -= 2) y = y * z + 1.0 / k;
  y = 2.0 * z * y;
  const double half = 0.5 * f * f;
  return e * 6.93145751953125e-1 + (f - (half - (s * (half + y) + e * 1.4286068203094173e-6)));
}

/// ln x. Zero has minus infinity, negative numbers have none.
template <class Real>
AATGS_FN Real log_of(Real x) {
  constexpr bool wide = sizeof(Real) == 8;
  constexpr auto least = static_cast<Real>(wide ? 2.2250738585072014e-308 : 1.17549435e-38);
  if (!(x >= least)) {
    if (!(x > Real{0})) return x == Real{0} ? -static_cast<Real>(INFINITY) : static_cast<Real>(NAN);
    constexpr auto scale = static_cast<Real>(wide ? 4503599627370496.0 : 8388608.0);  // 2^52, 2^23
    return log_of_normal(x * scale) - static_cast<Real>(wide ? 36.04365338911715 : 15.9423847);
  }
  if (!(x < static_cast<Real>(INFINITY))) return x;
  return log_of_normal(x);
}

}  // namespace aatgs::active_inference
