// What tensor cores are used for: products with the matrices of a model of one factor, in tiles. Both sides are split in two
// halves of 11 bits each; three products of halves carry float32's precision.
#pragma once
#include "active_inference/ai_policies.hpp"

#if defined(__CUDACC__)
#include <cuda_fp16.h>
#endif

namespace aatgs::active_inference {

inline constexpr uint32_t kTensorStates = 64;
inline constexpr uint32_t kTensorSteps = kTensorStates / 16;
/// With fewer states a warp's path is as good.
inline constexpr uint32_t kTensorLeast = 33;
inline constexpr uint32_t kTensorNodes = 4096;
/// Numbers up to one are kept this much larger, so that the lower halves of small ones are not subnormal; products of two
/// are that much larger twice.
inline constexpr float kSplitScale = 32768.0f, kProductScale = 1.0f / (kSplitScale * kSplitScale);

/// Columns of a matrix in tiles of eight.
AATGS_FN uint32_t column_tiles(uint32_t columns) { return (columns + 7) / 8; }

/// Sixteen rows of eight columns as one lane of a warp holds them: upper halves of its two pairs, lower halves of them.
struct alignas(16) Fragment {
  uint32_t upper[2], lower[2];
};

/// Whether a model can take this path, shared or not; decided where memory is laid out.
inline bool tensor_fits(const View<float>& view, const Group* groups) {
  const Options<float>& options = view.options;
  const auto has = [&](AiFlag flag) { return options.has(flag); };
  const Structure& model = view.model;
  return options.algorithm == static_cast<uint32_t>(AiAlgorithm::FPI) && options.horizon == 1 &&
         !has(AiFlag::SPM_GAIN) && !has(AiFlag::NOVELTY_A) && !has(AiFlag::NOVELTY_B) && !has(AiFlag::STREAMED) &&
         !has(AiFlag::SEARCH) && !has(AiFlag::ANY_ORDER) && !has(AiFlag::DETAILS) && !has(AiFlag::SOFT) &&
         view.learned == 0 && !view.alone && model.factor_count == 1 && model.group_count == 1 &&
         model.modality_count == 1 && groups[0].deps == 1 && model.states >= kTensorLeast &&
         model.states <= kTensorStates && model.most_outcomes <= kTensorStates;
}

#if defined(__CUDACC__)

// Instructions of a GPU; a test has its own.

/// d += a b for tiles of 16 x 16 and 16 x 8 halves, sums in float32. All lanes of the warp together.
__device__ inline void multiply_tile(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
#if __CUDA_ARCH__ >= 800
  asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
  // Turing has tiles of half the depth.
  for (int half = 0; half < 2; ++half) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[2 * half]), "r"(a[2 * half + 1]), "r"(b[half]));
  }
#endif
}

/// Tiles of 8 x 8 halves with rows for columns. All lanes of the warp together.
__device__ inline uint32_t transpose_tile(uint32_t pair) {
  uint32_t out;
  asm("movmatrix.sync.aligned.m8n8.trans.b16 %0, %1;" : "=r"(out) : "r"(pair));
  return out;
}

/// The binary logarithm of a normal number.
__device__ inline float quick_log2(float x) {
  float log2;
  asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(log2) : "f"(x));
  return log2;
}

/// A barrier of some warps of the block, by number from 1.
__device__ inline void meet(uint32_t barrier, uint32_t threads) {
  asm volatile("bar.sync %0, %1;" ::"r"(barrier), "r"(threads) : "memory");
}

/// Asks for memory that is read soon, into the second-level cache.
__device__ inline void bring_near(const void* from) { asm volatile("prefetch.global.L2 [%0];" ::"l"(from)); }

/// Copies 16 bytes of device memory into shared memory; who has asked for copies waits for them before a barrier.
__device__ inline void copy_ahead(void* to, const void* from) {
#if __CUDA_ARCH__ >= 800
  const auto place = static_cast<uint32_t>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(place), "l"(from) : "memory");
#else
  *static_cast<uint4*>(to) = *static_cast<const uint4*>(from);
#endif
}
__device__ inline void wait_for_copies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_all;" ::: "memory");
#endif
}

/// Tells the compiler that this is shared memory, which it cannot see through a call.
__device__ inline void lies_in_shared(const void* at) { __builtin_assume(__isShared(at)); }

/// Reads a word of host memory.
__device__ inline uint32_t read_host(uint64_t from) {
  uint32_t word;
  asm volatile("ld.volatile.global.u32 %0, [%1];" : "=r"(word) : "l"(from));
  return word;
}

/// Reads a word for the first-level cache's sake; nobody waits for it until it is let go.
__device__ inline uint32_t read_ahead(const void* from) {
  uint32_t word;
  asm volatile("ld.global.u32 %0, [%1];" : "=r"(word) : "l"(from));
  return word;
}
__device__ inline void let_go(uint32_t word) { asm volatile("" ::"r"(word)); }

#endif

#if AI_WARPS

/// Splits a pair of numbers into registers of two halves each.
__device__ inline void split_pair(float x, float y, float scale, uint32_t& upper, uint32_t& lower) {
  const float left = x * scale, right = y * scale;
  const __half2 high = __floats2half2_rn(left, right);
  const float2 back = __half22float2(high);
  const __half2 low = __floats2half2_rn(left - back.x, right - back.y);
  upper = *reinterpret_cast<const uint32_t*>(&high);
  lower = *reinterpret_cast<const uint32_t*>(&low);
}

/// Adds over the four lanes that hold a row.
__device__ inline float row_total(float x) {
  x += __shfl_xor_sync(0xffffffffu, x, 1);
  return x + __shfl_xor_sync(0xffffffffu, x, 2);
}

/// `sum` and p log2 p, with the logarithm of small probabilities bounded, which also keeps it from subnormal numbers.
__device__ inline float binary_entropy(float p, float sum) {
  constexpr auto least = static_cast<float>(kMinimum);
  return fmaf(p, quick_log2(p < least ? least : p), sum);
}
inline constexpr float kLn2 = 0.693147180559945f;

#endif

}  // namespace aatgs::active_inference
