// The tables of a tabu walk: how often each colour occurs around each vertex, and the vertices in conflict. All of it
// is a function of the colouring and the tabu list, built anew at the start of each walk, so that snapshots stay small
// and a block needs one set of tables however many members it handles.
#pragma once
#include <cstdint>

#include "whcr/whcr_lanes.hpp"
#include "whcr/whcr_state.hpp"

namespace aatgs::whcr {

/// Counts are kept twice. `counts[c][v]` holds all of them, a colour's vertices side by side, because a move changes
/// two colours for all neighbours at once: on a dense graph that is two vector additions under the adjacency matrix's
/// row. `rows[slot][c]` copies those of the vertices in conflict, a vertex's colours side by side, because they are
/// searched.
struct Table {
  uint32_t stride;  // of counts
  uint32_t row_length;  // of rows
  int16_t* counts;  // colors x stride: edges, or their weights; kTabuBit marks a tabu pair
  int16_t* rows;  // n x row_length; kTabuBit also marks the vertex's own colour
  uint32_t words;  // of a set of vertices as bits; 0 on sparse graphs
  uint32_t* classes;  // colors x words: the vertices of each colour
  uint32_t* clashing;  // words: the vertices in conflict
  uint32_t* list;  // slot -> vertex in conflict
  uint32_t* slot;  // vertex -> slot or kNone
  int16_t* lowest;  // slot -> smallest entry of its row
  int16_t* own;  // slot -> conflicts of the vertex, or their weight
  uint32_t* met;  // slots that one move concerns
  uint32_t* due;  // clock modulo ring -> first tabu entry that ends then, or kNone
  uint32_t* due_next;  // tabu entry -> the next one that ends with it
  uint32_t* held;  // the tabu entries in force, in any order
  uint32_t* place;  // tabu entry -> where it is in `held`
  uint32_t* size;  // slots in use
  uint32_t* held_size;

  AATGS_FN Table(Carver& carver, const Graph& graph, uint32_t colors, uint32_t ring) {
    // Not a multiple of the cache's span: a vertex's counts lie one stride apart, and must not share one cache set.
    stride = (graph.n + 31) / 32 * 32 + 32;
    row_length = (colors + kRowChunk - 1) / kRowChunk * kRowChunk;
    size = carver.take<uint32_t>(1);
    held_size = carver.take<uint32_t>(1);
    counts = carver.take<int16_t>(uint64_t{colors} * stride);
    rows = carver.take<int16_t>(uint64_t{graph.n} * row_length);
    words = graph.bits ? graph.words : 0;
    classes = carver.take<uint32_t>(uint64_t{colors} * words);
    clashing = carver.take<uint32_t>(words);
    list = carver.take<uint32_t>(graph.n);
    slot = carver.take<uint32_t>(graph.n);
    lowest = carver.take<int16_t>(graph.n + kRowChunk);
    own = carver.take<int16_t>(graph.n + kRowChunk);
    met = carver.take<uint32_t>(graph.n + 1);
    due = carver.take<uint32_t>(ring);
    due_next = carver.take<uint32_t>(ring);
    held = carver.take<uint32_t>(ring);
    place = carver.take<uint32_t>(ring);
  }

  AATGS_FN int16_t* counts_of(uint32_t color) const { return counts + uint64_t{color} * stride; }
  AATGS_FN int16_t* row_of(uint32_t at) const { return rows + uint64_t{at} * row_length; }

  /// Gives a vertex that came into conflict a slot.
  AATGS_FN void enter(uint32_t v, uint32_t color, uint32_t colors) {
    const uint32_t at = (*size)++;
    int16_t* row = row_of(at);
    const int16_t* column = counts + v;
    for (uint32_t c = 0; c < colors; ++c) row[c] = column[uint64_t{c} * stride];
    for (uint32_t c = colors; c < row_length; ++c) row[c] = kPadding;
    own[at] = row[color] & kCountMask;
    row[color] |= kTabuBit;
    lowest[at] = row_lowest(row, row_length);
    list[at] = v;
    slot[v] = at;
    if (words) clashing[v / 32] |= 1u << (v % 32);
  }

  /// Frees a slot; the last one moves into its place.
  AATGS_FN void leave(uint32_t at) {
    const uint32_t last = --*size;
    const uint32_t v = list[at];
    slot[v] = kNone;
    if (words) clashing[v / 32] &= ~(1u << (v % 32));
    if (at == last) return;
    const int16_t* from = row_of(last);
    int16_t* to = row_of(at);
    for (uint32_t c = 0; c < row_length; ++c) to[c] = from[c];
    lowest[at] = lowest[last];
    own[at] = own[last];
    list[at] = list[last];
    slot[list[at]] = at;
  }

  /// A neighbour of the vertex in this slot left colour `from` for `to`; the edge counts `weight`.
  AATGS_FN void meet(uint32_t at, uint32_t from, uint32_t to, int16_t weight) const {
    int16_t* row = row_of(at);
    const int16_t low = lowest[at];
    const auto less = static_cast<int16_t>(row[from] - weight);
    const int16_t before = row[to];
    row[from] = less;
    row[to] = static_cast<int16_t>(before + weight);
    if (less < low) {
      lowest[at] = less;
    } else if (before == low) {
      lowest[at] = row_lowest(row, row_length);
    }
  }

  /// What a move means to a neighbour of the moved vertex, found through the list.
  AATGS_FN void meet_one(uint32_t u, uint32_t color, uint32_t from, uint32_t to, uint32_t colors, int16_t weight) {
    const uint32_t at = slot[u];
    if (at == kNone) {
      if (color == to) enter(u, to, colors);
      return;
    }
    meet(at, from, to, weight);
    if (color == to) own[at] = static_cast<int16_t>(own[at] + weight);
    if (color == from) lose(at, weight);
  }

  /// What it means to all of them, through the moved vertex's row of the matrix. `weight(u)`: of the edge to u.
  template <class Weight>
  AATGS_FN void meet_dense(const uint32_t* adjacent, uint32_t from, uint32_t to, uint32_t colors, Weight weight) {
    // First who is met, then what follows from it: nothing predicts who is whose neighbour, and a loop that branched on
    // it would run the costly part one row at a time.
    uint32_t count = 0;
    for (uint32_t at = 0; at < *size; ++at) {
      const uint32_t u = list[at];
      met[count] = at;
      count += (adjacent[u / 32] >> (u % 32)) & 1u;
    }
    for (uint32_t i = 0; i < count; ++i) meet(met[i], from, to, weight(list[met[i]]));

    const uint32_t* left = classes + from * words;
    const uint32_t* joined = classes + to * words;
    for (uint32_t w = 0; w < words; ++w) {
      const uint32_t in_conflict = clashing[w];
      const uint32_t known = adjacent[w] & in_conflict;
      for (uint32_t u = known & joined[w]; u != 0; u &= u - 1) {
        const uint32_t v = 32 * w + lowest_bit(u);
        own[slot[v]] = static_cast<int16_t>(own[slot[v]] + weight(v));
      }
      for (uint32_t u = known & left[w]; u != 0; u &= u - 1) {
        const uint32_t v = 32 * w + lowest_bit(u);
        lose(slot[v], weight(v));
      }
      for (uint32_t u = adjacent[w] & joined[w] & ~in_conflict; u != 0; u &= u - 1) {
        enter(32 * w + lowest_bit(u), to, colors);
      }
    }
  }

  /// Takes a conflict from a slot.
  AATGS_FN void lose(uint32_t at, int16_t weight) {
    own[at] = static_cast<int16_t>(own[at] - weight);
    if (own[at] == 0) leave(at);
  }

  /// The moved vertex's own side of a move.
  AATGS_FN void settle(uint32_t v, uint32_t from, uint32_t to) {
    if (words) {
      classes[from * words + v / 32] &= ~(1u << (v % 32));
      classes[to * words + v / 32] |= 1u << (v % 32);
    }
    const uint32_t at = slot[v];
    own[at] = row_of(at)[to] & kCountMask;
    row_of(at)[to] |= kTabuBit;
    if (own[at] == 0) leave(at);
  }

  /// Marks a pair as tabu; its vertex has a slot or not.
  AATGS_FN void forbid(uint32_t v, uint32_t color) {
    counts_of(color)[v] |= kTabuBit;
    const uint32_t at = slot[v];
    if (at == kNone) return;
    row_of(at)[color] |= kTabuBit;
    lowest[at] = row_lowest(row_of(at), row_length);
  }

  /// Lifts the mark of a pair whose vertex does not have that colour.
  AATGS_FN void allow(uint32_t v, uint32_t color) {
    counts_of(color)[v] &= kCountMask;
    const uint32_t at = slot[v];
    if (at == kNone) return;
    int16_t& entry = row_of(at)[color];
    entry &= kCountMask;
    if (entry < lowest[at]) lowest[at] = entry;
  }

  /// Keeps a tabu entry among those in force.
  AATGS_FN void hold(uint32_t entry) {
    place[entry] = *held_size;
    held[(*held_size)++] = entry;
  }
  AATGS_FN void drop(uint32_t entry) {
    const uint32_t last = held[--*held_size];
    held[place[entry]] = last;
    place[last] = place[entry];
  }

  /// Slots from counts and classes without tabu marks.
  AATGS_FN void enter_all(const uint16_t* color, uint32_t n, uint32_t colors) {
    *size = 0;
    *held_size = 0;
    for (uint32_t v = 0; v < n; ++v) {
      slot[v] = kNone;
      if (counts_of(color[v])[v] != 0) enter(v, color[v], colors);
    }
  }

  /// Counts, classes and slots from a colouring without tabu marks. Collective.
  template <class Block>
  AATGS_FN void build(Block& block, const Graph& graph, const uint16_t* color, uint32_t colors) {
    block.for_each(uint64_t{colors} * stride, [&](uint64_t i) { counts[i] = 0; });
    block.for_each(colors * words, [&](uint32_t i) { classes[i] = 0; });
    block.for_each(words, [&](uint32_t w) { clashing[w] = 0; });
    block.barrier();
    if (words) {
      block.for_each(words, [&](uint32_t w) {
        for (uint32_t v = 0; v < graph.n; ++v) {
          add_lanes(counts_of(color[v]) + 32 * w, graph.bits[uint64_t{v} * words + w]);
        }
        const uint32_t end = graph.n - 32 * w < 32 ? graph.n - 32 * w : 32;
        for (uint32_t j = 0; j < end; ++j) classes[color[32 * w + j] * words + w] |= 1u << j;
      });
    } else {
      block.for_each(graph.n, [&](uint32_t v) {
        for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) counts_of(color[graph.neighbours[a]])[v]++;
      });
    }
    block.barrier();
    block.leader([&] { enter_all(color, graph.n, colors); });
    block.barrier();
  }
};

}  // namespace aatgs::whcr
