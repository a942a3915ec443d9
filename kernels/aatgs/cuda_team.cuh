// The Team on CUDA: the workers' grid, thread blocks with shared memory, and warps. Same operations, and the same
// results bit for bit, as host_team.hpp.
#pragma once
#include <cstdint>
#include <cub/cub.cuh>
#include <cuda/atomic>
#include <cuda/std/limits>
#include <cuda/std/type_traits>

#include "aatgs/cuda_shared.h"
#include "aatgs/reduce_tree.hpp"

namespace aatgs {

template <class T>
struct ArgMin {
  T value;
  uint64_t index;
};

/// The smaller of two, the lower index on ties; `none` marks an empty side.
template <class T>
struct LowerFirst {
  uint64_t none;
  __device__ ArgMin<T> operator()(const ArgMin<T>& a, const ArgMin<T>& b) const {
    if (b.index == none) return a;
    if (a.index == none) return b;
    return b.value < a.value || (b.value == a.value && b.index < a.index) ? b : a;
  }
};

using DeviceWord = cuda::atomic_ref<uint32_t, cuda::thread_scope_device>;

/// Folds 256 values held 8 a lane (value j of lane l is element l + 32 j) in the order of fold_tile(); for all lanes.
template <class T>
__device__ T fold_warp_tile(T (&v)[8]) {
  for (int half = 4; half > 0; half /= 2) {
    for (int j = 0; j < half; ++j) v[j] += v[j + half];
  }
  T value = v[0];
  for (int half = 16; half > 0; half /= 2) value += __shfl_down_sync(0xffffffffu, value, half);
  return __shfl_sync(0xffffffffu, value, 0);
}

/// Folds `count` <= 256 values of `get(i)` with one warp; missing values count as zero.
template <class T, class Get>
__device__ T fold_with_warp(uint32_t lane, uint32_t count, Get get) {
  T v[8];
  for (uint32_t j = 0; j < 8; ++j) {
    const uint32_t i = lane + 32 * j;
    v[j] = i < count ? static_cast<T>(get(i)) : T{0};
  }
  return fold_warp_tile(v);
}

/// One warp.
class CudaGroup {
 public:
  __device__ CudaGroup() : lane_(threadIdx.x & 31) {}
  template <class N, class F>
  __device__ void for_each(N n, F f) {
    for (N i = lane_; i < n; i += 32) f(i);
  }
  template <class T, class N, class F>
  __device__ T sum(N n, F f) {
    if constexpr (cuda::std::is_floating_point_v<T>) {
      T total{0};
      for (uint64_t pass = 0; pass < n; pass += uint64_t{kPassTiles} * kTile) total += pass_sum<T>(n, pass, f);
      return total;
    } else {
      T mine{0};
      for_each(n, [&](N i) { mine += f(i); });
      return reduce(mine, [](T a, T b) { return static_cast<T>(a + b); });
    }
  }
  template <class T, class N, class F>
  __device__ T min(N n, F f) {
    T mine = cuda::std::numeric_limits<T>::max();
    for_each(n, [&](N i) {
      const T value = f(i);
      mine = value < mine ? value : mine;
    });
    return reduce(mine, [](T a, T b) { return b < a ? b : a; });
  }
  template <class T, class N, class F>
  __device__ ArgMin<T> argmin(N n, F f) {
    const uint64_t none = n;
    ArgMin<T> mine{cuda::std::numeric_limits<T>::max(), none};
    for_each(n, [&](N i) {
      const T value = f(i);
      if (mine.index == none || value < mine.value) mine = {value, static_cast<uint64_t>(i)};
    });
    return reduce(mine, LowerFirst<T>{none});
  }
  template <class N, class F>
  __device__ bool any(N n, F f) {
    bool mine = false;
    for (N i = lane_; i < n && !mine; i += 32) mine = f(i);
    return __any_sync(0xffffffffu, mine);
  }
  template <class N, class F>
  __device__ uint32_t any_bits(N n, F f) {
    uint32_t mine = 0;
    for_each(n, [&](N i) { mine |= f(i); });
    for (int half = 16; half > 0; half /= 2) mine |= __shfl_xor_sync(0xffffffffu, mine, half);
    return mine;
  }
  __device__ void barrier() { __syncwarp(); }
  template <class F>
  __device__ void leader(F f) {
    if (lane_ == 0) f();
  }
  __device__ uint32_t rank() const { return lane_; }
  __device__ uint32_t count() const { return 32; }

 private:
  template <class T, class Op>
  __device__ T reduce(T mine, Op op) {
    using Reduce = cub::WarpReduce<T>;
    typename Reduce::TempStorage storage;  // empty for a whole warp: it shuffles
    return cub::ShuffleIndex<32>(Reduce(storage).Reduce(mine, op), 0, 0xffffffffu);
  }
  template <class T, class N, class F>
  __device__ T pass_sum(N n, uint64_t pass, F f) {
    T groups[kPassTiles / kTile];
    uint32_t count = 0;
    for (uint64_t first = pass; first < n && count < kPassTiles / kTile; first += uint64_t{kTile} * kTile) {
      T tiles[8] = {};
      for (uint32_t tile = 0; tile < kTile && first + uint64_t{tile} * kTile < n; ++tile) {
        const uint64_t start = first + uint64_t{tile} * kTile;
        const uint64_t rest = n - start;
        const T folded = fold_with_warp<T>(lane_, static_cast<uint32_t>(rest < kTile ? rest : kTile),
                                           [&](uint32_t i) { return f(static_cast<N>(start + i)); });
        if ((tile & 31) == lane_) tiles[tile / 32] = folded;
      }
      groups[count++] = fold_warp_tile(tiles);
    }
    return fold_tile<T>(count, [&](uint32_t i) { return groups[i]; });
  }

  uint32_t lane_;
};

/// One thread block of `Threads` threads. The dynamic shared memory is the step's.
template <uint32_t Threads>
class CudaBlock {
 public:
  __device__ explicit CudaBlock(const uint32_t* cancel) : cancel_(const_cast<uint32_t*>(cancel)) {}

  template <class T>
  __device__ T* shared() const {
    extern __shared__ __align__(128) unsigned char aatgs_block_shared[];
    return reinterpret_cast<T*>(aatgs_block_shared);
  }
  template <class N, class F>
  __device__ void for_each(N n, F f) {
    for (N i = threadIdx.x; i < n; i += Threads) f(i);
  }
  template <class N, class F>
  __device__ void for_each_group(N n, F f) {
    CudaGroup group;
    for (N i = threadIdx.x / 32; i < n; i += Threads / 32) f(group, i);
  }
  template <class T, class N, class F>
  __device__ T sum(N n, F f) {
    if constexpr (cuda::std::is_floating_point_v<T>) {
      T total{0};
      for (uint64_t pass = 0; pass < n; pass += uint64_t{kPassTiles} * kTile) total += pass_sum<T>(n, pass, f);
      return total;
    } else {
      T mine{0};
      for_each(n, [&](N i) { mine += f(i); });
      return reduce(mine, [](T a, T b) { return static_cast<T>(a + b); });
    }
  }
  template <class T, class N, class F>
  __device__ T min(N n, F f) {
    T mine = cuda::std::numeric_limits<T>::max();
    for_each(n, [&](N i) {
      const T value = f(i);
      mine = value < mine ? value : mine;
    });
    return reduce(mine, [](T a, T b) { return b < a ? b : a; });
  }
  template <class T, class N, class F>
  __device__ ArgMin<T> argmin(N n, F f) {
    const uint64_t none = n;
    ArgMin<T> mine{cuda::std::numeric_limits<T>::max(), none};
    for_each(n, [&](N i) {
      const T value = f(i);
      if (mine.index == none || value < mine.value) mine = {value, static_cast<uint64_t>(i)};
    });
    return reduce(mine, LowerFirst<T>{none});
  }
  template <class N, class F>
  __device__ bool any(N n, F f) {
    bool mine = false;
    for (N i = threadIdx.x; i < n && !mine; i += Threads) mine = f(i);
    return __syncthreads_or(mine) != 0;
  }
  template <class N, class F>
  __device__ uint32_t any_bits(N n, F f) {
    uint32_t mine = 0;
    for_each(n, [&](N i) { mine |= f(i); });
    return reduce(mine, [](uint32_t a, uint32_t b) { return a | b; });
  }
  __device__ void barrier() { __syncthreads(); }
  template <class F>
  __device__ void leader(F f) {
    if (threadIdx.x == 0) f();
  }
  __device__ bool cancelled() const {
    return __syncthreads_or(threadIdx.x == 0 && DeviceWord(*cancel_).load(cuda::memory_order_relaxed) != 0) != 0;
  }
  /// The word behind cancelled(), for code that cannot gather the whole block.
  __device__ const uint32_t* cancel_word() const { return cancel_; }
  __device__ uint32_t rank() const { return threadIdx.x; }
  __device__ uint32_t count() const { return Threads; }

  /// Reduces one value of each thread; everybody gets the result.
  template <class T, class Op>
  __device__ static T reduce(T mine, Op op) {
    using Reduce = cub::BlockReduce<T, Threads>;
    __shared__ typename Reduce::TempStorage storage;
    __shared__ T result;
    const T reduced = Reduce(storage).Reduce(mine, op);
    if (threadIdx.x == 0) result = reduced;
    __syncthreads();
    const T value = result;
    __syncthreads();  // before anybody reduces again
    return value;
  }

 private:
  template <class T, class N, class F>
  __device__ T pass_sum(N n, uint64_t pass, F f) {
    __shared__ T tiles[kTile];
    __shared__ T groups[kPassTiles / kTile];
    uint32_t count = 0;
    for (uint64_t first = pass; first < n && count < kPassTiles / kTile; first += uint64_t{kTile} * kTile) {
      const uint64_t left = n - first;
      const uint32_t used = static_cast<uint32_t>(left < uint64_t{kTile} * kTile ? (left + kTile - 1) / kTile : kTile);
      for (uint32_t tile = threadIdx.x / 32; tile < used; tile += Threads / 32) {
        const uint64_t start = first + uint64_t{tile} * kTile;
        const uint64_t rest = n - start;
        tiles[tile] = fold_with_warp<T>(threadIdx.x & 31, static_cast<uint32_t>(rest < kTile ? rest : kTile),
                                        [&](uint32_t i) { return f(static_cast<N>(start + i)); });
      }
      __syncthreads();
      if (threadIdx.x < 32) groups[count] = fold_with_warp<T>(threadIdx.x, used, [&](uint32_t i) { return tiles[i]; });
      ++count;
      __syncthreads();
    }
    const T total = fold_with_warp<T>(threadIdx.x & 31, count, [&](uint32_t i) { return groups[i]; });
    __syncthreads();
    return total;
  }

  uint32_t* cancel_;
};

/// The workers of one grid. Lives as long as a launch; counts its barriers.
template <uint32_t Threads>
class CudaTeam {
 public:
  __device__ explicit CudaTeam(const CudaParams& params)
      : control_(reinterpret_cast<CudaControl*>(params.control)),
        slots_(reinterpret_cast<unsigned char*>(params.team)),
        partials_(params.team + uint64_t{2} * 64 * params.workers),
        workers_(params.workers) {}

  template <class N, class F>
  __device__ void for_each(N n, F f) {
    const uint64_t stride = uint64_t{workers_} * Threads;
    for (uint64_t i = uint64_t{blockIdx.x} * Threads + threadIdx.x; i < n; i += stride) f(static_cast<N>(i));
  }
  template <class N, class F>
  __device__ void for_each_block(N n, F f) {
    CudaBlock<Threads> block(&control_->grants.cancel);
    for (uint64_t i = blockIdx.x; i < n; i += workers_) {
      f(block, static_cast<N>(i));
      __syncthreads();  // the next one uses the same shared memory
    }
  }
  template <class N, class F>
  __device__ void for_each_group(N n, F f) {
    CudaGroup group;
    const uint64_t stride = uint64_t{workers_} * (Threads / 32);
    for (uint64_t i = uint64_t{blockIdx.x} * (Threads / 32) + threadIdx.x / 32; i < n; i += stride) {
      f(group, static_cast<N>(i));
    }
  }
  template <class T, class N, class F>
  __device__ T sum(N n, F f) {
    if constexpr (cuda::std::is_floating_point_v<T>) {
      return float_sum<T>(static_cast<uint64_t>(n), f);
    } else {
      T mine{0};
      for_each(n, [&](N i) { mine += f(i); });
      return combine(mine, T{0}, [](T a, T b) { return static_cast<T>(a + b); });
    }
  }
  template <class T, class N, class F>
  __device__ T min(N n, F f) {
    T mine = cuda::std::numeric_limits<T>::max();
    for_each(n, [&](N i) {
      const T value = f(i);
      mine = value < mine ? value : mine;
    });
    return combine(mine, cuda::std::numeric_limits<T>::max(), [](T a, T b) { return b < a ? b : a; });
  }
  template <class T, class N, class F>
  __device__ ArgMin<T> argmin(N n, F f) {
    const uint64_t none = n;
    const ArgMin<T> empty{cuda::std::numeric_limits<T>::max(), none};
    ArgMin<T> mine = empty;
    for_each(n, [&](N i) {
      const T value = f(i);
      if (mine.index == none || value < mine.value) mine = {value, static_cast<uint64_t>(i)};
    });
    return combine(mine, empty, LowerFirst<T>{none});
  }
  template <class N, class F>
  __device__ bool any(N n, F f) {
    uint32_t mine = 0;
    for_each(n, [&](N i) { mine |= f(i) ? 1u : 0u; });
    return combine(mine, 0u, [](uint32_t a, uint32_t b) { return a | b; }) != 0;
  }
  template <class N, class F>
  __device__ uint32_t any_bits(N n, F f) {
    uint32_t mine = 0;
    for_each(n, [&](N i) { mine |= f(i); });
    return combine(mine, 0u, [](uint32_t a, uint32_t b) { return a | b; });
  }

  /// Over the workers only, acquire-release, by generation. Counters start at zero with each launch; the comparison
  /// survives their wrap-around.
  __device__ void barrier() {
    __syncthreads();
    ++generation_;
    if (threadIdx.x == 0) {
      // Block 0 says before it arrives what everybody will read after the barrier; the word is not written again before
      // the barrier after next. It uses what it saw while it waited last, so that looking costs nothing.
      if (blockIdx.x == 0)
        DeviceWord(control_->kept.sampled[generation_ & 1]).store(cancel_seen_, cuda::memory_order_relaxed);
      DeviceWord count(control_->barrier.count);
      const uint32_t target = generation_ * workers_;
      count.fetch_add(1, cuda::memory_order_release);
      // Block 0 looks at least once: it may be the last to arrive every time, or the only one.
      do {
        if (blockIdx.x == 0) cancel_seen_ = DeviceWord(control_->grants.cancel).load(cuda::memory_order_relaxed);
      } while (static_cast<int32_t>(count.load(cuda::memory_order_acquire) - target) < 0);
    }
    __syncthreads();
  }
  __device__ bool cancelled() const {
    return DeviceWord(control_->kept.sampled[generation_ & 1]).load(cuda::memory_order_relaxed) != 0;
  }
  template <class F>
  __device__ void leader(F f) {
    if (blockIdx.x == 0 && threadIdx.x == 0) f();
  }
  __device__ uint32_t rank() const { return blockIdx.x * Threads + threadIdx.x; }
  __device__ uint32_t count() const { return workers_ * Threads; }

 private:
  /// One value of each thread to one value for all: within blocks, through slots in memory, and within blocks again.
  template <class T, class Op>
  __device__ T combine(T mine, T empty, Op op) {
    static_assert(sizeof(T) <= 64);
    const uint32_t parity = collectives_++ & 1u;
    const T reduced = CudaBlock<Threads>::reduce(mine, op);
    const auto slot = [&](uint32_t block) {
      return reinterpret_cast<T*>(slots_ + uint64_t{64} * (2 * block + parity));
    };
    if (threadIdx.x == 0) *slot(blockIdx.x) = reduced;
    barrier();
    T all = empty;
    for (uint32_t block = threadIdx.x; block < workers_; block += Threads) all = op(all, *slot(block));
    return CudaBlock<Threads>::reduce(all, op);
  }

  template <class T, class F>
  __device__ T float_sum(uint64_t n, F f) {
    T total{0};
    const uint32_t lane = threadIdx.x & 31;
    __shared__ T groups[kPassTiles / kTile];
    for (uint64_t pass = 0; pass < n; pass += uint64_t{kPassTiles} * kTile) {
      const uint64_t left = n - pass;
      const uint64_t full = uint64_t{kPassTiles} * kTile;
      const uint32_t tiles = static_cast<uint32_t>(left < full ? (left + kTile - 1) / kTile : kPassTiles);
      T* partials = reinterpret_cast<T*>(partials_ + (collectives_++ & 1u) * (kCudaReduceBytes / 2));
      for (uint32_t tile = blockIdx.x * (Threads / 32) + threadIdx.x / 32; tile < tiles;
           tile += workers_ * (Threads / 32)) {
        const uint64_t start = pass + uint64_t{tile} * kTile;
        const uint64_t rest = n - start;
        const T folded = fold_with_warp<T>(lane, static_cast<uint32_t>(rest < kTile ? rest : kTile),
                                           [&](uint32_t i) { return f(start + i); });
        if (lane == 0) partials[tile] = folded;
      }
      barrier();
      const uint32_t count = (tiles + kTile - 1) / kTile;
      for (uint32_t group = threadIdx.x / 32; group < count; group += Threads / 32) {
        const uint32_t rest = tiles - group * kTile;
        groups[group] = fold_with_warp<T>(lane, rest < kTile ? rest : kTile,
                                          [&](uint32_t i) { return partials[group * kTile + i]; });
      }
      __syncthreads();
      total += fold_with_warp<T>(lane, count, [&](uint32_t i) { return groups[i]; });
      __syncthreads();
    }
    return total;
  }

  CudaControl* control_;
  unsigned char* slots_;
  uint64_t partials_;
  uint32_t workers_;
  uint32_t generation_ = 0;
  uint32_t collectives_ = 0;
  uint32_t cancel_seen_ = 0;
};

}  // namespace aatgs
