// The weighted walk in warps in a CUDA block, with as much of its tables as fits in shared memory.
#pragma once
#include <cstdint>

#include "whcr/whcr_warp_threads.cuh"
#include "whcr/whcr_weighted_warps.hpp"

namespace aatgs::whcr {

/// A Carver of memory that is there: without a test for that, the compiler sees which addresses are shared ones.
class DeviceCarver {
 public:
  __device__ explicit DeviceCarver(uint8_t* base) : base_(base) {}
  template <class T>
  __device__ T* take(uint64_t count) {
    uint8_t* at = base_ + used_;
    used_ += (static_cast<uint32_t>(count * sizeof(T)) + 63) & ~63u;
    return reinterpret_cast<T*>(at);
  }

 private:
  uint8_t* base_;
  uint32_t used_ = 0;
};

/// One walk by the whole block. `work`: memory of the member's own.
template <WeightedTier kTier>
__device__ __noinline__ void weighted_walk_with(const WhcrState& state, uint32_t index, uint32_t moves, uint8_t* work,
                                                const uint32_t* cancel) {
  extern __shared__ __align__(128) unsigned char aatgs_block_shared[];
  DeviceCarver shared(aatgs_block_shared);
  DeviceCarver own(work);
  if constexpr (kTier == WeightedTier::ALL) {
    WeightedWarps<CudaThreads>(CudaThreads(cancel), state, index, shared, shared).run(moves);
  } else if constexpr (kTier == WeightedTier::SMALL) {
    WeightedWarps<CudaThreads>(CudaThreads(cancel), state, index, shared, own).run(moves);
  } else {
    WeightedWarps<CudaThreads>(CudaThreads(cancel), state, index, own, own).run(moves);
  }
  __syncthreads();
}

__device__ inline void weighted_walk_in_warps(const WhcrState& state, uint32_t index, uint32_t moves, uint8_t* work,
                                              const uint32_t* cancel) {
  switch (state.weighted_tier) {
    case WeightedTier::ALL:
      return weighted_walk_with<WeightedTier::ALL>(state, index, moves, work, cancel);
    case WeightedTier::SMALL:
      return weighted_walk_with<WeightedTier::SMALL>(state, index, moves, work, cancel);
    default:
      return weighted_walk_with<WeightedTier::NONE>(state, index, moves, work, cancel);
  }
}

}  // namespace aatgs::whcr
