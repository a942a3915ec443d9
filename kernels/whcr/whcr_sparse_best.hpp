// The best colouring of the dynamic SPARSE, which the host reads.
#pragma once
#include <cstdint>

#include "whcr/whcr_greedy.hpp"

namespace aatgs::whcr {

/// Copies the colouring to `best`. Where fewer colours are looked for, those of a proper one are 0, 1, ... without gaps.
/// Collective.
template <class Team>
AATGS_OUTLINE void publish_sparse(Team& team, const WhcrState& state, uint32_t conflicts) {
  Search& search = *state.search;
  const uint32_t bound = count_colors(team, state, state.colors);
  const bool proper = conflicts == 0;
  if (proper) {
    team.for_each(bound, [&](uint32_t c) { state.rename[c] = 0; });
    team.barrier();
    team.for_each(state.graph.n, [&](uint32_t v) { put(state.rename[state.colors[v]], 1u); });
    team.barrier();
    team.leader([&] {
      uint32_t used = 0;
      for (uint32_t c = 0; c < bound; ++c) {
        const bool is_used = state.rename[c] != 0;
        state.rename[c] = search.descends ? used : c;
        used += is_used ? 1 : 0;
      }
      search.best_colors = used;
      if (used <= search.target) search.converged = 1;
    });
    team.barrier();
  }
  team.for_each(state.graph.n, [&](uint32_t v) {
    const uint32_t c = state.colors[v];
    state.best[v] = proper ? state.rename[c] : c;
  });
  team.leader([&] { search.best_conflicts = conflicts; });
  team.barrier();
}

/// Takes note of a colouring with this many conflicts. Collective.
template <class Team>
AATGS_OUTLINE void note_sparse(Team& team, const WhcrState& state, uint32_t conflicts) {
  Search& search = *state.search;
  const bool better = conflicts < search.conflicts;
  const bool wanted = better && (conflicts == 0 || search.best_colors == 0);
  team.barrier();  // everybody has read what the leader writes next
  team.leader([&] {
    state.sparse.search->conflicts = conflicts;
    state.sparse.search->stalled = better ? 0 : state.sparse.search->stalled + 1;
    if (better) search.conflicts = conflicts;
  });
  if (wanted) publish_sparse(team, state, conflicts);
  team.barrier();
}

/// Takes up the best colouring, which is proper and has no gaps in its colours. Collective.
template <class Team>
AATGS_OUTLINE void take_up_best(Team& team, const WhcrState& state) {
  team.for_each(state.graph.n, [&](uint32_t v) { state.colors[v] = static_cast<uint16_t>(state.best[v]); });
  team.barrier();
}

}  // namespace aatgs::whcr
