// What differs between compilers, in one place.
#pragma once
#include <cstdint>

#if defined(__CUDACC__)
#define AATGS_FN __host__ __device__ __forceinline__
#define AATGS_HOT
// A function kept apart: for long ones called from several places, which would make device code large and slow to compile.
#define AATGS_OUTLINE __host__ __device__ __noinline__
// Before a loop of unknown length whose memory accesses should be under way together.
#define AATGS_UNROLL_4 _Pragma("unroll 4")
#else
#define AATGS_FN inline
#define AATGS_HOT __attribute__((always_inline))
#define AATGS_OUTLINE inline
#define AATGS_UNROLL_4
#endif

#if defined(__CUDA_ARCH__)
#define AATGS_ON_DEVICE 1
#else
#define AATGS_ON_DEVICE 0
#endif

namespace aatgs {

/// A number known when it is compiled, as a value.
template <uint32_t kValue>
struct Constant {
  AATGS_FN constexpr operator uint32_t() const { return kValue; }
};

/// Calls f(i) for every i below kCount, each with a constant: arrays indexed by it live in registers, also where a compiler
/// would leave a loop as it is.
template <uint32_t kCount, class F>
AATGS_FN void unrolled(F&& f) {
  if constexpr (kCount > 0) {
    unrolled<kCount - 1>(f);
    f(Constant<kCount - 1>{});
  }
}

}  // namespace aatgs
