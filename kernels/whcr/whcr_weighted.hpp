// Tabu search under learnt weights of edges (the breakout method: P. Morris, "The breakout method for escaping from local
// minima", AAAI 1993): where no move makes the weighted conflicts fewer, the edges in conflict get heavier. On geometric
// graphs, register allocation and other graphs with hard cliques it finds in seconds what no plain tabu walk does; on
// random graphs there is nothing to learn, and it is worse.
//
// This is the walk of one CPU thread; a GPU's is in whcr_weighted_warps.hpp. Weights of each end of an edge are kept with
// that end's arcs: both ends of a conflict are in the list, so each raises its own. Counts are sums of weights here, in the
// 14 bits beside the mark for tabu; the bound on a vertex's total keeps them within that.
#pragma once
#include <cstdint>

#include "whcr/whcr_choice.hpp"
#include "whcr/whcr_weighted_context.hpp"
#include "whcr/whcr_weighted_sums.hpp"

namespace aatgs::whcr {

template <class Block>
class WeightedWalk {
 public:
  AATGS_FN WeightedWalk(Block& block, const WhcrState& state, uint32_t index, Carver& carver)
      : block_(block),
        graph_(state.graph),
        priors_(state.priors),
        steered_(state.priors.active()),
        search_(*state.search),
        colors_(state.search->colors),
        index_(index),
        member_(state.members[index]),
        color_(state.colors_of(index)),
        best_(state.best_of(index)),
        left_color_(state.left_color + uint64_t{index} * state.graph.n),
        left_until_(state.left_until + uint64_t{index} * state.graph.n),
        sums_(carver, state, index),
        table_(sums_.table) {}

  /// Runs up to `moves` moves; ends early without conflicts.
  AATGS_FN void run(uint32_t moves) {
    uint64_t clock = member_.moves;
    const uint64_t end = clock + moves;
    const bool fresh = member_.fresh != 0;
    if (!member_.taught) sums_.forget();
    if (fresh) {
      for (uint32_t v = 0; v < graph_.n; ++v) left_color_[v] = kNone;
    }
    sums_.load(color_, colors_);
    hold_all(static_cast<uint32_t>(clock));
    int32_t conflicts = sums_.count_conflicts(color_);
    int32_t best = fresh ? conflicts + 1 : static_cast<int32_t>(member_.best_conflicts);
    for (; clock < end && conflicts > 0; ++clock) {
      if (conflicts < best) {
        best = conflicts;
        save();
      }
      if ((clock & 255) == 0 && block_.cancelled()) break;
      step(clock, conflicts);
    }
    if (conflicts < best) {
      best = conflicts;
      save();
    }
    release(static_cast<uint32_t>(clock));
    sums_.store();
    member_.walked(clock, conflicts, best);
    member_.fresh = 0;
    member_.taught = 1;
  }

 private:
  AATGS_FN void save() {
    for (uint32_t v = 0; v < graph_.n; ++v) best_[v] = color_[v];
  }

  AATGS_FN bool is_over(uint32_t v, uint32_t now) const { return tenure_over(left_until_[v], now); }

  /// Marks the tabus in force, and forgets those that have ended.
  AATGS_FN void hold_all(uint32_t now) {
    held_ = 0;
    for (uint32_t v = 0; v < graph_.n; ++v) {
      if (left_color_[v] == kNone) continue;
      if (is_over(v, now)) {
        left_color_[v] = kNone;
      } else {
        hold(v);
      }
    }
  }
  AATGS_FN void hold(uint32_t v) {
    table_.forbid(v, left_color_[v]);
    holders_[held_++] = v;
  }
  /// Lifts the tabus that have ended.
  AATGS_FN void release(uint32_t now) {
    for (uint32_t i = held_; i-- > 0;) {
      if (is_over(holders_[i], now)) drop(i);
    }
  }
  AATGS_FN void drop(uint32_t i) {
    const uint32_t v = holders_[i];
    table_.allow(v, left_color_[v]);
    left_color_[v] = kNone;
    holders_[i] = holders_[--held_];
  }

  AATGS_FN void step(uint64_t clock, int32_t& conflicts) {
    const auto now = static_cast<uint32_t>(clock);
    release(now);
    Random random = random_for(search_, Purpose::MOVE, index_, clock);
    const uint32_t a = random.next(), b = random.next(), c = random.next();
    const Draw draw = Draw::from(a, b, c, random.next());
    const uint32_t size = *table_.size;
    int16_t change = kPadding;
    for (uint32_t at = 0; at < size; ++at) {
      const auto mine = static_cast<int16_t>(table_.lowest[at] - table_.own[at]);
      change = mine < change ? mine : change;
    }
    uint64_t first = ~uint64_t{0};
    for (uint32_t base = 0; base < size; base += kRowChunk) {
      uint32_t tied = matching_changes(table_.lowest + base, table_.own + base, change);
      if (size - base < kRowChunk) tied &= (1u << (size - base)) - 1;
      for (; tied != 0; tied &= tied - 1) {
        const uint32_t at = base + lowest_bit(tied);
        if (table_.lowest[at] >= kTabuBit) continue;
        const uint32_t v = table_.list[at];
        const uint64_t weakness = steered_ ? kStrongest - priors_.bias[v] : 0u;
        const uint64_t mine = weakness << 48 | uint64_t{draw.vertex_rank(v)} << 32 | at;
        first = mine < first ? mine : first;
      }
    }
    if (first == ~uint64_t{0}) return;  // everything tabu: the move is skipped, and time lifts them
    const auto at = static_cast<uint32_t>(first);
    const uint32_t v = table_.list[at];
    const uint32_t to = static_cast<uint32_t>(best_color(table_, at, draw, priors_, steered_)) & 0xffff;
    if (change >= 0 && sums_.learn(color_)) rebuild(now);
    move(v, to, now + 2 + draw.stay % kWeightedTenure, conflicts);
  }

  /// After the weights have faded.
  AATGS_FN void rebuild(uint32_t now) {
    sums_.fade();
    sums_.build(color_, colors_);
    hold_all(now);
  }

  AATGS_FN void move(uint32_t v, uint32_t to, uint32_t until, int32_t& conflicts) {
    const uint32_t from = color_[v];
    if (left_color_[v] != kNone) {
      for (uint32_t i = held_; i-- > 0;) {
        if (holders_[i] == v) drop(i);
      }
    }
    conflicts += sums_.move(v, from, to, color_);
    color_[v] = static_cast<uint16_t>(to);
    table_.settle(v, from, to);
    left_color_[v] = from;
    left_until_[v] = until;
    hold(v);
  }

  Block& block_;
  const Graph& graph_;
  const Priors& priors_;
  const bool steered_;
  const Search& search_;
  const uint32_t colors_;
  const uint32_t index_;
  Member& member_;
  uint16_t* const color_;
  uint16_t* const best_;
  uint32_t* const left_color_;
  uint32_t* const left_until_;
  WeightedSums sums_;
  Table& table_;
  uint32_t holders_[kWeightedTenure + 3];  // vertices whose tabu is in force: no more than the longest tenure
  uint32_t held_ = 0;
};

}  // namespace aatgs::whcr
