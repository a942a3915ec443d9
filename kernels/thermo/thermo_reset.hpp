// How a run starts: random spins, every replica on its own rung, the ladder as given.
#pragma once
#include <cstdint>

#include "thermo/thermo_sweeps.hpp"

namespace aatgs::thermo {

/// First adaptation of the ladder, in rounds after annealing; the next ones at twice, four times, ... as many.
inline constexpr uint32_t kFirstAdaptation = 32;

template <class Block>
AATGS_FN void randomize(Block& block, const ThermoState& state, uint32_t pack) {
  const Couplings& graph = state.graph;
  if (graph.packed) {
    uint32_t* words = state.bits_of(pack);
    block.for_each(graph.n + 1, [&](uint32_t site) {
      words[site] = site < graph.n ? draw(state.run->seed, Purpose::INIT, 0, pack, site).x[0] : 0;
    });
    block.barrier();
    return;
  }
  int8_t* spins = state.spins_of(pack);
  block.for_each_group(graph.n, [&](auto& group, uint32_t site) {
    group.for_each(kLanes, [&](uint32_t lane) {
      const uint32_t word = draw(state.run->seed, Purpose::INIT, 0, pack * kLanes + lane, site).x[0];
      const uint32_t pick = uniform_below(word, state.model == ThermoModel::POTTS ? graph.states : 2);
      spins[uint64_t{site} * kLanes + lane] =
          static_cast<int8_t>(state.model == ThermoModel::POTTS ? pick : 2 * pick - 1);
    });
  });
  block.barrier();
}

/// Starts a run with the fields of a RESET config. Collective.
template <uint32_t kKinds, class Team>
AATGS_FN void reset(Team& team, const ThermoState& state, const ThermoConfig& start) {
  team.leader([&] {
    Run run{};
    run.seed = start.header.seed;
    round_keys(run.seed, run.keys);
    run.burn_in = start.burn_in;
    run.anneal = start.anneal < start.burn_in ? start.anneal : start.burn_in;
    run.target = start.target;
    run.samples_wanted = start.samples < state.capacity ? start.samples : state.capacity;
    run.sample_every = start.sample_every ? start.sample_every : 1;
    run.adapt = start.adapt;
    run.started = 1;
    run.next_adaptation = static_cast<uint32_t>(run.anneal) + kFirstAdaptation;
    *state.run = run;
    *state.scale = 1.0f;
  });
  team.for_each(state.rungs, [&](uint32_t k) { state.betas[k] = state.first_betas[k]; });
  team.for_each(uint64_t{state.ladders} * (state.rungs - 1), [&](uint64_t i) { state.pairs[i] = {0, 0}; });
  team.for_each(state.replicas, [&](uint32_t r) {
    state.at[r] = r;
    state.walkers[r] = {r % state.rungs, 0, 0};
    state.moments[r] = 0;
  });
  team.for_each(state.packs, [&](uint32_t p) { state.best_energy[p] = 0x7fffffffffffffff; });
  team.for_each(state.packs * kLanes, [&](uint32_t i) { state.energies[i] = 0; });
  const uint64_t entries = uint64_t{state.capacity} * state.replicas * 2;
  team.for_each(entries, [&](uint64_t i) { state.series[i] = 0; });
  team.for_each(uint64_t{state.capacity} * state.joined * state.rungs, [&](uint64_t i) { state.overlaps[i] = 0; });
  team.barrier();
  if (!is<kKinds>(state, kGraphs)) {
    const bool square = is<kKinds>(state, kSquare);
    uint32_t* words = square ? state.square : state.lattice;
    const uint64_t each = uint64_t{2} * state.words;
    team.for_each(state.own_packs() * each, [&](uint64_t i) {
      const uint64_t entity = state.own_pack(static_cast<uint32_t>(i / each)) * each + i % each;
      words[i] = draw(state.run->seed, Purpose::INIT, entity >> 32, 0, static_cast<uint32_t>(entity)).x[0];
    });
    team.for_each(square ? 0 : state.systems, [&](uint32_t i) { state.lowest[i] = 0x7fffffffffffffff; });
  } else {
    team.for_each_block(state.own_packs(),
                        [&](auto& block, uint32_t i) { randomize(block, state, state.own_pack(i)); });
    team.barrier();
    count_energies<kKinds>(team, state);
  }
  team.barrier();
}

}  // namespace aatgs::thermo
