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

/// Proposals of one move: the first that is let through is made, if any is. A GPU thread looks at two.
inline constexpr uint32_t kProposals = 512;

/// Temperatures: a move that adds d conflicts is let through with odds of 2^(-d cold / 8).
inline constexpr uint32_t kHottest = 14;
inline constexpr uint32_t kFirstCold = 32;
inline constexpr uint32_t kColdest = 120;

/// Moves of the first descent from the largest share to the smallest; each later one takes twice as many.
inline constexpr uint32_t kFirstDescentBits = 20;
/// Shares on the way: 2^3.
inline constexpr uint32_t kShareBits = 3;

/// Odds of a move that adds `more` conflicts, in 2^-32.
AATGS_FN uint32_t odds_of(uint32_t cold, uint32_t more) {
  constexpr uint32_t kEighths[8] = {0xffffffffu, 0xeac0c6e8u, 0xd744fccbu, 0xc5672a11u,
                                    0xb504f333u, 0xa5fed6a9u, 0x9837f051u, 0x8b95c1e3u};
  const uint32_t eighths = cold * more;
  return eighths >= 256 ? 0 : kEighths[eighths & 7] >> (eighths >> 3);
}

/// One proposal: which of the vertices in conflict, in the order of their numbers, takes which colour.
struct Proposed {
  uint32_t at, color;
  /// From one random word.
  AATGS_FN static Proposed from(uint32_t word, uint32_t clashing, uint32_t colors) {
    const uint64_t scaled = uint64_t{word} * clashing;
    return {static_cast<uint32_t>(scaled >> 32),
            static_cast<uint32_t>(uint64_t{static_cast<uint32_t>(scaled)} * colors >> 32)};
  }
};

/// What chance contributes to two proposals: of each the word it is made from, and the word its odds are held against.
AATGS_FN PhiloxBlock draw_proposals(const Search& search, uint32_t index, uint64_t clock, uint32_t pair) {
  return random_for(search, Purpose::ANNEAL, index, clock, pair).first();
}

AATGS_FN bool let_through(int32_t change, uint32_t cold, uint32_t word) {
  return change <= 0 || word < odds_of(cold, static_cast<uint32_t>(change));
}

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

/// After a substep: colder when too many moves added conflicts, hotter when too few did.
AATGS_FN void regulate(Member& member, uint32_t index) {
  if (member.made == 0) return;
  const bool too_hot = uint64_t{member.rose} * 100 > uint64_t{member.made} * share_wanted(member.moves, index);
  if (member.cold == 0) member.cold = kFirstCold;
  if (too_hot && member.cold < kColdest) ++member.cold;
  if (!too_hot && member.cold > kHottest) --member.cold;
  member.made = member.rose = 0;
}

}  // namespace aatgs::whcr
