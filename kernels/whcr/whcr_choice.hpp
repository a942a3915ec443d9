// Which move a tabu walk makes next: among the best changes a vertex, then a colour for it.
//
// Ties are broken by ranks that change with every move: vertex v has the place (factor v + add) modulo 2^16 in a drawn
// order, a colour likewise. Two never tie, a move needs one Philox block, and the outcome does not depend on the order in
// which candidates are looked at, so that threads may share the scan and the list of conflicts may lie in any order.
#pragma once
#include <cstdint>

#include "whcr/whcr_priors.hpp"
#include "whcr/whcr_table.hpp"

namespace aatgs::whcr {

/// What chance contributes to one move.
struct Draw {
  uint32_t vertex_factor, vertex_add;
  uint32_t color_factor, color_add;
  uint32_t stay;  // 1 to kTenureRandom

  /// From the four words of the move's Philox block.
  AATGS_FN static Draw from(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
    return {a | 1, b, c | 1, b >> 16, 1 + uniform_below(d, kTenureRandom)};
  }
  AATGS_FN uint32_t vertex_rank(uint32_t v) const { return (v * vertex_factor + vertex_add) & 0xffff; }
  AATGS_FN uint32_t color_rank(uint32_t c) const { return (c * color_factor + color_add) & 0xffff; }
};

/// A move: the vertex in this slot takes this colour.
struct Choice {
  uint32_t slot;  // kNone: no move
  uint32_t color;
  int16_t change;  // of the number of conflicts
  bool was_tabu;
};

/// How little other modules want a vertex to have a colour.
AATGS_FN uint64_t weakness(const Priors& priors, bool steered, uint32_t v, uint32_t c) {
  return steered ? kStrongest - priors.strength(v, c) : 0u;
}

/// The best of a slot's best colours: its weakness, its rank, and itself in the lowest 16 bits.
AATGS_FN uint64_t best_color(const Table& table, uint32_t at, const Draw& draw, const Priors& priors, bool steered) {
  const int16_t* row = table.row_of(at);
  const uint32_t v = table.list[at];
  uint64_t least = ~uint64_t{0};
  for (uint32_t base = 0; base < table.row_length; base += kRowChunk) {
    for (uint32_t found = matches(row + base, table.lowest[at]); found != 0; found &= found - 1) {
      const uint32_t c = base + lowest_bit(found);
      const uint64_t tie = weakness(priors, steered, v, c) << 32 | draw.color_rank(c) << 16 | c;
      least = tie < least ? tie : least;
    }
  }
  return least;
}

template <class Block>
class Chooser {
 public:
  AATGS_FN Chooser(Block& block, const Priors& priors, const Table& table, const TabuEntry* tabu)
      : block_(block), priors_(priors), steered_(priors.active()), table_(table), tabu_(tabu) {}

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
        const uint64_t tie = vertex_order(base + lane, draw) << 4 | lane;
        least = tie < least ? tie : least;
      }
      return least;
    });
    const auto slot = static_cast<uint32_t>(found.index * kRowChunk + (found.value & 15));
    return {slot, static_cast<uint32_t>(best_color(table_, slot, draw, priors_, steered_)) & 0xffff, change, false};
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
      if (tabu_change(j) != change) return ~uint64_t{0};
      return weakness(priors_, steered_, entry.vertex, entry.color) << 32 | draw.vertex_rank(entry.vertex) << 16 |
             draw.color_rank(entry.color);
    });
    const TabuEntry& entry = tabu_[table_.held[found.index]];
    return {table_.slot[entry.vertex], entry.color, change, true};
  }

  /// The place of a slot's vertex among equals: priors first, then chance.
  AATGS_FN uint64_t vertex_order(uint32_t at, Draw draw) const {
    const uint64_t weakest = steered_ ? best_color(table_, at, draw, priors_, steered_) >> 32 : 0u;
    return weakest << 16 | draw.vertex_rank(table_.list[at]);
  }

  Block& block_;
  const Priors& priors_;
  const bool steered_;
  const Table& table_;
  const TabuEntry* const tabu_;
};

}  // namespace aatgs::whcr
