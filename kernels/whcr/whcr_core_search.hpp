// The search on the core: several colours less at once, since many conflicts teach more than few and keep more of the machine
// busy; where that takes too long, half of them are given back. Whatever has fewer colours on the core has them on the graph.
#pragma once
#include <cstdint>

#include "whcr/whcr_breakout.hpp"

namespace aatgs::whcr {

/// Of the colours, the part given up at once at first.
inline constexpr uint32_t kFirstStride = 16;
/// Rounds without success before half of the stride is given back.
inline constexpr uint32_t kBreakoutPatience = 4096;
/// Rounds of a substep for each of the setup's: the core is built anew in each, which must not cost more than the rounds.
inline constexpr uint32_t kBreakoutRounds = 16;
/// Listed vertices after which a substep ends early.
inline constexpr uint32_t kBreakoutVisits = 1u << 17;

/// Peels with k colours; whether the core is there, and has room for a search with up to `colors`. Collective.
template <class Team>
AATGS_OUTLINE bool find_core(Team& team, const WhcrState& state, uint32_t k, uint32_t colors) {
  const Sparse& sparse = state.sparse;
  const Peeled peeled = peel(team, state, k);
  const bool fits = peeled.done && peeled.vertices <= state.graph.n / 2 && peeled.arcs <= sparse.core.most_arcs &&
                    uint64_t{peeled.vertices} * colors <= sparse.core.most_sums;
  team.leader([&] {
    sparse.search->core = fits ? k : 0;
    sparse.search->core_vertices = peeled.vertices;
  });
  team.barrier();
  return fits;
}

/// Goes on with the core where there is a small one: from `state.colors`, below `colors`, proper when `proper`. Collective.
template <class Team>
AATGS_OUTLINE bool enter_core(Team& team, const WhcrState& state, uint32_t colors, bool proper) {
  Search& search = *state.search;
  SparseSearch& sparse = *state.sparse.search;
  const uint32_t n = state.graph.n;
  const uint32_t target = search.target;
  const bool out_of_question = sparse.coreless != 0 || state.sparse.levels != 0 || state.priors.active() || n < 64 ||
                               colors < 2 || (proper && colors <= target);
  team.barrier();
  if (out_of_question) return false;
  // The smallest core that matters, and room for some colours less.
  const uint32_t most = proper ? colors - 1 : colors;
  const uint32_t wish = most - most / 4;
  const uint32_t least = wish > target ? wish : target < most ? target : most;
  const bool found = find_core(team, state, least, colors) || (least < most && find_core(team, state, most, colors));
  if (team.cancelled()) return false;
  team.leader([&] {
    if (!found) {
      sparse.coreless = 1;
    } else {
      search.colors = colors;
      search.conflicts = kNone;
      search.events++;
      sparse.stage = SparseStage::CORE;
      sparse.stride = colors / kFirstStride > 0 ? colors / kFirstStride : 1;
      sparse.tried = sparse.stalled = 0;
    }
  });
  team.barrier();
  if (!found) return false;
  forget_moves(team, state);
  forget_weights(team, state);
  return true;
}

/// What a substep on the core came to.
struct CoreOutcome {
  uint32_t colors;  // of the best colouring without conflicts that the core got, in `saved`; 0: none
  uint32_t conflicts;  // of the present one
};

/// Some rounds on the core. `state.colors` of its vertices are up to date before and after. Collective.
template <class Team>
AATGS_OUTLINE CoreOutcome search_core(Team& team, const WhcrState& state) {
  Search& search = *state.search;
  SparseSearch& sparse = *state.sparse.search;
  const Core& core = state.sparse.core;
  const uint32_t size = sparse.core_vertices;
  const uint32_t least = search.target > sparse.core ? search.target : sparse.core;
  // Without a proper colouring the limit is what was asked for.
  const uint32_t limit = search.best_colors ? search.best_colors : search.colors;
  uint32_t high = search.best_colors ? search.best_colors : search.colors + 1;
  uint32_t stride = sparse.stride;
  uint32_t tried = sparse.tried;
  uint32_t saved = 0;
  build_core(team, state);
  weigh_core(team, state, limit);
  team.leader([&] { core.counts[4] = 0; });
  BreakoutRounds<Team> rounds(team, state, limit, search.colors);
  rounds.list();
  const uint64_t most = uint64_t{kBreakoutRounds} * state.moves_per_substep;
  uint32_t visits = 0;
  for (uint64_t done = 0; done < most && visits < kBreakoutVisits && !team.cancelled(); ++done) {
    const uint32_t listed = rounds.round();
    visits += listed;
    const uint32_t colors = rounds.colors();
    if (listed == 0) {
      if (colors < high) {
        high = saved = colors;
        team.for_each(size, [&](uint32_t v) { core.saved[v] = core.aim[v]; });
      }
      if (high <= least) break;
      tried = 0;
      rounds.drop(stride < colors - least ? stride : colors - least);
    } else if (++tried >= kBreakoutPatience && colors < high && high <= limit) {
      const uint32_t half = (stride + 1) / 2;
      rounds.allow(half < high - colors ? half : high - colors);
      stride = stride / 2 > 0 ? stride / 2 : 1;
      tried = 0;
    }
  }
  team.barrier();
  team.for_each(size, [&](uint32_t v) { core.color[v] = core.aim[v]; });
  team.barrier();
  const uint32_t conflicts = rounds.conflicts();
  team.for_each(size, [&](uint32_t v) { state.colors[core.vertices[v]] = core.color[v]; });
  team.barrier();
  team.leader([&] {
    const bool other = search.colors != rounds.colors();
    search.colors = rounds.colors();
    if (other) search.conflicts = kNone;
    sparse.rounds = rounds.clock();
    sparse.moves += core.counts[4];
    sparse.stride = stride;
    sparse.tried = tried;
    search.moves = sparse.moves;
  });
  team.barrier();
  return {saved, conflicts};
}

}  // namespace aatgs::whcr
