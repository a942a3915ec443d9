// Where the tables of a weighted walk in warps lie: see whcr_weighted_warps.hpp.
#pragma once
#include <cstdint>

#include "whcr/whcr_state.hpp"
#include "whcr/whcr_warp_tables.hpp"

namespace aatgs::whcr {

/// A warp's best move.
struct alignas(16) WeightedProposal {
  uint32_t high;  // change and priors; kNone: no move
  uint32_t low;  // rank and vertex
  uint32_t from_to;  // colours
  int32_t changed;  // by the move before, in conflicting edges, as far as this warp has seen
  uint32_t begin, degree;  // of the vertex's arcs
  uint32_t stop;
  uint32_t unused;
};

/// The tables of one walk. Thread t has the vertices t, t + 256, ...; a word of its bits has 32 of them.
struct WeightedTables {
  static constexpr uint32_t kWarps = kWarpThreads / 32;
  static constexpr uint16_t kNoWeight = 0xffff;  // more than any

  uint32_t row_length;  // colours, rounded up to even
  uint32_t words;  // of bits a thread
  WeightedProposal* proposals;  // of each warp
  uint32_t* full;  // whether weights must fade
  uint32_t* clashing;  // words x threads: bits of the vertices in conflict
  uint32_t* need;  // of those whose lowest weight must be looked up
  uint32_t* desks;  // a row for each warp
  uint32_t* begin;  // n + 1: offsets of the vertices' arcs
  uint32_t* until;  // n: until when a vertex stays away from the colour it left
  uint16_t* left;  // n: that colour, or kFreeColor
  uint16_t* color;  // n
  uint16_t* own;  // n: weight of the neighbours of the same colour
  uint16_t* lowest;  // n: least weight of another colour that is not tabu; unknown without conflicts
  uint16_t* ties;  // n: at least so many colours have it
  uint16_t* total;  // n: weight of all neighbours
  uint16_t* rows;  // n x row_length: weight of the neighbours of each colour

  template <class Small, class Large>
  AATGS_FN WeightedTables(Small& small, Large& large, uint32_t n, uint32_t colors)
      : row_length((colors + 1) / 2 * 2), words((n + 32 * kWarpThreads - 1) / (32 * kWarpThreads)) {
    proposals = small.template take<WeightedProposal>(kWarps);
    full = small.template take<uint32_t>(1);
    clashing = small.template take<uint32_t>(uint64_t{words} * kWarpThreads);
    need = small.template take<uint32_t>(uint64_t{words} * kWarpThreads);
    desks = small.template take<uint32_t>(uint64_t{kWarps} * row_length / 2);
    begin = small.template take<uint32_t>(n + 1);
    until = small.template take<uint32_t>(n);
    left = small.template take<uint16_t>(n);
    color = small.template take<uint16_t>(n);
    own = small.template take<uint16_t>(n);
    lowest = small.template take<uint16_t>(n);
    ties = small.template take<uint16_t>(n);
    total = small.template take<uint16_t>(n);
    rows = large.template take<uint16_t>(uint64_t{n} * row_length);
  }

  /// The best tier for so much shared memory, and what it takes of it.
  static WeightedTier tier(uint32_t n, uint32_t colors, uint64_t shared, uint64_t& taken) {
    Carver small(nullptr), large(nullptr);
    WeightedTables(small, large, n, colors);
    const bool all = small.used() + large.used() <= shared;
    taken = all ? small.used() + large.used() : small.used() <= shared ? small.used() : 0;
    return all ? WeightedTier::ALL : taken != 0 ? WeightedTier::SMALL : WeightedTier::NONE;
  }
};

}  // namespace aatgs::whcr
