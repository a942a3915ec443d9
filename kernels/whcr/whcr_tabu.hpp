// Tabu search on one colouring (TabuCol): A. Hertz, D. de Werra, "Using tabu search techniques for graph coloring",
// Computing 39 (1987); tenure after P. Galinier, J.-K. Hao, "Hybrid evolutionary algorithms for graph coloring", J.
// Comb. Optim. 3 (1999). A move gives one vertex in conflict another colour: the best change that is not tabu, or one
// that leads below everything seen.
#pragma once
#include <cstdint>

#include "whcr/whcr_choice.hpp"
#include "whcr/whcr_record.hpp"

namespace aatgs::whcr {

template <class Block>
class TabuWalk {
 public:
  AATGS_FN TabuWalk(Block& block, const WhcrState& state, uint32_t index, Carver& carver)
      : block_(block),
        graph_(state.graph),
        priors_(state.priors),
        search_(*state.search),
        colors_(state.search->colors),
        ring_(state.ring - 1),
        index_(index),
        member_(state.members[index]),
        color_(state.colors_of(index)),
        best_(state.best_of(index)),
        tabu_(state.tabu_of(index)),
        table_(carver, state.graph, state.max_colors, state.ring) {}

  /// Runs up to `moves` moves; ends early without conflicts. Collective.
  AATGS_FN void run(uint32_t moves) {
    WalkRecord record(member_, prepare());
    block_.barrier();  // everybody has read the member
    Chooser<Block> chooser(block_, priors_, table_, tabu_);
    uint64_t clock = member_.moves;
    const uint64_t end = clock + moves;
    for (; clock < end && record.conflicts > 0; ++clock) {
      if ((clock & 255) == 0 && block_.cancelled()) break;
      release(clock);
      Random random = random_for(search_, Purpose::MOVE, index_, clock);
      const uint32_t a = random.next(), b = random.next(), c = random.next();
      const Draw draw = Draw::from(a, b, c, random.next());
      const Choice choice = chooser.choose(record.conflicts, record.best, draw);
      if (choice.slot == kNone) continue;
      record.before(choice.change, [&] { save(); });
      move(choice, clock, draw.stay + tenure_share(*table_.size));
      record.moved(choice.change, kLastOfEquals);
    }
    if (record.unsaved) save();
    block_.barrier();
    block_.leader([&] { record.close(member_, clock); });
    block_.barrier();
  }

 private:
  /// Builds the tables; the conflicts. Collective.
  AATGS_FN int32_t prepare() {
    table_.build(block_, graph_, color_, colors_);
    const uint32_t sum =
        block_.template sum<uint32_t>(*table_.size, [&](uint32_t at) { return static_cast<uint32_t>(table_.own[at]); });
    block_.for_each(ring_ + 1, [&](uint32_t i) { table_.due[i] = kNone; });
    block_.barrier();
    block_.leader([&] {
      for (uint32_t i = 0; i <= ring_; ++i) {
        if (member_.fresh) tabu_[i] = kFree;
        if (tabu_[i].vertex != kNone) remind(i);
      }
    });
    block_.barrier();
    return static_cast<int32_t>(sum / 2);
  }

  /// Puts a tabu entry's marks into the tables.
  AATGS_FN void remind(uint32_t i) {
    const TabuEntry& entry = tabu_[i];
    table_.forbid(entry.vertex, entry.color);
    table_.hold(i);
    table_.due_next[i] = table_.due[entry.expires & ring_];
    table_.due[entry.expires & ring_] = i;
  }

  /// Lifts the tabus that end now. Tenures are shorter than the ring, so all that are due in this slot are.
  AATGS_FN void release(uint64_t clock) {
    block_.leader([&] {
      uint32_t& due = table_.due[clock & ring_];
      for (uint32_t i = due; i != kNone; i = table_.due_next[i]) {
        if (tabu_[i].vertex == kNone) continue;
        table_.allow(tabu_[i].vertex, tabu_[i].color);
        table_.drop(i);
        tabu_[i] = kFree;
      }
      due = kNone;
    });
    block_.barrier();
  }

  AATGS_FN void save() {
    block_.barrier();
    block_.for_each(graph_.n, [&](uint32_t v) { best_[v] = color_[v]; });
    block_.barrier();
  }

  AATGS_FN void move(const Choice& choice, uint64_t clock, uint32_t tenure) {
    const uint32_t v = table_.list[choice.slot];
    const uint32_t from = color_[v];
    const uint32_t to = choice.color;
    block_.barrier();
    if (graph_.bits) {
      const uint32_t* adjacent = graph_.bits + uint64_t{v} * graph_.words;
      int16_t* less = table_.counts_of(from);
      int16_t* more = table_.counts_of(to);
      block_.for_each(graph_.words, [=](uint32_t w) { shift_lanes(less + 32 * w, more + 32 * w, adjacent[w]); });
      block_.barrier();
      block_.leader([&] { table_.meet_dense(adjacent, from, to, colors_, [](uint32_t) { return int16_t{1}; }); });
    } else {
      const uint32_t begin = graph_.offsets[v];
      const uint32_t* neighbours = graph_.neighbours + begin;
      int16_t* less = table_.counts_of(from);
      int16_t* more = table_.counts_of(to);
      block_.for_each(graph_.offsets[v + 1] - begin, [=](uint32_t a) {
        less[neighbours[a]]--;
        more[neighbours[a]]++;
      });
      block_.barrier();
      block_.leader([&] {
        for (uint32_t a = begin; a < graph_.offsets[v + 1]; ++a) {
          const uint32_t u = graph_.neighbours[a];
          table_.meet_one(u, color_[u], from, to, colors_, 1);
        }
      });
    }
    block_.leader([&] { settle(v, from, to, choice.was_tabu, clock, tenure); });
    block_.barrier();
  }

  /// The vertex's own side of the move.
  AATGS_FN void settle(uint32_t v, uint32_t from, uint32_t to, bool was_tabu, uint64_t clock, uint32_t tenure) {
    if (was_tabu) {
      // The pair is taken up in spite of its tabu, which must not come to its end later.
      for (uint32_t j = *table_.held_size; j-- > 0;) {
        const uint32_t i = table_.held[j];
        if (tabu_[i].vertex != v || tabu_[i].color != to) continue;
        table_.drop(i);
        tabu_[i] = kFree;
      }
      table_.counts_of(to)[v] &= kCountMask;
    }
    color_[v] = static_cast<uint16_t>(to);
    table_.settle(v, from, to);
    const uint32_t i = static_cast<uint32_t>(clock) & ring_;
    tabu_[i] = {v, from, static_cast<uint32_t>(clock) + tenure};
    remind(i);
  }

  Block& block_;
  const Graph& graph_;
  const Priors& priors_;
  const Search& search_;
  const uint32_t colors_;
  const uint32_t ring_;  // mask
  const uint32_t index_;
  Member& member_;
  uint16_t* const color_;
  uint16_t* const best_;
  TabuEntry* const tabu_;
  Table table_;
};

}  // namespace aatgs::whcr
