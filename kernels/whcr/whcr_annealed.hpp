// Annealing of one colouring (the law: whcr_annealed_law.hpp) on a CPU thread, and on a GPU where the walk in warps does
// not go: with more than 126 neighbours of one colour, or more than 8192 vertices.
#pragma once
#include <cstdint>

#include "whcr/whcr_annealed_law.hpp"
#include "whcr/whcr_lanes.hpp"
#include "whcr/whcr_record.hpp"

namespace aatgs::whcr {

/// Counts of neighbours by colour, and the vertices in conflict.
struct AnnealedTable {
  uint32_t stride;  // of counts
  int16_t* counts;  // colors x stride
  uint32_t words;  // of a set of vertices as bits; 0 on sparse graphs
  uint32_t* classes;  // colors x words: the vertices of each colour
  uint32_t* clashing;  // the vertices in conflict, those of each group by number, in the places of its vertices
  uint32_t* sizes;  // how many they are, by group

  AATGS_FN AnnealedTable(Carver& carver, const Graph& graph, uint32_t colors) {
    stride = (graph.n + 31) / 32 * 32 + 32;
    words = graph.bits ? graph.words : 0;
    sizes = carver.take<uint32_t>(kGroups);
    counts = carver.take<int16_t>(uint64_t{colors} * stride);
    classes = carver.take<uint32_t>(uint64_t{colors} * words);
    clashing = carver.take<uint32_t>(graph.n);
  }
  AATGS_FN int16_t* counts_of(uint32_t color) const { return counts + uint64_t{color} * stride; }
  AATGS_FN uint32_t& at(uint32_t group, uint32_t i) const { return clashing[place_in_group(group, i)]; }

  AATGS_FN uint32_t index_of(uint32_t v) const {
    const uint32_t group = group_of(v);
    uint32_t low = 0;
    for (uint32_t high = sizes[group]; low < high;) {
      const uint32_t middle = (low + high) / 2;
      if (at(group, middle) < v) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
  AATGS_FN void enter(uint32_t v) const {
    const uint32_t group = group_of(v);
    const uint32_t index = index_of(v);
    for (uint32_t i = sizes[group]++; i > index; --i) at(group, i) = at(group, i - 1);
    at(group, index) = v;
  }
  AATGS_FN void leave(uint32_t v) const {
    const uint32_t group = group_of(v);
    const uint32_t index = index_of(v);
    --sizes[group];
    for (uint32_t i = index; i < sizes[group]; ++i) at(group, i) = at(group, i + 1);
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
    AnnealedRecord record(member_, load());
    uint64_t clock = member_.moves;
    const uint64_t end = clock + moves;
    const uint32_t cold = coldness(member_);
    block_.barrier();  // everybody has read the member
    for (; clock < end && record.conflicts > 0; ++clock) {
      if ((clock & 255) == 0 && block_.cancelled()) break;
      const Move move = choose(clock, cold);
      if (move.color == kNone) continue;
      record.before(move.change, [&] { save(); });
      make(move);
      record.moved(move.change);
    }
    if (record.unsaved) save();
    block_.leader([&] { record.close(member_, clock); });
    block_.barrier();
  }

 private:
  struct Move {
    uint32_t vertex, color;  // kNone: nothing is let through
    int32_t change;
  };

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
    const uint32_t ends = block_.template sum<uint32_t>(
        graph_.n, [&](uint32_t v) { return static_cast<uint32_t>(table_.counts_of(color_[v])[v]); });
    block_.leader([&] {
      for (uint32_t group = 0; group < kGroups; ++group) table_.sizes[group] = 0;
      for (uint32_t v = 0; v < graph_.n; ++v) {
        if (table_.counts_of(color_[v])[v] == 0) continue;
        const uint32_t group = group_of(v);
        table_.at(group, table_.sizes[group]++) = v;
      }
    });
    block_.barrier();
    return static_cast<int32_t>(ends / 2);
  }

  AATGS_FN void save() {
    block_.barrier();
    block_.for_each(graph_.n, [&](uint32_t v) { best_[v] = color_[v]; });
    block_.barrier();
  }

  AATGS_FN Move proposed(uint32_t group, uint32_t word, uint32_t odds_word, uint32_t cold) const {
    const Proposed wish = Proposed::from(word, table_.sizes[group], colors_);
    const uint32_t v = table_.at(group, wish.at);
    const uint32_t from = color_[v];
    const int32_t change = table_.counts_of(wish.color)[v] - table_.counts_of(from)[v];
    const bool made = change <= 0 || odds_word < odds_of(cold, static_cast<uint32_t>(change));
    return {v, made && wish.color != from ? wish.color : kNone, change};
  }

  /// The first proposal that is let through, looked for by every thread alike: turn by turn, of equal ones the first
  /// group's.
  AATGS_FN Move choose(uint64_t clock, uint32_t cold) {
    const uint32_t half = clock & 1;
    const PhiloxBlock phases = draw_phases(search_, index_, clock);
    uint32_t due[kGroups];
    uint32_t turn[kGroups];
    for (uint32_t group = 0; group < kGroups; ++group) {
      const uint32_t clashing = table_.sizes[group];
      due[group] = clashing == 0 ? kNone : Turns{phase_of(phases, group), Turns::pace_of(clashing)}.when(0);
      turn[group] = 0;
      if (clock / 2 != drawn_for_) drawn_[group] = 0;
    }
    drawn_for_ = clock / 2;
    for (;;) {
      uint32_t next = 0;
      for (uint32_t group = 1; group < kGroups; ++group) next = due[group] < due[next] ? group : next;
      if (due[next] == kNone) return {0, kNone, 0};
      const PhiloxBlock draw = draw_for(clock, next, turn[next]);
      const Move move = proposed(next, draw.x[2 * half], draw.x[2 * half + 1], cold);
      if (move.color != kNone) return move;
      const Turns turns{phase_of(phases, next), Turns::pace_of(table_.sizes[next])};
      due[next] = ++turn[next] < kTurns ? turns.when(turn[next]) : kNone;
    }
  }

  /// A turn's draw, kept for the next move where that may look at it too.
  AATGS_FN PhiloxBlock draw_for(uint64_t clock, uint32_t group, uint32_t turn) {
    if (turn < drawn_[group]) return draws_[group][turn];
    const PhiloxBlock draw = draw_proposals(search_, index_, clock, group, turn);
    if (turn < kKept) {
      draws_[group][turn] = draw;
      drawn_[group] = turn + 1;
    }
    return draw;
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
  static constexpr uint32_t kKept = 4;
  PhiloxBlock draws_[kGroups][kKept];  // of the first turns, for an even move and the next one
  uint32_t drawn_[kGroups] = {};  // how many turns
  uint64_t drawn_for_ = ~uint64_t{0};
};

}  // namespace aatgs::whcr
