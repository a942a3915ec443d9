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
  } else {
    sweep_graph(team, state, first);
  }
}

}  // namespace aatgs::thermo
