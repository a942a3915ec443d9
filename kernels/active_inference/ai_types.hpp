// Numbers, vectors with a stride, and the scopes an agent's work runs in.
#pragma once
#include <cmath>
#include <cstdint>

#include "aatgs/team.hpp"
#include "active_inference/active_inference_layout.h"
#include "active_inference/ai_numbers.hpp"

/// Functions that are called, not inlined, and loops that stay loops: on CUDA inlining and unrolling all of them takes the
/// compiler minutes.
#if defined(__CUDACC__)
#define AI_CALL __host__ __device__ __noinline__
#define AI_ROLLED _Pragma("unroll 1")
#else
#define AI_CALL inline
#define AI_ROLLED
#endif

/// Where the code of warps is compiled: on CUDA, and in a test that emulates a block.
#if defined(__CUDACC__) || defined(AI_EMULATED)
#define AI_WARPS 1
#else
#define AI_WARPS 0
#endif

namespace aatgs::active_inference {

/// Hidden state factors at most: action combinations live in registers.
inline constexpr uint32_t kMaxFactors = 16;
/// Agents whose numbers are interleaved, so that the threads of a warp read neighbouring words.
inline constexpr uint32_t kInterleave = 32;
/// Threads of a CUDA block.
inline constexpr uint32_t kThreads = 512;

/// Elements `stride` apart.
template <class T>
struct Vec {
  T* p;
  uint32_t stride;
  AATGS_FN T& operator[](uint32_t i) const { return p[static_cast<uint64_t>(i) * stride]; }
  AATGS_FN Vec from(uint32_t i) const { return {p + static_cast<uint64_t>(i) * stride, stride}; }
};

/// One row of `width` elements for each agent, or one for all of them.
template <class T>
struct Rows {
  T* base;
  uint32_t width;
  uint32_t interleave;  // 0: shared
  AATGS_FN Vec<T> operator[](uint32_t agent) const {
    if (interleave == 0) return {base, 1};
    const uint64_t block = agent / interleave;
    return {base + block * width * interleave + agent % interleave, interleave};
  }
  AATGS_FN bool shared() const { return interleave == 0; }
};

/// Sums are taken in one order whoever takes them, so that they have the same bits: 32 partial ones over every 32nd number,
/// folded in halves. Of these so many can differ from zero.
AATGS_FN uint32_t total_width(uint32_t n) {
  uint32_t width = 1;
  while (width < n && width < 32) width *= 2;
  return width;
}

/// One thread that does an agent's work alone; on the CPU and, for many agents, on the GPU.
struct Alone {
  static constexpr bool kAlone = true;
  /// Whether it neither learns nor walks through policies without a list.
  static constexpr bool kPlain = false;
  /// Whether it does everything. On the GPU windows and searches are the work of warps, which keeps the code small.
#if defined(__CUDACC__)
  static constexpr bool kFull = false;
#else
  static constexpr bool kFull = true;
#endif
  template <class F>
  AATGS_FN void for_each(uint32_t n, F f) {
    for (uint32_t i = 0; i < n; ++i) f(i);
  }
  template <class T, class F>
  AATGS_FN T total(uint32_t n, F f) {
    T sums[32];
    const uint32_t width = total_width(n);
    AI_ROLLED for (uint32_t i = 0; i < width; ++i) sums[i] = T{0};
    AI_ROLLED for (uint32_t first = 0; first < n; first += 32) {
      const uint32_t here = n - first < 32 ? n - first : 32;
      AI_ROLLED for (uint32_t i = 0; i < here; ++i) sums[i] += f(first + i);
    }
    AI_ROLLED for (uint32_t half = width / 2; half > 0; half /= 2) {
      AI_ROLLED for (uint32_t i = 0; i < half; ++i) sums[i] += sums[i + half];
    }
    return sums[0];
  }
  template <class T, class F>
  AATGS_FN T highest(uint32_t n, F f) {
    T best = f(0);
    for (uint32_t i = 1; i < n; ++i) {
      const T value = f(i);
      best = value > best ? value : best;
    }
    return best;
  }
  AATGS_FN void barrier() {}
  template <class F>
  AATGS_FN void leader(F f) {
    f();
  }
};

/// The lanes of one warp share an agent's work: for few agents or large models on the GPU. Alone on the CPU.
#if defined(__CUDACC__)
struct Lanes {
  static constexpr bool kAlone = false;
  static constexpr bool kPlain = false;
  static constexpr bool kFull = true;
  uint32_t lane = threadIdx.x & 31;
  template <class F>
  __device__ void for_each(uint32_t n, F f) {
    for (uint32_t i = lane; i < n; i += 32) f(i);
  }
  template <class T, class F>
  __device__ T total(uint32_t n, F f) {
    T sum{0};
    for (uint32_t i = lane; i < n; i += 32) sum += f(i);
    for (int half = 16; half > 0; half /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, half);
    return sum;
  }
  template <class T, class F>
  __device__ T highest(uint32_t n, F f) {
    T best = f(lane < n ? lane : 0);
    for (uint32_t i = lane + 32; i < n; i += 32) {
      const T value = f(i);
      best = value > best ? value : best;
    }
    for (int half = 16; half > 0; half /= 2) {
      const T other = __shfl_xor_sync(0xffffffffu, best, half);
      best = other > best ? other : best;
    }
    return best;
  }
  __device__ void barrier() { __syncwarp(); }
  template <class F>
  __device__ void leader(F f) {
    if (lane == 0) f();
  }
};
/// The same where a path of its own makes the steps, and other phases are all that is left.
struct PlainLanes : Lanes {
  static constexpr bool kPlain = true;
  static constexpr bool kFull = false;
};
#else
using Lanes = Alone;
using PlainLanes = Alone;
#endif

inline constexpr double kSpmFloor = 1e-16;
inline constexpr double kMinimum = 2.220446049250313e-16;
/// e^-16: SPM's floor inside the information gain, and the probability below which it leaves joint states out.
inline constexpr double kSpmGainFloor = 1.1253517471925912e-7;

/// The logarithm under a convention: ln(x + 1e-16), or ln(max(x, 2.2e-16)).
template <class Real>
AATGS_FN Real floored_log(Real x, bool add) {
  const auto minimum = static_cast<Real>(kMinimum);
  return log_of_normal(add ? x + static_cast<Real>(kSpmFloor) : (x < minimum ? minimum : x));
}

/// The logarithmic derivative of the gamma function, x > 0: recurrence up to 6, then the asymptotic series.
AATGS_FN double digamma(double x) {
  double below = 0;
  while (x < 10) {
    below -= 1 / x;
    x += 1;
  }
  const double r = 1 / x, q = r * r;
  return below + log_of(x) - r / 2 -
         q * (1.0 / 12 - q * (1.0 / 120 - q * (1.0 / 252 - q * (1.0 / 240 - q * (1.0 / 132 - q * (691.0 / 32760))))));
}

/// Softmax of n numbers in place. Collective; a barrier before and after is the caller's.
template <class Scope, class Real>
AATGS_FN void softmax(Scope& scope, Vec<Real> x, uint32_t n) {
  const Real top = scope.template highest<Real>(n, [&](uint32_t i) { return x[i]; });
  scope.barrier();
  scope.for_each(n, [&](uint32_t i) { x[i] = exp_of(x[i] - top); });
  scope.barrier();
  const Real sum = scope.template total<Real>(n, [&](uint32_t i) { return x[i]; });
  scope.barrier();
  scope.for_each(n, [&](uint32_t i) { x[i] /= sum; });
  scope.barrier();
}

}  // namespace aatgs::active_inference
