// A CUDA thread as the warp walk sees it, and the walk in a block's shared memory.
#pragma once
#include <cstdint>

#include "aatgs/cuda_team.cuh"
#include "whcr/whcr_annealed_warps.hpp"
#include "whcr/whcr_warp_walk.hpp"

namespace aatgs::whcr {

class CudaThreads {
 public:
  __device__ explicit CudaThreads(const uint32_t* cancel) : cancel_(const_cast<uint32_t*>(cancel)) {}
  __device__ uint32_t index() const { return threadIdx.x; }
  __device__ uint32_t ballot(bool mine) const { return __ballot_sync(kAll, mine); }
  __device__ uint32_t min(uint32_t mine) const {
#if __CUDA_ARCH__ >= 800
    return __reduce_min_sync(kAll, mine);
#else
    for (int half = 16; half > 0; half /= 2) {
      const uint32_t other = __shfl_xor_sync(kAll, mine, half);
      mine = other < mine ? other : mine;
    }
    return mine;
#endif
  }
  __device__ uint32_t sum(uint32_t mine) const {
#if __CUDA_ARCH__ >= 800
    return __reduce_add_sync(kAll, mine);
#else
    for (int half = 16; half > 0; half /= 2) mine += __shfl_xor_sync(kAll, mine, half);
    return mine;
#endif
  }
  __device__ uint32_t shuffle(uint32_t mine, uint32_t from) const {
    return __shfl_sync(kAll, mine, static_cast<int>(from));
  }
  __device__ void sync() const { __syncwarp(); }
  /// Barrier 0 is the whole block's.
  __device__ void barrier(uint32_t threads) const { asm volatile("bar.sync 1, %0;" ::"r"(threads) : "memory"); }
  __device__ bool cancelled() const { return DeviceWord(*cancel_).load(cuda::memory_order_relaxed) != 0; }

 private:
  static constexpr uint32_t kAll = 0xffffffffu;
  uint32_t* cancel_;
};

/// One walk; kNone when its tables are too small. By the whole block. `Walk`: WarpWalk or AnnealedWarps.
template <template <class, uint32_t, WarpTier> class Walk, uint32_t kWords, WarpTier kTier>
__device__ __noinline__ uint32_t walk_with(const WhcrState& state, uint32_t index, uint32_t moves,
                                           const uint32_t* cancel) {
  extern __shared__ __align__(128) unsigned char aatgs_block_shared[];
  __shared__ uint32_t left;
  const WarpTables tables(state.graph.n);
  uint8_t* own = aatgs_block_shared + WarpTables::proposals() + tables.colors();
  uint8_t* outside = nullptr;
  if constexpr (kTier == WarpTier::COLORS) outside = state.warp_counts + tables.counts(state.max_colors) * index;
  auto* bits = reinterpret_cast<uint32_t*>(own + tables.counts(state.search->colors));
  Walk<CudaThreads, kWords, kTier> walk(CudaThreads(cancel), state, index,
                                        {aatgs_block_shared, own, bits, outside, tables.split(state.warp_shared)});
  if (threadIdx.x < walk.size()) {
    const uint32_t rest = walk.run(moves);
    if (threadIdx.x == 0) left = rest;
  }
  __syncthreads();
  const uint32_t rest = left;
  __syncthreads();
  return rest;
}

/// The walk with the best tables that fit; kNone when none does.
template <template <class, uint32_t, WarpTier> class Walk>
__device__ inline uint32_t walk_in_warps(const WhcrState& state, uint32_t index, uint32_t moves,
                                         const uint32_t* cancel) {
  const uint32_t n = state.graph.n;
  if (state.warp_shared == 0) return kNone;
  const WarpTables tables(n);
  const uint32_t each = (tables.words + kWarpThreads - 1) / kWarpThreads;  // words of a thread
  switch (tables.tier(n, state.search->colors, state.warp_shared)) {
    case WarpTier::ALL:
      return walk_with<Walk, 1, WarpTier::ALL>(state, index, moves, cancel);
    case WarpTier::COUNTS:
      return each == 1   ? walk_with<Walk, 1, WarpTier::COUNTS>(state, index, moves, cancel)
             : each == 2 ? walk_with<Walk, 2, WarpTier::COUNTS>(state, index, moves, cancel)
                         : walk_with<Walk, kMostWords, WarpTier::COUNTS>(state, index, moves, cancel);
    case WarpTier::COLORS:
      if (!state.warp_counts) return kNone;
      return each == 1   ? walk_with<Walk, 1, WarpTier::COLORS>(state, index, moves, cancel)
             : each == 2 ? walk_with<Walk, 2, WarpTier::COLORS>(state, index, moves, cancel)
                         : walk_with<Walk, kMostWords, WarpTier::COLORS>(state, index, moves, cancel);
    default:
      return kNone;
  }
}

}  // namespace aatgs::whcr
