// Which move a tabu walk makes next.
//
// Ties are broken by a keyed hash of (vertex, colour) that changes with every move: as good as a uniform choice, needs
// one Philox block a move, and does not depend on the order in which candidates are looked at, so that threads may
// share the scan and the list of conflicts may lie in any order.
#pragma once
#include <cstdint>

#include "whcr/whcr_priors.hpp"
#include "whcr/whcr_table.hpp"

namespace aatgs::whcr {

/// What decides between equal changes of one move.
struct Draw {
  uint32_t key;
  uint32_t factor;  // odd
};

/// A move: the vertex in this slot takes this colour.
struct Choice {
  uint32_t slot;  // kNone: no move
  uint32_t color;
  int16_t change;  // of the number of conflicts
  bool was_tabu;
};

template <class Block>
class Chooser {
 public:
  AATGS_FN Chooser(Block& block, const Priors& priors, const Table& table, const TabuEntry* tabu, uint32_t colors)
      : block_(block), priors_(priors), steered_(priors.active()), table_(table), tabu_(tabu), colors_(colors) {}

  /// The best change that is not tabu, or a tabu one that leads below the best and further than that.
  AATGS_FN Choice choose(int32_t conflicts, int32_t best, Draw draw) {
    const uint32_t size = *table_.size;
    const int16_t* lowest = table_.lowest;
    const int16_t* own = table_.own;
    const int16_t change =
        block_.template min<int16_t>(size, [=](uint32_t at) { return static_cast<int16_t>(lowest[at] - own[at]); });
    const int32_t bound = best - conflicts < change ? best - conflicts : change;
    // At best a vertex loses all its conflicts: mostly that settles the question.
    const int16_t most =
        block_.template min<int16_t>(size, [=](uint32_t at) { return static_cast<int16_t>(-own[at]); });
    if (most < bound) {
      const int16_t tabu = block_.template min<int16_t>(*table_.held_size, [&](uint32_t j) { return tabu_change(j); });
      if (tabu < bound) return choose_tabu(tabu, draw);
    }
    // Everything tabu: the move is skipped, and time lifts them.
    if (change > kTabuBit / 2) return {kNone, 0, 0, false};
    const auto found = block_.template argmin<uint64_t>((size + kRowChunk - 1) / kRowChunk, [&](uint32_t chunk) {
      const uint32_t base = chunk * kRowChunk;
      uint32_t tied = matching_changes(lowest + base, own + base, change);
      if (size - base < kRowChunk) tied &= (1u << (size - base)) - 1;
      uint64_t least = ~uint64_t{0};
      for (; tied != 0; tied &= tied - 1) {
        const uint32_t lane = lowest_bit(tied);
        const uint64_t tie = best_tie(base + lane, draw) | lane;
        least = tie < least ? tie : least;
      }
      return least;
    });
    const auto slot = static_cast<uint32_t>(found.index * kRowChunk + (found.value & 15));
    return {slot, static_cast<uint32_t>(found.value >> 4) & 0xffff, change, false};
  }

 private:
  /// What taking up the j-th tabu pair would change; kPadding when its vertex has no conflicts.
  AATGS_FN int16_t tabu_change(uint32_t j) const {
    const TabuEntry& entry = tabu_[table_.held[j]];
    const uint32_t at = table_.slot[entry.vertex];
    if (at == kNone) return kPadding;
    return static_cast<int16_t>((table_.counts_of(entry.color)[entry.vertex] & kCountMask) - table_.own[at]);
  }

  AATGS_FN Choice choose_tabu(int16_t change, Draw draw) {
    const auto found = block_.template argmin<uint64_t>(*table_.held_size, [&](uint32_t j) {
      const TabuEntry& entry = tabu_[table_.held[j]];
      return tabu_change(j) == change ? rank(entry.vertex, entry.color, draw) : ~uint64_t{0};
    });
    const TabuEntry& entry = tabu_[table_.held[found.index]];
    return {table_.slot[entry.vertex], entry.color, change, true};
  }

  /// The least rank among the row's best entries.
  AATGS_FN uint64_t best_tie(uint32_t at, Draw draw) const {
    const int16_t* row = table_.row_of(at);
    const uint32_t v = table_.list[at];
    uint64_t least = ~uint64_t{0};
    for (uint32_t base = 0; base < table_.row_length; base += kRowChunk) {
      for (uint32_t found = matches(row + base, table_.lowest[at]); found != 0; found &= found - 1) {
        const uint64_t tie = rank(v, base + lowest_bit(found), draw);
        least = tie < least ? tie : least;
      }
    }
    return least;
  }

  /// Order among equal changes: priors, then hash. The colour, and room for a lane, in the last 20 bits.
  AATGS_FN uint64_t rank(uint32_t v, uint32_t c, Draw draw) const {
    const uint64_t weakness = steered_ ? kStrongest - priors_.strength(v, c) : 0u;
    return weakness << 52 | uint64_t{hash(v * colors_ + c, draw.key, draw.factor)} << 20 | c << 4;
  }

  /// A bijection of 32-bit words for any key and odd factor: two candidates never tie.
  AATGS_FN static uint32_t hash(uint32_t x, uint32_t key, uint32_t factor) {
    x = (x ^ key) * 0x9E3779B1u;
    x = (x ^ (x >> 16)) * factor;
    return x ^ (x >> 15);
  }

  Block& block_;
  const Priors& priors_;
  const bool steered_;
  const Table& table_;
  const TabuEntry* const tabu_;
  const uint32_t colors_;
};

}  // namespace aatgs::whcr
