// The sweeps of one round, for each kind of model, and the energies after them.
#pragma once
#include <cstdint>

#include "thermo/thermo_dispatch.hpp"
#include "thermo/thermo_measure.hpp"

namespace aatgs::thermo {

/// Spins in bytes: packs of 32 replicas, each a block's own.
template <class Team>
AATGS_FN void sweep_graph(Team& team, const ThermoState& state, uint64_t first) {
  team.for_each_block(state.packs, [&](auto& block, uint32_t pack) {
    for (uint32_t s = 0; s < state.sweeps_per_round && !block.cancelled(); ++s) {
      sweep_pack_here(block, state, pack, first + s);
      keep_best(block, state, pack);
    }
  });
}

/// Sweeps of the packs that one block holds, and their energies.
template <class Block>
AATGS_FN void sweep_packed(Block& block, const ThermoState& state, uint32_t number, uint64_t first_sweep,
                           uint32_t sweeps) {
  const Couplings& graph = state.graph;
  const uint32_t first = number * state.together, stride = graph.n + 1;
  const uint32_t rest = state.packs - first, packs = rest < state.together ? rest : state.together;
  uint32_t* const home = state.bits + uint64_t{first} * stride;
  uint32_t* const words = state.in_shared ? block.template shared<uint32_t>() : home;
  if (state.in_shared) block.for_each(packs * stride, [&](uint32_t i) { words[i] = home[i]; });
  if (sweeps > 0) {
    block.for_each_group(packs * kPlanes,
                         [&](auto& group, uint32_t i) { set_plane(group, state, first + i / kPlanes, i % kPlanes); });
  }
  block.barrier();
  for (uint32_t s = 0; s < sweeps && !block.cancelled(); ++s) {
    for (uint32_t c = 0; c < graph.class_count; ++c) {
      const uint32_t begin = graph.class_slices[c], slices = graph.class_slices[c + 1] - begin;
      block.for_each_group(slices * packs, [&](auto& group, uint32_t i) {
        const uint32_t pack = i / slices;
        update_slice_here(group, state, words + pack * stride, first + pack, begin + i % slices, first_sweep + s);
      });
      block.barrier();
    }
  }
  block.for_each(packs * kLanes, [&](uint32_t i) { state.energies[first * kLanes + i] = graph.arc_count / 2; });
  block.barrier();
  block.for_each_group(packs * kCountGroups, [&](auto& group, uint32_t i) {
    const uint32_t pack = i / kCountGroups;
    count_packed_energy_here(group, state, words + pack * stride, first + pack, i % kCountGroups);
  });
  if (state.in_shared) block.for_each(packs * stride, [&](uint32_t i) { home[i] = words[i]; });
  block.barrier();
}

/// Bit-packed graphs.
template <class Team>
AATGS_FN void sweep_packs(Team& team, const ThermoState& state, uint64_t first, uint32_t sweeps) {
  if (sweeps > 0) {
    team.for_each(state.rungs * kPlanes, [&](uint32_t i) {
      const double beta = state.betas[i / kPlanes] * static_cast<double>(*state.scale);
      state.rung_thresholds[i] = digit_threshold(beta, i % kPlanes);
    });
    team.barrier();
  }
  team.for_each_block((state.packs + state.together - 1) / state.together, [&](auto& block, uint32_t i) {
    sweep_packed(block, state, i, first, sweeps);
    for (uint32_t j = 0; j < state.together && i * state.together + j < state.packs; ++j)
      keep_best(block, state, i * state.together + j);
  });
}

template <class Team>
AATGS_FN void sweep_square(Team& team, const ThermoState& state, uint64_t first) {
  team.for_each(state.rungs, [&](uint32_t k) {
    heat_bath_thresholds(state.betas[k] * static_cast<double>(*state.scale), state.square_limits[k]);
  });
  team.for_each(state.replicas, [&](uint32_t replica) { state.energies[replica] = 0; });
  const uint64_t tasks = uint64_t{state.replicas} * square_chunks(state);
  for (uint32_t s = 0; s < state.sweeps_per_round && !team.cancelled(); ++s) {
    for (uint32_t color = 0; color < 2; ++color) {
      team.barrier();
      team.for_each_group(tasks, [&](auto& group, uint64_t t) { sweep_words_here(group, state, t, color, first + s); });
    }
  }
  team.barrier();
  const uint64_t parts = uint64_t{state.replicas} * ((state.words + kCountWords - 1) / kCountWords);
  team.for_each_block(parts, [&](auto& block, uint64_t t) { count_square_energy(block, state, t); });
}

template <class Team>
AATGS_FN void sweep_lattices(Team& team, const ThermoState& state, uint64_t first) {
  team.for_each(state.rungs, [&](uint32_t k) {
    lattice_thresholds(state.betas[k] * static_cast<double>(*state.scale), state.rung_thresholds + 3 * k);
  });
  team.for_each(state.replicas, [&](uint32_t replica) { state.energies[replica] = 0; });
  team.barrier();
  team.for_each_group(state.packs, [&](auto& group, uint32_t pack) { set_limits(group, state, pack); });
  const uint64_t tasks = uint64_t{state.packs} * lattice_chunks(state);
  for (uint32_t s = 0; s < state.sweeps_per_round && !team.cancelled(); ++s) {
    for (uint32_t color = 0; color < 2; ++color) {
      team.barrier();
      team.for_each_group(tasks,
                          [&](auto& group, uint64_t t) { sweep_lattice_here(group, state, t, color, first + s); });
    }
  }
  team.barrier();
  team.for_each_group(uint64_t{state.packs} * count_spans(state),
                      [&](auto& group, uint64_t t) { count_lattice_energy_here(group, state, t); });
  team.barrier();
  const uint32_t together = state.copies * state.rungs;
  team.for_each_group(state.systems, [&](auto& group, uint32_t system) {
    const auto now = group.template min<int64_t>(
        together, [&](uint32_t i) { return state.energies[uint64_t{system} * together + i]; });
    group.leader([&] { state.lowest[system] = now < state.lowest[system] ? now : state.lowest[system]; });
  });
}

template <class Team>
AATGS_FN void sweep_all(Team& team, const ThermoState& state) {
  const uint64_t first = state.run->rounds * state.sweeps_per_round;
  if (state.model == ThermoModel::SQUARE) {
    sweep_square(team, state, first);
  } else if (state.model == ThermoModel::LATTICE) {
    sweep_lattices(team, state, first);
  } else if (state.graph.packed) {
    sweep_packs(team, state, first, state.sweeps_per_round);
  } else {
    sweep_graph(team, state, first);
  }
}

}  // namespace aatgs::thermo
