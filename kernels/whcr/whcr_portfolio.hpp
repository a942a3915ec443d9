// The dynamic MIXED: how the population is shared out to styles of search, and moved to what works on this graph.
#pragma once
#include <cstdint>

#include "whcr/whcr_state.hpp"

namespace aatgs::whcr {

/// Couples a style keeps, whatever it finds: what is best changes in the course of a search.
AATGS_FN uint32_t least_share(uint32_t couples) { return couples / 8 > 0 ? couples / 8 : 1; }

/// The couples of each style at first: a third each; on regular graphs annealing has nearly all, which finds fewest
/// conflicts on latin squares.
AATGS_FN void share_out_at_first(const WhcrState& state) {
  const uint32_t couples = state.population / 2;
  uint32_t* shares = state.search->shares;
  const bool anneals = state.regular && couples > 2 * least_share(couples);
  shares[0] = anneals ? least_share(couples) : couples / 3;
  shares[2] = anneals ? least_share(couples) : (couples + 2) / 3;
  shares[1] = couples - shares[0] - shares[2];
}

/// After a generation: how cold those annealed walks were that have found fewest conflicts, on average. Collective.
template <class Team>
AATGS_OUTLINE void find_best_cold(Team& team, const WhcrState& state) {
  const auto found = [&](uint32_t i) {
    const Member& member = state.members[i];
    const bool counts = state.style_of(i) == Style::ANNEALED && !member.fresh && member.best_cold != 0;
    return counts ? member.best_conflicts : kNone;
  };
  const uint32_t fewest = team.template min<uint32_t>(state.population, found);
  const uint32_t many =
      team.template sum<uint32_t>(state.population, [&](uint32_t i) { return found(i) == fewest ? 1u : 0u; });
  const uint32_t sum = team.template sum<uint32_t>(
      state.population, [&](uint32_t i) { return found(i) == fewest ? state.members[i].best_cold : 0u; });
  team.leader([&] {
    if (fewest != kNone) state.search->best_cold = (sum + many / 2) / many;
  });
  team.barrier();
}

/// After a generation: a sixteenth of the couples goes from the style that has found most conflicts to the one that has
/// found fewest. A generation is `weighted_part` of the population's, so that every style has time to show what it finds.
/// Collective.
template <class Team>
AATGS_OUTLINE void share_out(Team& team, const WhcrState& state) {
  const uint32_t couples = state.population / 2;
  if (couples < kStyles || state.search->generation % state.weighted_part != 0) return;
  uint32_t fewest[kStyles];
  for (uint32_t style = 0; style < kStyles; ++style) {
    fewest[style] = team.template min<uint32_t>(couples * 2, [&](uint32_t i) {
      if (state.style_of(i) != static_cast<Style>(style)) return kNone;
      const uint32_t mine = state.members[i].fresh ? kNone : state.members[i].best_conflicts;
      const uint32_t theirs = state.couples[i / 2].fewest();
      return mine < theirs ? mine : theirs;
    });
  }
  uint32_t better = 0;
  uint32_t worse = 0;
  for (uint32_t style = 1; style < kStyles; ++style) {
    if (fewest[style] < fewest[better]) better = style;
    if (fewest[style] > fewest[worse]) worse = style;
  }
  const uint32_t kept = least_share(couples);
  const uint32_t given = couples / 16 > 0 ? couples / 16 : 1;
  if (fewest[better] == fewest[worse] || state.search->shares[worse] < kept + given) return;
  // Who changes sides starts anew from its colouring, under the rules of the new style.
  uint32_t shares[kStyles] = {state.search->shares[0], state.search->shares[1], state.search->shares[2]};
  shares[worse] -= given;
  shares[better] += given;
  team.for_each(couples * 2, [&](uint32_t i) {
    if (style_by(shares, i / 2) == state.style_of(i)) return;
    state.members[i].fresh = 1;
    state.members[i].taught = 0;
    if (i % 2 == 0) state.couples[i / 2] = kNewCouple;
  });
  team.barrier();
  team.leader([&] {
    for (uint32_t style = 0; style < kStyles; ++style) state.search->shares[style] = shares[style];
  });
  team.barrier();
}

}  // namespace aatgs::whcr
