// Energies from scratch, and what a sample holds: energy and magnetisation of every rung of every ladder, and the overlap
// of the two ladders of a pair. The host has the whole series, so errors can be estimated with their autocorrelation.
#pragma once
#include <cstdint>

#include "aatgs/atomic.hpp"
#include "thermo/thermo_lattice.hpp"
#include "thermo/thermo_square.hpp"
#include "thermo/thermo_sweep.hpp"

namespace aatgs::thermo {

/// The energies of a pack's replicas from their spins. Collective.
template <class Block>
AATGS_FN void count_energy(Block& block, const ThermoState& state, uint32_t pack) {
  const Couplings& graph = state.graph;
  const int8_t* spins = state.spins_of(pack);
  const bool potts = state.model == ThermoModel::POTTS;
  int64_t* energies = state.energies + pack * kLanes;
  block.for_each(kLanes, [&](uint32_t lane) { energies[lane] = 0; });
  block.barrier();
  block.for_each_group(graph.n, [&](auto& group, uint32_t site) {
    group.for_each(kLanes, [&](uint32_t lane) {
      const int8_t own = spins[uint64_t{site} * kLanes + lane];
      int64_t sum = 0;
      for (uint32_t a = graph.offsets[site]; a < graph.offsets[site + 1]; ++a) {
        if (graph.neighbours[a] > site) continue;  // every bond once
        const int8_t other = spins[uint64_t{graph.neighbours[a]} * kLanes + lane];
        sum += int64_t{graph.weights[a]} * (potts ? (own == other) : own * other);
      }
      if (!potts) sum += int64_t{graph.fields[site]} * own;
      add_shared(&energies[lane], -sum);
    });
  });
  block.barrier();
}

/// A new lowest energy of 32 replicas.
AATGS_FN void note_best(const ThermoState& state, uint32_t pack, int64_t energy) {
  state.best_energy[pack] = energy;
  if (static_cast<double>(energy) <= state.run->target) put(state.run->reached, 1u);
}

/// Keeps the pack's state of lowest energy. Collective.
template <class Block>
AATGS_FN void keep_best(Block& block, const ThermoState& state, uint32_t pack) {
  const uint32_t left = state.replicas - pack * kLanes;
  const int64_t* energies = state.energies + pack * kLanes;
  const auto lowest =
      block.template argmin<int64_t>(left < kLanes ? left : kLanes, [&](uint32_t lane) { return energies[lane]; });
  if (lowest.value >= state.best_energy[pack]) return;
  const uint32_t replica = pack * kLanes + static_cast<uint32_t>(lowest.index);
  int8_t* best = state.best_spins + uint64_t{pack} * state.graph.n;
  block.for_each(state.graph.n, [&](uint32_t site) { best[site] = state.spin(replica, site); });
  block.barrier();
  block.leader([&] { note_best(state, pack, lowest.value); });
  block.barrier();
}

/// Magnetisation of each replica of a pack: the sum of its spins, or how often its most frequent state occurs.
template <class Block>
AATGS_FN void count_moments(Block& block, const ThermoState& state, uint32_t pack) {
  const Couplings& graph = state.graph;
  const bool potts = state.model == ThermoModel::POTTS;
  block.for_each_group(kLanes, [&](auto& group, uint32_t lane) {
    int64_t most = 0;
    const uint32_t states = potts ? graph.states : 1;
    for (uint32_t c = 0; c < states; ++c) {
      const auto count = group.template sum<int64_t>(graph.n, [&](uint32_t site) {
        const int8_t own = state.spin(pack * kLanes + lane, site);
        return potts ? int64_t{static_cast<uint8_t>(own) == c} : int64_t{own};
      });
      most = !potts || count > most ? count : most;
    }
    group.leader([&] { state.moments[pack * kLanes + lane] = most; });
  });
}

/// Sites on which two replicas agree less those on which they differ; POTTS: sites on which they agree.
template <uint32_t kKinds, class Block>
AATGS_FN int64_t overlap(Block& block, const ThermoState& state, uint32_t a, uint32_t b) {
  if (is<kKinds>(state, kSquare)) {
    const auto differ = block.template sum<int64_t>(2 * state.words, [&](uint32_t w) {
      return static_cast<int64_t>(count_bits(state.sublattice(a, 0)[w] ^ state.sublattice(b, 0)[w]));
    });
    return static_cast<int64_t>(state.side) * state.side - 2 * differ;
  }
  if (is<kKinds>(state, kLattices)) {
    const uint32_t* x = state.lattice_of(state.pack_of(a), 0);
    const uint32_t* y = state.lattice_of(state.pack_of(b), 0);
    const uint32_t bit = state.bit_of(a);
    const auto differ = block.template sum<int64_t>(
        2 * state.words, [&](uint32_t w) { return static_cast<int64_t>((x[w] ^ y[w]) >> bit & 1u); });
    return int64_t{2} * state.words - 2 * differ;
  }
  const bool potts = state.model == ThermoModel::POTTS;
  return block.template sum<int64_t>(state.graph.n, [&](uint32_t site) {
    const int8_t x = state.spin(a, site), y = state.spin(b, site);
    return potts ? static_cast<int64_t>(x == y) : static_cast<int64_t>(x * y);
  });
}

/// Writes sample number run.samples; magnetisations of other members' replicas are 0 in it. Collective; the caller puts
/// barriers around it.
template <uint32_t kKinds, class Team>
AATGS_FN void take_sample(Team& team, const ThermoState& state) {
  const uint64_t sample = state.run->samples;
  if (is<kKinds>(state, kSquare)) {
    team.for_each_block(state.own_count, [&](auto& block, uint32_t i) {
      const uint32_t replica = state.own_pack(i);
      const auto up = block.template sum<int64_t>(
          2 * state.words, [&](uint32_t w) { return int64_t{count_bits(state.sublattice(replica, 0)[w])}; });
      block.leader([&] { state.moments[replica] = 2 * up - int64_t{64} * state.words; });
    });
  } else if (is<kKinds>(state, kLattices)) {
    team.for_each(state.replicas, [&](uint32_t replica) { state.moments[replica] = 0; });
    team.barrier();
    const uint32_t each = 2 * count_spans(state);
    team.for_each_group(uint64_t{state.own_packs()} * each, [&](auto& group, uint64_t t) {
      const uint64_t pack = state.own_pack(static_cast<uint32_t>(t / each));
      count_lattice_moment(group, state, pack * each + t % each);
    });
  } else {
    team.for_each_block(state.own_count,
                        [&](auto& block, uint32_t i) { count_moments(block, state, state.own_pack(i)); });
  }
  team.barrier();
  team.for_each(state.replicas, [&](uint32_t i) {
    const uint32_t replica = state.at[i];
    int64_t* entry = state.series + (sample * state.replicas + i) * 2;
    entry[0] = state.energies[replica];
    entry[1] = state.moments[replica];
  });
  const uint32_t joined = state.joined * state.rungs;
  team.for_each_block(joined, [&](auto& block, uint32_t i) {
    const uint32_t* at = state.at + uint64_t{2} * (i / state.rungs) * state.rungs + i % state.rungs;
    const int64_t q = overlap<kKinds>(block, state, at[0], at[state.rungs]);
    block.leader([&] { state.overlaps[sample * joined + i] = q; });
  });
}

}  // namespace aatgs::thermo
