// What the code of warps uses of CUDA, for one block whose threads are fibres. To be included before that code.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "test/fibers.hpp"

#define AI_EMULATED
#define __device__
#define __noinline__
#define __forceinline__ inline

namespace aatgs::active_inference::emulated {

inline constexpr uint32_t kBlockThreads = 512;
inline aatgs::test::FiberBlock block(kBlockThreads);

struct ThreadIndex {
  struct {
    operator uint32_t() const { return block.now(); }
  } x;
};
struct BlockIndex {
  uint32_t x = 0;
};

/// A tile product's registers of all lanes of a warp.
struct Operands {
  uint32_t a[4], b[2];
};
inline std::array<Operands, kBlockThreads> operands;

inline float half_of(uint32_t pair, uint32_t i) {
  const auto bits = static_cast<uint16_t>(pair >> 16 * i);
  _Float16 x;
  std::memcpy(&x, &bits, sizeof x);
  return static_cast<float>(x);
}

}  // namespace aatgs::active_inference::emulated

inline aatgs::active_inference::emulated::ThreadIndex threadIdx;
inline aatgs::active_inference::emulated::BlockIndex blockIdx;

struct uint2 {
  uint32_t x, y;
};
struct uint4 {
  uint32_t x, y, z, w;
};
struct float2 {
  float x, y;
};
struct float4 {
  float x, y, z, w;
};
struct __half2 {
  _Float16 x, y;
};
inline __half2 __floats2half2_rn(float x, float y) { return {static_cast<_Float16>(x), static_cast<_Float16>(y)}; }
inline float2 __half22float2(__half2 pair) { return {static_cast<float>(pair.x), static_cast<float>(pair.y)}; }

inline void __syncwarp() { aatgs::active_inference::emulated::block.gather(0); }
inline void __syncthreads() {
  using namespace aatgs::active_inference::emulated;
  block.barrier(kBlockThreads);
}
template <class T>
T __shfl_sync(uint32_t, T x, uint32_t lane) {
  static_assert(sizeof(T) == 4);
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  bits = aatgs::active_inference::emulated::block.gather(bits)[lane];
  std::memcpy(&x, &bits, 4);
  return x;
}
template <class T>
T __shfl_xor_sync(uint32_t mask, T x, uint32_t other) {
  return __shfl_sync(mask, x, (threadIdx.x & 31) ^ other);
}
inline uint32_t __ballot_sync(uint32_t, bool mine) {
  const uint32_t* all = aatgs::active_inference::emulated::block.gather(mine);
  uint32_t bits = 0;
  for (uint32_t lane = 0; lane < 32; ++lane) bits |= all[lane] << lane;
  return bits;
}
inline int32_t __reduce_max_sync(uint32_t, int32_t mine) {
  const uint32_t* all = aatgs::active_inference::emulated::block.gather(static_cast<uint32_t>(mine));
  int32_t top = mine;
  for (uint32_t lane = 0; lane < 32; ++lane) {
    const auto other = static_cast<int32_t>(all[lane]);
    top = other > top ? other : top;
  }
  return top;
}
inline int __ffs(uint32_t x) { return __builtin_ffs(static_cast<int>(x)); }

namespace aatgs::active_inference {

inline void multiply_tile(float (&d)[4], const uint32_t (&a)[4], const uint32_t (&b)[2]) {
  using namespace emulated;
  const uint32_t thread = threadIdx.x, warp = thread / 32 * 32, row = thread % 32 / 4, pair = thread % 4;
  std::memcpy(operands[thread].a, a, sizeof a);
  std::memcpy(operands[thread].b, b, sizeof b);
  __syncwarp();
  for (uint32_t i = 0; i < 4; ++i) {
    const uint32_t half = i / 2, column = pair * 2 + i % 2;
    float sum = 0;
    for (uint32_t k = 0; k < 16; ++k) {
      // Which lane holds an entry, and in which register (PTX ISA, fragments of mma.m16n8k16).
      const uint32_t from = k % 8 / 2;
      sum += half_of(operands[warp + row * 4 + from].a[k / 8 * 2 + half], k % 2) *
             half_of(operands[warp + column * 4 + from].b[k / 8], k % 2);
    }
    d[i] += sum;
  }
  __syncwarp();
}
inline uint32_t transpose_tile(uint32_t pair) {
  const uint32_t* all = emulated::block.gather(pair);
  const uint32_t row = threadIdx.x % 32 / 4, column = threadIdx.x % 4 * 2;
  const auto entry = [&](uint32_t r, uint32_t c) { return all[r * 4 + c / 2] >> 16 * (c % 2) & 0xffff; };
  return entry(column, row) | entry(column + 1, row) << 16;
}
inline float quick_log2(float x) { return std::log2(x); }
inline void meet(uint32_t barrier, uint32_t threads) { emulated::block.barrier(threads, barrier); }
inline void bring_near(const void*) {}
inline void copy_ahead(void* to, const void* from) { std::memcpy(to, from, 16); }
inline void wait_for_copies() {}
inline void lies_in_shared(const void*) {}
inline uint32_t read_ahead(const void* from) {
  uint32_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}
inline void let_go(uint32_t) {}

}  // namespace aatgs::active_inference

namespace aatgs::active_inference::test {

/// What a step is given: observations, actions to be taken instead of chosen ones or null, and where chosen ones go.
struct Given {
  const void* observations;
  const uint32_t* forced;
  uint32_t* actions;
};

}  // namespace aatgs::active_inference::test
