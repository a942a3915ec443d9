// The law of annealing: what is proposed, what is let through, and how hot a walk is. Both of its forms, a CPU thread's in
// whcr_annealed.hpp and a GPU's in whcr_annealed_warps.hpp, follow it to the bit, so it is in whole numbers.
//
// A walk of Metropolis (N. Metropolis et al., J. Chem. Phys. 21, 1953) with a fixed number of colours; for colourings:
// D. Johnson, C. Aragon, L. McGeoch, C. Schevon, "Optimization by simulated annealing: an experimental evaluation; part
// II", Oper. Res. 39 (1991). Where conflicts become few without freezing lies at temperatures that differ by a factor of
// three between graphs, but where the share of moves that add conflicts is between 3 and 24 percent on all that were
// measured. So the schedule is one of that share, and the temperature follows it.
#pragma once
#include <cstdint>

#include "whcr/whcr_state.hpp"

namespace aatgs::whcr {

/// Vertices have groups, by their numbers, and each group its own proposals of a move: a GPU's warp knows those of its
/// group without asking anybody. A group's turns come as often as it has vertices in conflict, so that each of those comes
/// up equally often; the first proposal that is let through is the move, if any is.
inline constexpr uint32_t kGroupSize = 128;
inline constexpr uint32_t kGroups = 8;
/// Turns of a group in one move. A GPU thread looks at one.
inline constexpr uint32_t kTurns = 32;

AATGS_FN uint32_t group_of(uint32_t v) { return v / kGroupSize % kGroups; }
/// Where the i-th of a group's vertices is to be found among all.
AATGS_FN uint32_t place_in_group(uint32_t group, uint32_t i) {
  return (i / kGroupSize * kGroups + group) * kGroupSize + i % kGroupSize;
}

/// When a group's turns come: the first at random, the others one after another.
struct Turns {
  uint32_t phase;  // 16 bits
  uint32_t pace;  // see pace_of

  AATGS_FN uint32_t when(uint32_t turn) const {
    return static_cast<uint32_t>(uint64_t{turn << 16 | phase} * pace >> 16);
  }
  /// How slowly the turns of a group come with that many vertices in conflict, 1 to 1024.
  AATGS_FN static uint32_t pace_of(uint32_t clashing) { return (1u << 25) / clashing; }
};

/// Temperatures: a move that adds d conflicts is let through with odds of 2^(-d cold / 8).
inline constexpr uint32_t kHottest = 14;
inline constexpr uint32_t kFirstCold = 32;
inline constexpr uint32_t kColdest = 120;

/// Moves of the first descent from the largest share to the smallest; each later one takes twice as many.
inline constexpr uint32_t kFirstDescentBits = 20;
/// Shares on the way: 2^3.
inline constexpr uint32_t kShareBits = 3;

/// Odds of a move that adds `more` conflicts, in 2^-32; those that add none are let through anyway.
AATGS_FN uint32_t odds_of(uint32_t cold, uint32_t more) {
  constexpr uint32_t kEighths[8] = {0xffffffffu, 0xeac0c6e8u, 0xd744fccbu, 0xc5672a11u,
                                    0xb504f333u, 0xa5fed6a9u, 0x9837f051u, 0x8b95c1e3u};
  const uint32_t eighths = cold * more;
  return eighths >= 256 ? 0 : kEighths[eighths & 7] >> (eighths >> 3);
}

/// One proposal: which of the group's vertices in conflict, in the order of their numbers, takes which colour.
struct Proposed {
  uint32_t at, color;
  /// From one random word.
  AATGS_FN static Proposed from(uint32_t word, uint32_t clashing, uint32_t colors) {
    const uint64_t scaled = uint64_t{word} * clashing;
    return {static_cast<uint32_t>(scaled >> 32),
            static_cast<uint32_t>(uint64_t{static_cast<uint32_t>(scaled)} * colors >> 32)};
  }
};

/// What chance contributes to a group's turn in an even move and in the next one: of each the word its proposal is made
/// from, and the word its odds are held against.
AATGS_FN PhiloxBlock draw_proposals(const Search& search, uint32_t index, uint64_t clock, uint32_t group,
                                    uint32_t turn) {
  return random_for(search, Purpose::ANNEAL, index, clock / 2, group * kTurns + turn).first();
}
/// And to when the turns of a move come.
AATGS_FN PhiloxBlock draw_phases(const Search& search, uint32_t index, uint64_t clock) {
  return random_for(search, Purpose::ANNEAL, index, clock, kGroups * kTurns).first();
}
AATGS_FN uint32_t phase_of(const PhiloxBlock& phases, uint32_t group) {
  return phases.x[group / 2] >> (16 * (group & 1)) & 0xffff;
}

/// Up from here the odds are 0, however hot a walk is.
inline constexpr int32_t kHopeless = 31;
static_assert(uint32_t{kHopeless} * (kHottest - 1) >= 256, "the best temperature may be one hotter");

/// The share of moves that add conflicts a walk should have now, in percent. For every other member it stays what it is, for
/// the rest it falls step by step, again and again, twice as slowly each time; members are at different steps.
AATGS_FN uint32_t share_wanted(uint64_t clock, uint32_t index) {
  const uint64_t since = clock + (uint64_t{1} << kFirstDescentBits);
  uint32_t bits = kFirstDescentBits;
  while (since >> bits > 1) ++bits;
  const uint32_t down = index % 2 == 0 ? static_cast<uint32_t>(since >> (bits - kShareBits)) : 0;
  constexpr uint32_t kPercent[1 << kShareBits] = {24, 19, 15, 11, 8, 6, 4, 3};
  return kPercent[(down + index / 2) & ((1 << kShareBits) - 1)];
}

/// How cold a walk is.
AATGS_FN uint32_t coldness(const Member& member) { return member.cold == 0 ? kFirstCold : member.cold; }

/// After a substep: colder when too many moves added conflicts, hotter when too few did. A quarter of the walks are as cold,
/// or a little more or less, as those were that have found fewest conflicts of all, once that is known.
AATGS_FN void regulate(Member& member, uint32_t index, uint32_t best_cold) {
  if (index % 4 == 3 && best_cold != 0) {
    member.cold = best_cold + index / 4 % 3 - 1;
    member.made = member.rose = 0;
    return;
  }
  if (member.made == 0) return;
  const bool too_hot = uint64_t{member.rose} * 100 > uint64_t{member.made} * share_wanted(member.moves, index);
  if (member.cold == 0) member.cold = kFirstCold;
  if (too_hot && member.cold < kColdest) ++member.cold;
  if (!too_hot && member.cold > kHottest) --member.cold;
  member.made = member.rose = 0;
}

}  // namespace aatgs::whcr
