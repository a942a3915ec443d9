// Metropolis sweeps on a graph (N. Metropolis et al., J. Chem. Phys. 21, 1953), 32 replicas at a time: a site's spins in
// all replicas of a pack lie side by side, so that a neighbour costs one load and one addition for all of them. Sites are
// visited in the order of the independent sets; each replica and site has random words of its own.
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "thermo/thermo_bits.hpp"
#include "thermo/thermo_math.hpp"
#include "thermo/thermo_state.hpp"

namespace aatgs::thermo {

/// What one warp, or one CPU thread, needs to update sites of a pack.
template <class Sum>
struct PackView {
  const Couplings& graph;
  int8_t* spins;  // n x kLanes
  const RoundKeys& keys;
  uint64_t sweep;
  uint32_t first_replica;
  Lanes<float> beta;
  Lanes<Sum> change;  // of the energy
};

/// What each lane's Metropolis test compares half its energy change with; never met where no proposal is made.
template <class Group>
AATGS_FN void draw_limits(Group& group, const Lanes<uint32_t>& words, Lanes<float>& limits) {
  // Two loops: in one, compilers compute the logarithm only where it is needed, and one lane at a time.
  group.for_each(kLanes, [&](uint32_t lane) { limits[lane] = minus_log(words[lane]); });
  group.for_each(kLanes, [&](uint32_t lane) { limits[lane] = proposes(words[lane]) ? limits[lane] : -3e38f; });
}

#if AATGS_ON_DEVICE
/// Calls f(a, neighbour, weight) for a site's arcs. Each lane loads one of 32, and tells it to the others.
template <class Group, class F>
__device__ void for_each_arc(Group& group, const Couplings& graph, uint32_t begin, uint32_t end, F f) {
  for (uint32_t first = begin; first < end; first += kLanes) {
    const uint32_t a = first + group.rank(), count = end - first < kLanes ? end - first : kLanes;
    const uint32_t neighbour = a < end ? graph.neighbours[a] : 0;
    const int32_t weight = a < end ? graph.weights[a] : 0;
    AATGS_UNROLL_FOUR_TIMES
    for (uint32_t j = 0; j < count; ++j)
      f(first + j, __shfl_sync(0xffffffffu, neighbour, j), __shfl_sync(0xffffffffu, weight, j));
  }
}
#endif

/// The local fields of a site's neighbours and its own. Field: wide enough for the sum of its couplings.
template <class Field, class Group>
AATGS_FN void sum_fields(Group& group, const Couplings& graph, const int8_t* spins, uint32_t site,
                         Lanes<Field>& fields) {
  const auto own = static_cast<Field>(graph.fields[site]);
  const uint32_t begin = graph.offsets[site], middle = graph.positive[site], end = graph.offsets[site + 1];
#if AATGS_ON_DEVICE
  int32_t sum = own;
  for_each_arc(group, graph, begin, end, [&](uint32_t a, uint32_t neighbour, int32_t weight) {
    sum += (sizeof(Field) > 1 ? weight : a < middle ? 1 : -1) * spins[uint64_t{neighbour} * kLanes + group.rank()];
  });
  fields.value = static_cast<Field>(sum);
#else
  (void)group;
  if constexpr (sizeof(Field) == 1) {
    Bytes low = Bytes{} + own, high = low;
    for (uint32_t a = begin; a < middle; ++a) {
      const int8_t* other = spins + uint64_t{graph.neighbours[a]} * kLanes;
      low += bytes_at(other, 0);
      high += bytes_at(other, 16);
    }
    for (uint32_t a = middle; a < end; ++a) {
      const int8_t* other = spins + uint64_t{graph.neighbours[a]} * kLanes;
      low -= bytes_at(other, 0);
      high -= bytes_at(other, 16);
    }
    *reinterpret_cast<Bytes*>(fields.values) = low;
    *reinterpret_cast<Bytes*>(fields.values + 16) = high;
  } else {
    LaneSum<Field> sum(own);
    for (uint32_t a = begin; a < end; ++a) {
      const int8_t* other = spins + uint64_t{graph.neighbours[a]} * kLanes;
      sum.add(bytes_at(other, 0), bytes_at(other, 16), static_cast<Field>(graph.weights[a]));
    }
    sum.store(fields);
  }
#endif
}

/// One Ising site with the words of its turn.
template <class Field, class Group, class Sum>
AATGS_FN void update_ising(Group& group, PackView<Sum>& view, uint32_t site, const Lanes<uint32_t>& words) {
  Lanes<float> limits;
  Lanes<Field> fields;
  draw_limits(group, words, limits);
  sum_fields(group, view.graph, view.spins, site, fields);
  int8_t* mine = view.spins + uint64_t{site} * kLanes;
#if AATGS_ON_DEVICE
  group.for_each(kLanes, [&](uint32_t lane) {
    const int32_t half = static_cast<int32_t>(fields[lane]) * mine[lane];
    if (!(view.beta[lane] * static_cast<float>(half) <= limits[lane])) return;
    view.change[lane] += static_cast<Sum>(half) * 2;
    mine[lane] = static_cast<int8_t>(-mine[lane]);
  });
#else
  Lanes<int8_t> own;
  Lanes<int32_t> half, turns;
  memcpy(own.values, mine, kLanes);
  group.for_each(kLanes, [&](uint32_t lane) { half[lane] = int32_t{fields[lane]} * own[lane]; });
  group.for_each(kLanes, [&](uint32_t lane) {
    turns[lane] = view.beta[lane] * static_cast<float>(half[lane]) <= limits[lane] ? -1 : 0;
  });
  group.for_each(kLanes, [&](uint32_t lane) { view.change[lane] += static_cast<Sum>(half[lane] & turns[lane]) * 2; });
  group.for_each(kLanes, [&](uint32_t lane) {
    const auto mask = static_cast<int8_t>(turns[lane]);
    own[lane] = static_cast<int8_t>((own[lane] ^ mask) - mask);
  });
  memcpy(mine, own.values, kLanes);
#endif
}

/// One Potts site: another state is proposed, each with the same probability.
template <class Group, class Sum>
AATGS_FN void update_potts(Group& group, PackView<Sum>& view, uint32_t site, const Lanes<uint32_t>& words,
                           const Lanes<uint32_t>& choices) {
  const Couplings& graph = view.graph;
  int8_t* mine = view.spins + uint64_t{site} * kLanes;
  Lanes<float> limits;
  Lanes<int8_t> proposed, own;
  draw_limits(group, words, limits);
#if AATGS_ON_DEVICE
  group.for_each(kLanes, [&](uint32_t lane) { own[lane] = mine[lane]; });
#else
  memcpy(own.values, mine, kLanes);
#endif
  group.for_each(kLanes, [&](uint32_t lane) {
    const uint32_t state = static_cast<uint8_t>(own[lane]) + 1u + uniform_below(choices[lane], graph.states - 1);
    proposed[lane] = static_cast<int8_t>(state >= graph.states ? state - graph.states : state);
  });
  const uint32_t begin = graph.offsets[site], end = graph.offsets[site + 1];
  // view.beta is for half the energy change, as in the Ising update.
#if AATGS_ON_DEVICE
  int32_t change = 0;
  for_each_arc(group, graph, begin, end, [&](uint32_t, uint32_t neighbour, int32_t weight) {
    const int8_t other = view.spins[uint64_t{neighbour} * kLanes + group.rank()];
    change += (other == own.value ? weight : 0) - (other == proposed.value ? weight : 0);
  });
  group.for_each(kLanes, [&](uint32_t lane) {
    if (!(view.beta[lane] * 0.5f * static_cast<float>(change) <= limits[lane])) return;
    view.change[lane] += static_cast<Sum>(change);
    mine[lane] = proposed[lane];
  });
#else
  const Bytes now[2] = {bytes_at(own.values, 0), bytes_at(own.values, 16)};
  const Bytes then[2] = {bytes_at(proposed.values, 0), bytes_at(proposed.values, 16)};
  LaneSum<int32_t> sum(0);
  for (uint32_t a = begin; a < end; ++a) {
    const int8_t* other = view.spins + uint64_t{graph.neighbours[a]} * kLanes;
    const Bytes low = bytes_at(other, 0), high = bytes_at(other, 16);
    // Comparisons give -1 or 0.
    sum.add((low == then[0]) - (low == now[0]), (high == then[1]) - (high == now[1]), graph.weights[a]);
  }
  Lanes<int32_t> change, turns;
  sum.store(change);
  group.for_each(kLanes, [&](uint32_t lane) {
    turns[lane] = view.beta[lane] * 0.5f * static_cast<float>(change[lane]) <= limits[lane] ? -1 : 0;
  });
  group.for_each(kLanes, [&](uint32_t lane) { view.change[lane] += static_cast<Sum>(change[lane] & turns[lane]); });
  group.for_each(kLanes, [&](uint32_t lane) {
    const auto mask = static_cast<int8_t>(turns[lane]);
    own[lane] = static_cast<int8_t>((own[lane] & ~mask) | (proposed[lane] & mask));
  });
  memcpy(mine, own.values, kLanes);
#endif
}

/// The sites of [begin, end) in one Philox block's reach: four Ising sites, or two Potts sites.
template <class Field, bool kPotts, class Group, class Sum>
AATGS_FN void update_block(Group& group, PackView<Sum>& view, uint32_t block, uint32_t begin, uint32_t end) {
  constexpr uint32_t kSites = kPotts ? 2 : 4;
  LaneWords words;
  philox_lanes(group, view.keys, words,
               [&](uint32_t lane) { return counter_of(Purpose::SWEEP, view.sweep, view.first_replica + lane, block); });
  for (uint32_t i = 0; i < kSites; ++i) {
    const uint32_t site = block * kSites + i;
    if (site < begin || site >= end) continue;
    if constexpr (kPotts) {
      update_potts(group, view, site, words.x[2 * i], words.x[2 * i + 1]);
    } else {
      update_ising<Field>(group, view, site, words.x[i]);
    }
  }
}

/// One sweep of a pack. On the CPU a block is one thread, which may ignore where independent sets end.
template <class Field, bool kPotts, class Block>
AATGS_FN void sweep_pack_with(Block& block, const ThermoState& state, uint32_t pack, uint64_t sweep) {
  using Sum = std::conditional_t<sizeof(Field) == 4, int64_t, int32_t>;
  constexpr uint32_t kSites = kPotts ? 2 : 4;
  // Narrow sums are flushed before they can overflow: 4096 blocks of 4 sites with changes below 2^17.
  constexpr uint32_t kStretch = 2048;
  const Couplings& graph = state.graph;
  const RoundKeys keys(state.run->seed, state.run->keys);
  const uint32_t classes = AATGS_ON_DEVICE ? graph.class_count : 1;
  for (uint32_t c = 0; c < classes; ++c) {
    const uint32_t begin = graph.classes[c];
    const uint32_t end = AATGS_ON_DEVICE ? graph.classes[c + 1] : graph.n;
    const uint32_t first = begin / kSites;
    const uint32_t blocks = (end + kSites - 1) / kSites - first;
    const uint32_t stretches = AATGS_ON_DEVICE ? blocks : (blocks + kStretch - 1) / kStretch;
    block.for_each_group(stretches, [&](auto& group, uint32_t s) {
      PackView<Sum> view{graph, state.spins_of(pack), keys, sweep, pack * kLanes, {}, {}};
      group.for_each(kLanes, [&](uint32_t lane) {
        const uint32_t replica = pack * kLanes + lane;
        const double beta = replica < state.replicas ? state.betas[state.walkers[replica].rung] : 0.0;
        view.beta[lane] = static_cast<float>(beta) * *state.scale * 2.0f;
        view.change[lane] = 0;
      });
      const uint32_t from = AATGS_ON_DEVICE ? s : s * kStretch;
      const uint32_t to = AATGS_ON_DEVICE ? s + 1 : (from + kStretch < blocks ? from + kStretch : blocks);
      for (uint32_t b = from; b < to; ++b) update_block<Field, kPotts>(group, view, first + b, begin, end);
      group.for_each(kLanes, [&](uint32_t lane) {
        add_shared(&state.energies[pack * kLanes + lane], static_cast<int64_t>(view.change[lane]));
      });
    });
    block.barrier();
  }
}

template <class Block>
AATGS_FN void sweep_pack(Block& block, const ThermoState& state, uint32_t pack, uint64_t sweep) {
  if (state.model == ThermoModel::POTTS) return sweep_pack_with<int32_t, true>(block, state, pack, sweep);
  if (state.graph.bytes == 1) return sweep_pack_with<int8_t, false>(block, state, pack, sweep);
  if (state.graph.bytes == 2) return sweep_pack_with<int16_t, false>(block, state, pack, sweep);
  sweep_pack_with<int32_t, false>(block, state, pack, sweep);
}

}  // namespace aatgs::thermo
