// Annealing of one colouring (the law: whcr_annealed_law.hpp) on a CPU thread, and on a GPU where the walk in warps does
// not go: with more than 126 neighbours of one colour, or more than 8192 vertices.
#pragma once
#include <cstdint>

#include "whcr/whcr_annealed_law.hpp"
#include "whcr/whcr_lanes.hpp"

namespace aatgs::whcr {

/// Counts of neighbours by colour, and the vertices in conflict.
struct AnnealedTable {
  uint32_t stride;  // of counts
  int16_t* counts;  // colors x stride
  uint32_t words;  // of a set of vertices as bits; 0 on sparse graphs
  uint32_t* classes;  // colors x words: the vertices of each colour
  uint32_t* clashing;  // the vertices in conflict, by number
  uint32_t* size;  // how many they are

  AATGS_FN AnnealedTable(Carver& carver, const Graph& graph, uint32_t colors) {
    stride = (graph.n + 31) / 32 * 32 + 32;
    words = graph.bits ? graph.words : 0;
    size = carver.take<uint32_t>(1);
    counts = carver.take<int16_t>(uint64_t{colors} * stride);
    classes = carver.take<uint32_t>(uint64_t{colors} * words);
    clashing = carver.take<uint32_t>(graph.n);
  }
  AATGS_FN int16_t* counts_of(uint32_t color) const { return counts + uint64_t{color} * stride; }

  AATGS_FN uint32_t place_of(uint32_t v) const {
    uint32_t low = 0;
    for (uint32_t high = *size; low < high;) {
      const uint32_t middle = (low + high) / 2;
      if (clashing[middle] < v) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
  AATGS_FN void enter(uint32_t v) const {
    const uint32_t at = place_of(v);
    for (uint32_t i = (*size)++; i > at; --i) clashing[i] = clashing[i - 1];
    clashing[at] = v;
  }
  AATGS_FN void leave(uint32_t v) const {
    const uint32_t at = place_of(v);
    --*size;
    for (uint32_t i = at; i < *size; ++i) clashing[i] = clashing[i + 1];
  }
};

template <class Block>
class AnnealedWalk {
 public:
  AATGS_FN AnnealedWalk(Block& block, const WhcrState& state, uint32_t index, Carver& carver)
      : block_(block),
        graph_(state.graph),
        search_(*state.search),
        colors_(state.search->colors),
        index_(index),
        member_(state.members[index]),
        color_(state.colors_of(index)),
        best_(state.best_of(index)),
        table_(carver, state.graph, state.max_colors) {}

  /// Runs up to `moves` moves; ends early without conflicts. Collective.
  AATGS_FN void run(uint32_t moves) {
    int32_t conflicts = load();
    uint64_t clock = member_.moves;
    const uint64_t end = clock + moves;
    const bool fresh = member_.fresh != 0;
    const uint32_t cold = member_.cold == 0 ? kFirstCold : member_.cold;
    int32_t best = fresh ? conflicts : static_cast<int32_t>(member_.best_conflicts);
    bool unsaved = fresh || member_.best_unsaved != 0;
    uint32_t made = 0;
    uint32_t rose = 0;
    block_.barrier();  // everybody has read the member
    for (; clock < end && conflicts > 0; ++clock) {
      if ((clock & 255) == 0 && block_.cancelled()) break;
      const Move move = choose(clock, cold);
      if (move.color == kNone) continue;
      if (move.change > 0 && unsaved) {
        save();
        unsaved = false;
      }
      make(move);
      ++made;
      rose += move.change > 0 ? 1 : 0;
      conflicts += move.change;
      if (conflicts < best) {
        best = conflicts;
        unsaved = true;
      }
    }
    if (unsaved) save();
    block_.leader([&] {
      member_.walked(clock, conflicts, best);
      member_.fresh = 0;
      member_.made += made;
      member_.rose += rose;
    });
    block_.barrier();
  }

 private:
  struct Move {
    uint32_t vertex, color;  // kNone: nothing is let through
    int32_t change;
  };
  /// Proposals looked at together.
  static constexpr uint32_t kBatch = 8;

  /// Builds the table, and counts the conflicts. Collective.
  AATGS_FN int32_t load() {
    block_.for_each(uint64_t{colors_} * table_.stride, [&](uint64_t i) { table_.counts[i] = 0; });
    block_.for_each(colors_ * table_.words, [&](uint32_t i) { table_.classes[i] = 0; });
    block_.barrier();
    if (table_.words) {
      block_.for_each(table_.words, [&](uint32_t w) {
        for (uint32_t v = 0; v < graph_.n; ++v) {
          add_lanes(table_.counts_of(color_[v]) + 32 * w, graph_.bits[uint64_t{v} * table_.words + w]);
        }
        const uint32_t end = graph_.n - 32 * w < 32 ? graph_.n - 32 * w : 32;
        for (uint32_t j = 0; j < end; ++j) table_.classes[color_[32 * w + j] * table_.words + w] |= 1u << j;
      });
    } else {
      block_.for_each(graph_.n, [&](uint32_t v) {
        for (uint32_t a = graph_.offsets[v]; a < graph_.offsets[v + 1]; ++a) {
          table_.counts_of(color_[graph_.neighbours[a]])[v]++;
        }
      });
    }
    block_.barrier();
    block_.leader([&] {
      *table_.size = 0;
      for (uint32_t v = 0; v < graph_.n; ++v) {
        if (table_.counts_of(color_[v])[v] != 0) table_.clashing[(*table_.size)++] = v;
      }
    });
    block_.barrier();
    const uint32_t ends = block_.template sum<uint32_t>(*table_.size, [&](uint32_t i) {
      const uint32_t v = table_.clashing[i];
      return static_cast<uint32_t>(table_.counts_of(color_[v])[v]);
    });
    return static_cast<int32_t>(ends / 2);
  }

  AATGS_FN void save() {
    block_.barrier();
    block_.for_each(graph_.n, [&](uint32_t v) { best_[v] = color_[v]; });
    block_.barrier();
  }

  AATGS_FN Move proposed(const PhiloxBlock& draw, uint32_t odd, uint32_t cold) const {
    const Proposed wish = Proposed::from(draw.x[2 * odd], *table_.size, colors_);
    const uint32_t v = table_.clashing[wish.at];
    const uint32_t from = color_[v];
    const int32_t change = table_.counts_of(wish.color)[v] - table_.counts_of(from)[v];
    const bool made = wish.color != from && let_through(change, cold, draw.x[2 * odd + 1]);
    return {v, made ? wish.color : kNone, change};
  }

  /// The first proposal that is let through. Collective.
  AATGS_FN Move choose(uint64_t clock, uint32_t cold) {
    for (uint32_t base = 0; base < kProposals; base += kBatch) {
      const uint32_t first = block_.template min<uint32_t>(kBatch / 2, [&](uint32_t i) {
        const PhiloxBlock draw = draw_proposals(search_, index_, clock, base / 2 + i);
        if (proposed(draw, 0, cold).color != kNone) return base + 2 * i;
        return proposed(draw, 1, cold).color != kNone ? base + 2 * i + 1 : kNone;
      });
      if (first != kNone) return proposed(draw_proposals(search_, index_, clock, first / 2), first & 1, cold);
    }
    return {0, kNone, 0};
  }

  AATGS_FN void make(const Move& move) {
    const uint32_t v = move.vertex;
    const uint32_t from = color_[v];
    const uint32_t to = move.color;
    int16_t* less = table_.counts_of(from);
    int16_t* more = table_.counts_of(to);
    block_.barrier();
    if (table_.words) {
      const uint32_t* adjacent = graph_.bits + uint64_t{v} * graph_.words;
      block_.for_each(graph_.words, [=](uint32_t w) { shift_lanes(less + 32 * w, more + 32 * w, adjacent[w]); });
      block_.barrier();
      block_.leader([&] {
        uint32_t* left = table_.classes + from * table_.words;
        uint32_t* joined = table_.classes + to * table_.words;
        for (uint32_t w = 0; w < table_.words; ++w) {
          for (uint32_t u = adjacent[w] & left[w]; u != 0; u &= u - 1) leave_if(32 * w + lowest_bit(u), less);
          for (uint32_t u = adjacent[w] & joined[w]; u != 0; u &= u - 1) enter_if(32 * w + lowest_bit(u), more);
        }
        left[v / 32] &= ~(1u << (v % 32));
        joined[v / 32] |= 1u << (v % 32);
      });
    } else {
      const uint32_t begin = graph_.offsets[v];
      const uint32_t end = graph_.offsets[v + 1];
      const uint32_t* neighbours = graph_.neighbours;
      block_.for_each(end - begin, [=](uint32_t a) {
        less[neighbours[begin + a]]--;
        more[neighbours[begin + a]]++;
      });
      block_.barrier();
      block_.leader([&] {
        for (uint32_t a = begin; a < end; ++a) {
          const uint32_t u = neighbours[a];
          if (color_[u] == from) leave_if(u, less);
          if (color_[u] == to) enter_if(u, more);
        }
      });
    }
    block_.leader([&] {
      color_[v] = static_cast<uint16_t>(to);
      if (more[v] == 0) table_.leave(v);
    });
    block_.barrier();
  }
  AATGS_FN void leave_if(uint32_t u, const int16_t* less) const {
    if (less[u] == 0) table_.leave(u);
  }
  AATGS_FN void enter_if(uint32_t u, const int16_t* more) const {
    if (more[u] == 1) table_.enter(u);
  }

  Block& block_;
  const Graph& graph_;
  const Search& search_;
  const uint32_t colors_;
  const uint32_t index_;
  Member& member_;
  uint16_t* const color_;
  uint16_t* const best_;
  AnnealedTable table_;
};

}  // namespace aatgs::whcr
