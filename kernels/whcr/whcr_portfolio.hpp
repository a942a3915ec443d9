// The dynamic MIXED: how the population is shared out to styles of search, and moved to what works on this graph.
#pragma once
#include <cstdint>

#include "whcr/whcr_state.hpp"

namespace aatgs::whcr {

/// The couples of each style at first: a third each.
AATGS_FN void share_out_evenly(Search& search, uint32_t population) {
  const uint32_t couples = population / 2;
  search.shares[0] = couples / 3;
  search.shares[1] = (couples + 1) / 3;
  search.shares[2] = (couples + 2) / 3;
}

/// After a generation: a sixteenth of the couples goes from the style that has found most conflicts to the one that has
/// found fewest. Every style keeps an eighth: what is best changes in the course of a search. Collective.
template <class Team>
AATGS_OUTLINE void share_out(Team& team, const WhcrState& state) {
  const uint32_t couples = state.population / 2;
  if (couples < kStyles) return;
  uint32_t fewest[kStyles];
  for (uint32_t style = 0; style < kStyles; ++style) {
    fewest[style] = team.template min<uint32_t>(couples * 2, [&](uint32_t i) {
      if (state.style_of(i) != static_cast<Style>(style)) return kNone;
      const uint32_t mine = state.members[i].fresh ? kNone : state.members[i].best_conflicts;
      const Couple& couple = state.couples[i / 2];
      const uint32_t theirs = couple.present < couple.last ? couple.present : couple.last;
      return mine < theirs ? mine : theirs;
    });
  }
  uint32_t better = 0;
  uint32_t worse = 0;
  for (uint32_t style = 1; style < kStyles; ++style) {
    if (fewest[style] < fewest[better]) better = style;
    if (fewest[style] > fewest[worse]) worse = style;
  }
  const uint32_t kept = couples / 8 > 0 ? couples / 8 : 1;
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
    if (i % 2 == 0) state.couples[i / 2] = {kNone, kNone};
  });
  team.barrier();
  team.leader([&] {
    for (uint32_t style = 0; style < kStyles; ++style) state.search->shares[style] = shares[style];
  });
  team.barrier();
}

}  // namespace aatgs::whcr
