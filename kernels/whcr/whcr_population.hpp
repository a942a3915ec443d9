// The population's life: walks, what they found, recombination, and the descent to fewer colours. Everything is counted
// in substeps since the reset, never in configs, so that the search does not depend on how it is cut into configs.
#pragma once
#include <cstdint>

#include "whcr/whcr_cross.hpp"
#include "whcr/whcr_portfolio.hpp"
#include "whcr/whcr_walks.hpp"

namespace aatgs::whcr {

/// Copies a colouring to `best` and says how many colours it has. Where fewer are looked for, the colours of a proper one
/// are 0, 1, ... without gaps; a repaired one keeps the names it came with.
template <class Team>
AATGS_OUTLINE uint32_t publish(Team& team, const WhcrState& state, uint32_t member, bool proper) {
  const uint16_t* color = state.best_of(member);
  const uint32_t colors = state.search->colors;
  if (!proper) {
    team.for_each(state.graph.n, [&](uint32_t v) { state.best[v] = color[v]; });
    team.barrier();
    return colors;
  }
  team.leader([&] {
    for (uint32_t c = 0; c < colors; ++c) state.rename[c] = 0;
    for (uint32_t v = 0; v < state.graph.n; ++v) state.rename[color[v]] = 1;
    uint32_t used = 0;
    for (uint32_t c = 0; c < colors; ++c) {
      const bool is_used = state.rename[c] != 0;
      state.rename[c] = state.search->descends ? used : c;
      used += is_used ? 1 : 0;
    }
    state.search->best_colors = used;
  });
  team.barrier();
  team.for_each(state.graph.n, [&](uint32_t v) { state.best[v] = state.rename[color[v]]; });
  team.barrier();
  return state.search->best_colors;
}

/// Goes on with `colors` colours; `before` is what the members' colourings use now. Collective.
template <class Team>
AATGS_OUTLINE void change_colors(Team& team, const WhcrState& state, uint32_t before, uint32_t colors) {
  Search& search = *state.search;
  team.leader([&] {
    search.colors = colors;
    search.conflicts = kNone;
    search.events++;
    search.generation_substeps = 0;
  });
  team.for_each(state.population / 2, [&](uint32_t couple) { state.couples[couple] = kNewCouple; });
  team.barrier();
  team.for_each_block(state.population, [&](auto& block, uint32_t index) {
    Carver carver(desk_of(block, state, index));
    // One of each couple keeps what it has found, the other starts over: two heirs of good colourings soon are alike.
    // Not on large graphs, where the way back from nothing is long.
    if (colors < before && index % 2 == 1 && state.style_of(index) == Style::RECOMBINED) {
      make(block, state, index, WhcrInit::RANDOM, nullptr, 0, carver);
    } else {
      reduce(block, state, index, before, carver);
    }
    count_conflicts(block, state, index);
  });
  team.barrier();
}

/// Looks at what the members have found: keeps the best, and goes on with fewer colours when there is a proper
/// colouring and the target is not reached. Collective; true when the number of colours has changed.
template <class Team>
AATGS_OUTLINE bool evaluate(Team& team, const WhcrState& state) {
  Search& search = *state.search;
  const auto found =
      team.template argmin<uint32_t>(state.population, [&](uint32_t i) { return state.members[i].best_conflicts; });
  const bool proper = found.value == 0;
  const bool better = found.value < search.conflicts;
  const bool wanted = better && (proper || search.best_colors == 0);
  const uint32_t colors = search.colors;
  const uint32_t target = search.target;
  team.barrier();  // everybody has read what the leader writes next
  if (wanted) {
    const uint32_t used = publish(team, state, static_cast<uint32_t>(found.index), proper);
    team.leader([&] {
      search.best_conflicts = found.value;
      if (proper && used <= target) search.converged = 1;
    });
  }
  team.leader([&] {
    if (better) search.conflicts = found.value;
  });
  team.barrier();
  if (!proper || search.converged) return false;
  const uint32_t next = search.best_colors - 1;
  team.barrier();
  change_colors(team, state, colors, next);
  return true;
}

/// Whether a couple has a new generation now; which one of its own.
AATGS_FN bool is_due(const WhcrState& state, uint32_t couple, uint32_t& own) {
  const uint32_t generation = state.search->generation;
  const uint32_t length = generation_length(couple, generation);
  own = generation / length;
  return state.recombines(couple) && generation % length == 0;
}

/// A new generation in every couple that has come to the end of one. Collective.
template <class Team>
AATGS_OUTLINE void recombine(Team& team, const WhcrState& state) {
  Search& search = *state.search;
  team.leader([&] {
    search.events++;
    search.generation++;
  });
  team.barrier();
  const uint32_t couples = state.population / 2;
  team.for_each_block(couples, [&](auto& block, uint32_t couple) {
    uint32_t own = 0;
    if (!is_due(state, couple, own)) return;
    prepare_couple(block, state, couple, own, Carver(desk_of(block, state, 2 * couple)));
  });
  team.barrier();
  team.for_each_block(couples, [&](auto& block, uint32_t couple) {
    uint32_t own = 0;
    if (!is_due(state, couple, own) || !state.couples[couple].alike) return;
    renew_partner(block, state, couple, Carver(desk_of(block, state, 2 * couple)));
  });
  team.barrier();
  team.for_each_block(couples * 2, [&](auto& block, uint32_t index) {
    uint32_t own = 0;
    if (!is_due(state, index / 2, own)) return;
    make_child(block, state, index, Carver(desk_of(block, state, index)));
  });
  team.barrier();
}

/// One substep: every member walks, then the population lives on. Collective.
template <class Team>
AATGS_OUTLINE void substep(Team& team, const WhcrState& state) {
  Search& search = *state.search;
  team.for_each_block(state.population, [&](auto& block, uint32_t index) { walk(block, state, index); });
  team.barrier();
  const uint64_t moves =
      team.template sum<uint64_t>(state.population, [&](uint32_t i) { return state.members[i].moves; });
  team.leader([&] {
    search.moves = moves;
    search.generation_substeps++;
  });
  team.barrier();
  if (evaluate(team, state) || search.converged) return;
  const bool generation_ends = search.generation_substeps >= state.substeps_per_generation;
  team.barrier();
  if (!generation_ends || state.population < 2) return;
  team.leader([&] { search.generation_substeps = 0; });
  recombine(team, state);
  if (anneals(state.dynamic)) find_best_cold(team, state);
  if (state.dynamic == WhcrDynamic::MIXED) share_out(team, state);
}

}  // namespace aatgs::whcr
