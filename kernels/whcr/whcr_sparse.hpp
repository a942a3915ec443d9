// The search of the dynamic SPARSE: a greedy colouring; then, where a small core decides about the number of colours, the
// search on that. Otherwise its classes coloured again and again until that gains nothing, then a colour less with
// conflicts, which are repaired; and so on down.
#pragma once
#include <cstdint>

#include "whcr/whcr_core_search.hpp"
#include "whcr/whcr_iterate.hpp"
#include "whcr/whcr_rounds.hpp"
#include "whcr/whcr_sparse_best.hpp"

namespace aatgs::whcr {

/// Passes of iterated greedy in a row that gain nothing before a colour is given up by force.
inline constexpr uint32_t kIteratePatience = 8;
/// Substeps of repair in a row that gain nothing before a proper colouring is taken up again.
inline constexpr uint32_t kRepairPatience = 64;
/// Passes a start gets to come down to the number of colours asked for.
inline constexpr uint32_t kStartPasses = 8;

/// What a reset starts from.
struct SparseStart {
  WhcrInit init;
  const uint32_t* given;
  uint64_t given_count;
};

/// Goes on with `colors` colours from a colouring that uses colours below `before`. Collective.
template <class Team>
AATGS_OUTLINE void enter_repair(Team& team, const WhcrState& state, uint32_t before, uint32_t colors) {
  Search& search = *state.search;
  team.leader([&] {
    search.colors = colors;
    search.conflicts = kNone;
    search.events++;
    state.sparse.search->stage = SparseStage::REPAIR;
    state.sparse.search->stalled = 0;
  });
  team.barrier();
  if (before > colors) squeeze(team, state, before, colors);
  forget_moves(team, state);
  build_hierarchy(team, state);
  note_sparse(team, state, count_conflicts(team, state));
}

/// From the best colouring on by iterated greedy. Collective.
template <class Team>
AATGS_OUTLINE void enter_iterate(Team& team, const WhcrState& state) {
  take_up_best(team, state);
  team.leader([&] {
    state.search->colors = state.search->best_colors;
    state.sparse.search->stage = SparseStage::ITERATE;
    state.sparse.search->stalled = 0;
  });
  team.barrier();
}

/// From the best colouring on, or where there is none, from the present one: on the core, or else as without. Collective.
template <class Team>
AATGS_OUTLINE void seek_core(Team& team, const WhcrState& state) {
  const bool proper = state.search->best_colors != 0;
  const uint32_t colors = proper ? state.search->best_colors : state.search->colors;
  team.barrier();
  if (proper) take_up_best(team, state);
  if (enter_core(team, state, colors, proper)) return;
  if (proper) return enter_iterate(team, state);
  enter_repair(team, state, colors, colors);
}

/// Starts over; `state.search` has been reset. Collective.
template <class Team>
AATGS_OUTLINE void reset_sparse(Team& team, const WhcrState& state, const SparseStart& start) {
  const Search& search = *state.search;
  const uint32_t colors = search.colors;
  team.leader([&] { *state.sparse.search = {}; });
  team.for_each(state.graph.n, [&](uint32_t v) {
    uint32_t c = kUncolored;
    if (start.init == WhcrInit::INPUT && start.given_count) {
      c = start.given[v] < colors ? start.given[v] : kUncolored;
    } else if (start.init == WhcrInit::RANDOM) {
      c = believed_color(state.priors, v, colors);
      if (c == kNone) c = random_for(search, Purpose::INIT, 0, search.events, v).below(colors);
    }
    state.colors[v] = static_cast<uint16_t>(c);
    state.sparse.own[v] = 0;
    state.sparse.left_until[v] = 0;
  });
  team.barrier();
  // From nothing, greedy colouring takes what it needs and comes down afterwards; what is given keeps within the limit.
  const bool blank = start.init == WhcrInit::GREEDY;
  color_greedily(team, state, blank ? state.sparse.most_colors : colors, blank);
  uint32_t used = count_colors(team, state, state.colors);
  for (uint32_t pass = 0; blank && pass < kStartPasses && used > colors && !team.cancelled(); ++pass) {
    used = iterate_greedily(team, state, used);
  }
  if (blank && used <= colors) {
    note_sparse(team, state, 0);  // it is proper, and nobody has moved
  } else {
    enter_repair(team, state, used, colors);
  }
  const bool goes_on = search.best_colors != 0 && !search.converged;
  team.barrier();
  if (goes_on) enter_iterate(team, state);
  // Whether there is a core is seen when the search begins: one greedy colouring shall cost no more than that.
  if (goes_on || blank) {
    team.leader([&] { state.sparse.search->stage = SparseStage::SEEK; });
    team.barrier();
  }
}

/// A substep on the core, and what it found on the whole graph. Collective.
template <class Team>
AATGS_OUTLINE void substep_core(Team& team, const WhcrState& state) {
  Search& search = *state.search;
  SparseSearch& sparse = *state.sparse.search;
  const Core& core = state.sparse.core;
  const uint32_t* own = state.sparse.own;
  const uint32_t before = search.colors;
  const bool proper = search.best_colors != 0;
  if (state.priors.active()) {
    team.barrier();
    // They weigh on every vertex, and the core's search knows nothing of them.
    return proper ? enter_iterate(team, state) : enter_repair(team, state, before, before);
  }
  const CoreOutcome outcome = search_core(team, state);
  const uint32_t colors = search.colors;
  const bool wanted = outcome.colors != 0 || (!proper && outcome.conflicts < search.best_conflicts);
  team.barrier();
  if (!wanted) {
    team.leader([&] {
      sparse.conflicts = outcome.conflicts;
      if (outcome.conflicts < search.conflicts) search.conflicts = outcome.conflicts;
    });
    team.barrier();
    return;
  }
  if (outcome.colors != 0) {
    team.for_each(sparse.core_vertices, [&](uint32_t v) { state.colors[core.vertices[v]] = core.saved[v]; });
  }
  team.leader([&] { search.conflicts = kNone; });
  team.barrier();
  color_peeled(team, state, outcome.colors ? outcome.colors : colors);
  note_sparse(team, state, outcome.colors ? 0 : outcome.conflicts);
  const bool over = search.converged != 0;
  const bool lower = search.best_colors != 0 && search.best_colors <= sparse.core;
  team.barrier();
  if (over) return;
  if (lower) return seek_core(team, state);
  // Greedy colouring has taken the memory of all of the core but the colours, with which the search goes on.
  number_core(team, state);
  team.for_each(state.graph.n, [&](uint32_t v) {
    if (own[v] == 0) state.colors[v] = core.color[core.numbers[v]];
  });
  team.leader([&] { search.conflicts = outcome.conflicts; });
  team.barrier();
}

/// One substep: a pass of iterated greedy, or some rounds of repair. Collective.
template <class Team>
AATGS_OUTLINE void substep_sparse(Team& team, const WhcrState& state) {
  Search& search = *state.search;
  const SparseSearch& sparse = *state.sparse.search;
  const bool seeks = sparse.stage == SparseStage::SEEK;
  team.barrier();
  if (seeks) seek_core(team, state);
  const bool on_core = sparse.stage == SparseStage::CORE;
  team.barrier();
  if (on_core) return substep_core(team, state);
  if (sparse.stage == SparseStage::ITERATE) {
    const uint32_t before = search.best_colors;
    const bool give_up = sparse.stalled >= kIteratePatience;
    team.barrier();
    if (give_up) {
      enter_repair(team, state, before, before - 1);
    } else {
      const uint32_t used = iterate_greedily(team, state, before);
      team.leader([&] {
        // The number of colours is what this stage brings down: a colouring with as many is no news.
        search.conflicts = used < before ? kNone : 0;
        search.colors = used;
      });
      team.barrier();
      note_sparse(team, state, 0);
      return;
    }
  } else {
    const bool start_over = sparse.stalled >= kRepairPatience && search.best_colors != 0;
    team.barrier();
    if (start_over) return enter_iterate(team, state);
    RepairRounds<Team>(team, state).run(state.moves_per_substep);
    const uint32_t conflicts = sparse.conflicts;
    team.barrier();
    note_sparse(team, state, conflicts);
  }
  const bool goes_on = search.conflicts == 0 && !search.converged;
  const bool unsought = sparse.coreless == 0 && state.sparse.levels == 0;
  const uint32_t found = search.best_colors;
  team.leader([&] { search.moves = sparse.moves; });
  team.barrier();
  if (!goes_on) return;
  take_up_best(team, state);
  if (unsought) {
    team.leader([&] { state.sparse.search->stage = SparseStage::SEEK; });
    team.barrier();
  } else {
    enter_repair(team, state, found, found - 1);
  }
}

/// Brings what the host reads about the hierarchy up to date. Collective.
template <class Team>
AATGS_OUTLINE void report_levels(Team& team, const WhcrState& state) {
  const Sparse& sparse = state.sparse;
  team.leader([&] { sparse.counts[0] = 0; });
  team.barrier();
  const bool built = *sparse.built != 0;
  if (!built) return;
  team.for_each(state.graph.n, [&](uint32_t v) {
    if (sparse.own[v] != 0) push(sparse.lists[0], sparse.counts[0], v);
  });
  team.barrier();
  const uint32_t size = sparse.counts[0];
  measure_levels(team, state, sparse.lists[0], size);
}

/// Another number of colours, from where the search is. Collective.
template <class Team>
AATGS_OUTLINE void change_colors_sparse(Team& team, const WhcrState& state, uint32_t colors) {
  const bool on_core = state.sparse.search->stage == SparseStage::CORE && state.search->best_colors != 0;
  team.barrier();
  if (on_core) take_up_best(team, state);
  const uint32_t before = count_colors(team, state, state.colors);
  enter_repair(team, state, before, colors);
}

}  // namespace aatgs::whcr
