// Metropolis sweeps where most sites are joined to most others: Sherrington-Kirkpatrick glasses, dense QUBOs. Sites are
// visited one after another, since each independent set is a single site, but each replica keeps the local fields of all
// sites. So a visit costs a comparison, and only a move costs a row of couplings. A warp, or one CPU thread, sweeps one
// replica: it looks at 128 sites at once for the first that turns, turns it, and goes on behind it.
#pragma once
#include <cstdint>

#include "thermo/thermo_bits.hpp"
#include "thermo/thermo_sweep.hpp"

namespace aatgs::thermo {

/// Replicas of one block, whose fields its shared memory holds at once if they fit.
inline constexpr uint32_t kDenseGroups = 16;

/// Local fields of all sites of a replica from its spins.
template <class Weight, class Group>
AATGS_FN void fill_fields(Group& group, const ThermoState& state, uint32_t replica) {
  const Couplings& graph = state.graph;
  const uint32_t stride = dense_stride(graph.n);
  const auto* rows = static_cast<const Weight*>(state.dense_rows);
  const int8_t* spins = state.spins_of(replica / kLanes) + replica % kLanes;
  int32_t* fields = state.fields_of(replica);
  group.for_each(stride, [&](uint32_t i) { fields[i] = i < graph.n ? graph.fields[i] : 0; });
  for (uint32_t site = 0; site < graph.n; ++site) {
    const int32_t spin = spins[uint64_t{site} * kLanes];
    const Weight* row = rows + uint64_t{site} * stride;
    group.for_each(stride, [&](uint32_t i) { fields[i] += spin * static_cast<int32_t>(row[i]); });
  }
}

/// The first place from `from` on where `turns(lane, i)` holds for place 4 lane + i; kSight where there is none.
template <class Group, class F>
AATGS_FN uint32_t first_turn(Group& group, uint32_t from, F turns) {
#if AATGS_ON_DEVICE
  const uint32_t lane = group.rank();
  uint32_t mine = 4;
  AATGS_UNROLL
  for (uint32_t i = 4; i-- > 0;) {
    if (4 * lane + i >= from && turns(lane, i)) mine = i;
  }
  const uint32_t lanes = __ballot_sync(0xffffffffu, mine < 4);
  if (lanes == 0) return kSight;
  const uint32_t first = static_cast<uint32_t>(__ffs(static_cast<int>(lanes))) - 1;
  return 4 * first + __shfl_sync(0xffffffffu, mine, static_cast<int>(first));
#else
  (void)group;
  while (from < kSight && !turns(from / 4, from % 4)) ++from;
  return from;
#endif
}

/// fields += factor * row.
template <class Weight, class Group>
AATGS_FN void add_row(Group& group, uint32_t stride, const Weight* row, int32_t factor, int32_t* fields) {
#if AATGS_ON_DEVICE
  struct alignas(4 * sizeof(Weight)) Four {
    Weight x[4];
  };
  AATGS_UNROLL_FOUR_TIMES
  for (uint32_t q = group.rank(); q < stride / 4; q += kLanes) {
    const Four weights = reinterpret_cast<const Four*>(row)[q];
    int4 sum = reinterpret_cast<int4*>(fields)[q];
    sum.x += factor * weights.x[0];
    sum.y += factor * weights.x[1];
    sum.z += factor * weights.x[2];
    sum.w += factor * weights.x[3];
    reinterpret_cast<int4*>(fields)[q] = sum;
  }
#else
  (void)group;
  for (uint32_t i = 0; i < stride; ++i) fields[i] += factor * static_cast<int32_t>(row[i]);
#endif
}

/// One sweep of a replica whose local fields are in `fields`. Gives back by how much its energy changed, to every lane.
template <class Weight, class Group>
AATGS_FN int64_t sweep_dense(Group& group, const ThermoState& state, uint32_t replica, int32_t* fields,
                             uint64_t sweep) {
  const Couplings& graph = state.graph;
  const uint32_t stride = dense_stride(graph.n);
  const auto* rows = static_cast<const Weight*>(state.dense_rows);
  int8_t* spins = state.spins_of(replica / kLanes) + replica % kLanes;
  const float beta = static_cast<float>(state.betas[state.walkers[replica].rung]) * *state.scale * 2.0f;
  const RoundKeys keys(state.run->seed, state.run->keys);
  int64_t change = 0;
  for (uint32_t first = 0; first < graph.n; first += kSight) {
    LaneWords words;
    Lanes<float> limits[4];
    Lanes<int32_t> own[4];
    philox_lanes(group, keys, words,
                 [&](uint32_t lane) { return counter_of(Purpose::SWEEP, sweep, replica, first / 4 + lane); });
    AATGS_UNROLL
    for (uint32_t i = 0; i < 4; ++i) {
      draw_limits(group, words.x[i], limits[i]);
      group.for_each(kLanes, [&](uint32_t lane) {
        const uint32_t site = first + 4 * lane + i;
        own[i][lane] = site < graph.n ? spins[uint64_t{site} * kLanes] : 0;
        if (site >= graph.n) limits[i][lane] = -3e38f;
      });
    }
    for (uint32_t from = 0;; ++from) {
      from = first_turn(group, from, [&](uint32_t lane, uint32_t i) {
        const int32_t half = fields[first + 4 * lane + i] * own[i][lane];
        return beta * static_cast<float>(half) <= limits[i][lane];
      });
      if (from == kSight) break;
      const uint32_t site = first + from;
      const int32_t spin = spins[uint64_t{site} * kLanes];
      change += int64_t{2} * fields[site] * spin;
      group.barrier();  // everybody has read the spin
      group.leader([&] { spins[uint64_t{site} * kLanes] = static_cast<int8_t>(-spin); });
      const Weight* row = rows + uint64_t{site} * stride;
      add_row(group, stride, row, -2 * spin, fields);
      group.barrier();
    }
  }
  return change;
}

}  // namespace aatgs::thermo
