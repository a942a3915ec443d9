// Metropolis sweeps on a graph (N. Metropolis et al., J. Chem. Phys. 21, 1953), 32 replicas at a time: a site's spins in
// all replicas of a pack lie side by side, so that a neighbour costs one load and one addition for all of them. Sites are
// visited in the order of the independent sets; each replica and site has random words of its own.
#pragma once
#include <cstdint>
#include <type_traits>

#include "thermo/thermo_math.hpp"
#include "thermo/thermo_state.hpp"

namespace aatgs::thermo {

/// What one warp, or one CPU thread, needs to update sites of a pack.
template <class Sum>
struct PackView {
  const Couplings& graph;
  int8_t* spins;  // n x kLanes
  uint64_t seed, sweep;
  uint32_t first_replica;
  Lanes<float> beta;
  Lanes<Sum> change;  // of the energy
};

/// One Ising site with the words of its turn. Field: wide enough for the sum of its couplings.
template <class Field, class Group, class Sum>
AATGS_FN void update_ising(Group& group, PackView<Sum>& view, uint32_t site, const Lanes<uint32_t>& words) {
  const Couplings& graph = view.graph;
  Lanes<Field> field;
  const auto own = static_cast<Field>(graph.fields[site]);
  group.for_each(kLanes, [&](uint32_t lane) { field[lane] = own; });
  uint32_t a = graph.offsets[site];
  if constexpr (sizeof(Field) == 1) {
    for (const uint32_t end = graph.positive[site]; a < end; ++a) {
      const int8_t* other = view.spins + uint64_t{graph.neighbours[a]} * kLanes;
      group.for_each(kLanes, [&](uint32_t lane) { field[lane] = static_cast<Field>(field[lane] + other[lane]); });
    }
    for (const uint32_t end = graph.offsets[site + 1]; a < end; ++a) {
      const int8_t* other = view.spins + uint64_t{graph.neighbours[a]} * kLanes;
      group.for_each(kLanes, [&](uint32_t lane) { field[lane] = static_cast<Field>(field[lane] - other[lane]); });
    }
  } else {
    for (const uint32_t end = graph.offsets[site + 1]; a < end; ++a) {
      const int8_t* other = view.spins + uint64_t{graph.neighbours[a]} * kLanes;
      const auto weight = static_cast<Field>(graph.weights[a]);
      group.for_each(kLanes, [&](uint32_t lane) {
        field[lane] = static_cast<Field>(field[lane] + static_cast<Field>(weight * other[lane]));
      });
    }
  }
  int8_t* mine = view.spins + uint64_t{site} * kLanes;
  group.for_each(kLanes, [&](uint32_t lane) {
    const int32_t half = static_cast<int32_t>(field[lane]) * mine[lane];
    const bool turns = view.beta[lane] * static_cast<float>(half) <= minus_log(words[lane]) && proposes(words[lane]);
    view.change[lane] += turns ? static_cast<Sum>(half) * 2 : Sum{0};
    mine[lane] = static_cast<int8_t>(turns ? -mine[lane] : mine[lane]);
  });
}

/// One Potts site: another state is proposed, each with the same probability.
template <class Group, class Sum>
AATGS_FN void update_potts(Group& group, PackView<Sum>& view, uint32_t site, const Lanes<uint32_t>& words,
                           const Lanes<uint32_t>& choices) {
  const Couplings& graph = view.graph;
  int8_t* mine = view.spins + uint64_t{site} * kLanes;
  Lanes<int8_t> proposed;
  Lanes<int32_t> change;
  group.for_each(kLanes, [&](uint32_t lane) {
    const uint32_t state = static_cast<uint8_t>(mine[lane]) + 1 + uniform_below(choices[lane], graph.states - 1);
    proposed[lane] = static_cast<int8_t>(state >= graph.states ? state - graph.states : state);
    change[lane] = 0;
  });
  for (uint32_t a = graph.offsets[site]; a < graph.offsets[site + 1]; ++a) {
    const int8_t* other = view.spins + uint64_t{graph.neighbours[a]} * kLanes;
    const int32_t weight = graph.weights[a];
    group.for_each(kLanes, [&](uint32_t lane) {
      change[lane] += (other[lane] == mine[lane] ? weight : 0) - (other[lane] == proposed[lane] ? weight : 0);
    });
  }
  group.for_each(kLanes, [&](uint32_t lane) {
    // beta counts halves of the energy, as in the Ising update.
    const bool turns =
        view.beta[lane] * 0.5f * static_cast<float>(change[lane]) <= minus_log(words[lane]) && proposes(words[lane]);
    view.change[lane] += turns ? static_cast<Sum>(change[lane]) : Sum{0};
    mine[lane] = turns ? proposed[lane] : mine[lane];
  });
}

/// The sites of [begin, end) in one Philox block's reach: four Ising sites, or two Potts sites.
template <class Field, bool kPotts, class Group, class Sum>
AATGS_FN void update_block(Group& group, PackView<Sum>& view, uint32_t block, uint32_t begin, uint32_t end) {
  constexpr uint32_t kSites = kPotts ? 2 : 4;
  LaneWords words;
  philox_lanes(group, view.seed, words,
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
  const uint32_t classes = AATGS_ON_DEVICE ? graph.class_count : 1;
  for (uint32_t c = 0; c < classes; ++c) {
    const uint32_t begin = graph.classes[c];
    const uint32_t end = AATGS_ON_DEVICE ? graph.classes[c + 1] : graph.n;
    const uint32_t first = begin / kSites;
    const uint32_t blocks = (end + kSites - 1) / kSites - first;
    const uint32_t stretches = AATGS_ON_DEVICE ? blocks : (blocks + kStretch - 1) / kStretch;
    block.for_each_group(stretches, [&](auto& group, uint32_t s) {
      PackView<Sum> view{graph, state.spins_of(pack), state.run->seed, sweep, pack * kLanes, {}, {}};
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
