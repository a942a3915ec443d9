// Sweeps of a dense graph on CUDA, where a block holds the local fields of 16 replicas in shared memory. Sites are visited in
// windows of 128: each warp makes the moves of its replica in the window, for which it needs the couplings inside the window
// only; then the block brings all fields up to date with the moves of all its replicas at once, a product of matrices of bytes
// for tensor cores. So a row of couplings is read once a window and block, and not once a move. Sums of integers: the order
// does not matter, and the bits are those of sweep_dense().
#pragma once
#include <cstdint>

#include "thermo/thermo_dense.hpp"

namespace aatgs::thermo {

/// A block's shared memory: fields i32[16][pitch], moves i8[16][kMovesPitch], couplings inside the window i8[kSight][kSight].
/// Rows are a little longer than what is in them, so that lanes which read several rows meet different banks.
inline constexpr uint32_t kMovesPitch = kSight + 16;
AATGS_FN uint32_t dense_pitch(uint32_t n) { return dense_stride(n) + 8; }
AATGS_FN uint64_t dense_tiles_bytes(uint32_t n) {
  return uint64_t{kDenseGroups} * (dense_pitch(n) * sizeof(int32_t) + kMovesPitch) + kSight * kSight;
}

#if defined(__CUDACC__)
/// The moves of one replica in the window from site `first`: minus twice the spin of a site that turns, else 0. Gives back by how
/// much its energy changed, to every lane. The fields in shared memory stay as they are.
template <class Group>
AATGS_FN int64_t move_window(Group& group, const ThermoState& state, const RoundKeys& keys, float beta,
                             uint32_t replica, uint32_t first, const int32_t* fields, const int8_t* inside,
                             int8_t* moves, uint64_t sweep) {
  int64_t change = 0;
#if AATGS_ON_DEVICE
  const uint32_t lane = group.rank();
  int8_t* spins = state.spins_of(replica / kLanes) + replica % kLanes;
  const int4 loaded = *reinterpret_cast<const int4*>(fields + first + 4 * lane);
  int32_t field[4] = {loaded.x, loaded.y, loaded.z, loaded.w}, own[4], factors[4] = {};
  LaneWords words;
  Lanes<float> limits[4];
  philox_lanes(group, keys, words,
               [&](uint32_t l) { return counter_of(Purpose::SWEEP, sweep, replica, first / 4 + l); });
  AATGS_UNROLL
  for (uint32_t i = 0; i < 4; ++i) {
    const uint32_t site = first + 4 * lane + i;
    draw_limits(group, words.x[i], limits[i]);
    own[i] = site < state.graph.n ? spins[uint64_t{site} * kLanes] : 0;
    if (site >= state.graph.n) limits[i].value = -3e38f;
  }
  for (uint32_t from = 0;;) {
    uint32_t mine = 4;
    int32_t half = 0, spin = 0;
    AATGS_UNROLL
    for (uint32_t i = 4; i-- > 0;) {
      const int32_t cost = field[i] * own[i];
      if (4 * lane + i >= from && beta * static_cast<float>(cost) <= limits[i].value)
        mine = i, half = cost, spin = own[i];
    }
    const uint32_t lanes = __ballot_sync(0xffffffffu, mine < 4);
    if (lanes == 0) break;
    const int source = __ffs(static_cast<int>(lanes)) - 1;
    const uint32_t place = 4 * static_cast<uint32_t>(source) + __shfl_sync(0xffffffffu, mine, source);
    change += int64_t{2} * __shfl_sync(0xffffffffu, half, source);
    const int32_t factor = -2 * __shfl_sync(0xffffffffu, spin, source);
    const char4 weights = reinterpret_cast<const char4*>(inside + place * kSight)[lane];
    field[0] += factor * static_cast<signed char>(weights.x);
    field[1] += factor * static_cast<signed char>(weights.y);
    field[2] += factor * static_cast<signed char>(weights.z);
    field[3] += factor * static_cast<signed char>(weights.w);
    AATGS_UNROLL
    for (uint32_t i = 0; i < 4; ++i) factors[i] = 4 * lane + i == place ? factor : factors[i];
    from = place + 1;
  }
  AATGS_UNROLL
  for (uint32_t i = 0; i < 4; ++i) {
    if (factors[i] != 0) spins[uint64_t{first + 4 * lane + i} * kLanes] = static_cast<int8_t>(-own[i]);
  }
  reinterpret_cast<uint32_t*>(moves)[lane] = (factors[0] & 255) | (factors[1] & 255) << 8 | (factors[2] & 255) << 16 |
                                             static_cast<uint32_t>(factors[3] & 255) << 24;
#endif
  return change;
}

#if AATGS_ON_DEVICE && __CUDA_ARCH__ >= 800
/// sums[16][8] += a[16][32] b[32][8], of bytes. Lane l has words of rows l / 4 and l / 4 + 8 of a and of column l / 4 of b, and
/// sums 2 (l % 4) and the next of both rows. Which four of the 32 a word holds is up to the caller, alike in a and b.
__device__ __forceinline__ void multiply_bytes(int2& low, int2& high, uint32_t a0, uint32_t a1, uint32_t a2,
                                               uint32_t a3, uint32_t b0, uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
      : "+r"(low.x), "+r"(low.y), "+r"(high.x), "+r"(high.y)
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
#endif

/// Adds to the fields of all replicas what their moves in the window from site `first` bring.
template <class Block>
AATGS_FN void add_moves(Block& block, const ThermoState& state, uint32_t first, const int8_t* moves, int32_t* fields) {
#if AATGS_ON_DEVICE
  const uint32_t n = state.graph.n, stride = dense_stride(n), pitch = dense_pitch(n);
  const auto* rows = static_cast<const int8_t*>(state.dense_rows) + first;
#if __CUDA_ARCH__ >= 800
  const uint32_t row = (threadIdx.x & 31) >> 2, quarter = threadIdx.x & 3;
  // Each lane reads 16 bytes of its row at once: four words, two for each of two products.
  uint4 a[2][2];
  AATGS_UNROLL
  for (uint32_t c = 0; c < 2; ++c) {
    a[c][0] = *reinterpret_cast<const uint4*>(moves + row * kMovesPitch + 64 * c + 16 * quarter);
    a[c][1] = *reinterpret_cast<const uint4*>(moves + (row + 8) * kMovesPitch + 64 * c + 16 * quarter);
  }
  block.for_each_group((n + 7) / 8, [&](auto&, uint32_t tile) {
    const uint32_t site = 8 * tile;
    const uint4 none{0, 0, 0, 0};
    const auto* mine = rows + uint64_t{site + row} * stride + 16 * quarter;
    const bool there = site + row < n;
    const uint4 b0 = there ? __ldg(reinterpret_cast<const uint4*>(mine)) : none;
    const uint4 b1 = there ? __ldg(reinterpret_cast<const uint4*>(mine + 64)) : none;
    auto& low_at = *reinterpret_cast<int2*>(fields + row * pitch + site + 2 * quarter);
    auto& high_at = *reinterpret_cast<int2*>(fields + (row + 8) * pitch + site + 2 * quarter);
    int2 low = low_at, high = high_at;
    multiply_bytes(low, high, a[0][0].x, a[0][1].x, a[0][0].y, a[0][1].y, b0.x, b0.y);
    multiply_bytes(low, high, a[0][0].z, a[0][1].z, a[0][0].w, a[0][1].w, b0.z, b0.w);
    multiply_bytes(low, high, a[1][0].x, a[1][1].x, a[1][0].y, a[1][1].y, b1.x, b1.y);
    multiply_bytes(low, high, a[1][0].z, a[1][1].z, a[1][0].w, a[1][1].w, b1.z, b1.w);
    low_at = low;
    high_at = high;
  });
#else
  block.for_each(kDenseGroups * n, [&](uint32_t i) {
    const uint32_t site = i % n, replica = i / n;
    const auto* row = reinterpret_cast<const int*>(rows + uint64_t{site} * stride);
    const auto* turned = reinterpret_cast<const int*>(moves + replica * kMovesPitch);
    int32_t sum = fields[replica * pitch + site];
    for (uint32_t w = 0; w < kSight / 4; ++w) sum = __dp4a(row[w], turned[w], sum);
    fields[replica * pitch + site] = sum;
  });
#endif
#endif
}

/// The sweeps of a round of the 16 replicas from `first_replica` on. Collective.
template <class Block>
AATGS_FN void sweep_dense_tiles(Block& block, const ThermoState& state, uint32_t first_replica, uint64_t sweep) {
  const uint32_t n = state.graph.n, stride = dense_stride(n), pitch = dense_pitch(n);
  auto* fields = block.template shared<int32_t>();
  auto* moves = reinterpret_cast<int8_t*>(fields + kDenseGroups * pitch);
  auto* inside = moves + kDenseGroups * kMovesPitch;
  const auto* rows = static_cast<const int8_t*>(state.dense_rows);
  const RoundKeys keys(state.run->seed, state.run->keys);
  const auto look_inside = [&](uint32_t first) {
    struct alignas(16) Part {
      int8_t bytes[16];
    };
    block.for_each(kSight * kSight / sizeof(Part), [&](uint32_t i) {
      const uint32_t row = i / (kSight / sizeof(Part)), part = i % (kSight / sizeof(Part));
      const auto* from = reinterpret_cast<const Part*>(rows + uint64_t{first + row} * stride + first);
      reinterpret_cast<Part*>(inside)[i] = first + row < n ? from[part] : Part{};
    });
  };
  block.for_each_group(kDenseGroups, [&](auto& group, uint32_t g) {
    if (first_replica + g >= state.replicas) return;
    const int32_t* kept = state.fields_of(first_replica + g);
    group.for_each(stride, [&](uint32_t i) { fields[g * pitch + i] = kept[i]; });
  });
  look_inside(0);
  block.barrier();
  for (uint32_t s = 0; s < state.sweeps_per_round && !block.cancelled(); ++s) {
    int64_t change = 0;  // of the replica of this warp: always the same
    for (uint32_t first = 0; first < n; first += kSight) {
      block.for_each_group(kDenseGroups, [&](auto& group, uint32_t g) {
        const uint32_t replica = first_replica + g;
        int8_t* mine = moves + g * kMovesPitch;
        if (replica >= state.replicas) {
          group.for_each(kSight, [&](uint32_t i) { mine[i] = 0; });
          return;
        }
        const float beta = static_cast<float>(state.betas[state.walkers[replica].rung]) * *state.scale * 2.0f;
        change += move_window(group, state, keys, beta, replica, first, fields + g * pitch, inside, mine, sweep + s);
      });
      block.barrier();
      add_moves(block, state, first, moves, fields);
      look_inside(first + kSight < n ? first + kSight : 0);
      block.barrier();
    }
    block.for_each_group(kDenseGroups, [&](auto& group, uint32_t g) {
      group.leader([&] {
        if (first_replica + g < state.replicas) state.energies[first_replica + g] += change;
      });
    });
  }
  block.for_each_group(kDenseGroups, [&](auto& group, uint32_t g) {
    if (first_replica + g >= state.replicas) return;
    int32_t* kept = state.fields_of(first_replica + g);
    group.for_each(stride, [&](uint32_t i) { kept[i] = fields[g * pitch + i]; });
  });
}
#endif

}  // namespace aatgs::thermo
