// The weights of edges and their sums by vertex and colour, as one CPU thread keeps them for whcr_weighted.hpp.
//
// The sums are a Table's counts. On a dense graph the weights are a matrix, and a move adds one row of it to one colour and
// takes it from another, for all vertices at once; on others they stay with the arcs.
#pragma once
#include <cstdint>

#include "whcr/whcr_bytes.hpp"
#include "whcr/whcr_table.hpp"
#include "whcr/whcr_weighted_context.hpp"

namespace aatgs::whcr {

class WeightedSums {
 public:
  AATGS_FN WeightedSums(Carver& carver, const WhcrState& state, uint32_t index)
      : WeightedSums(carver, state.graph, state.max_colors) {
    weights_ = state.weights_of(index);
  }
  /// Without weights: for counting memory.
  AATGS_FN WeightedSums(Carver& carver, const Graph& graph, uint32_t max_colors)
      : table(carver, graph, max_colors, 1),
        graph_(graph),
        total_(carver.take<uint16_t>(graph.n)),
        is_matrix_(graph.weighs_rows),
        matrix_(is_matrix_ ? carver.take<int16_t>(uint64_t{graph.n} * table.stride) : nullptr) {}

  Table table;

  /// All weights 1.
  AATGS_FN void forget() {
    for (uint32_t a = 0; a < graph_.offsets[graph_.n]; ++a) weights_[a] = 1;
  }

  /// Takes up the member's weights.
  AATGS_FN void load(const uint16_t* color, uint32_t colors) {
    if (is_matrix_) {
      for (uint64_t i = 0; i < uint64_t{graph_.n} * table.stride; ++i) matrix_[i] = 0;
      for (uint32_t v = 0; v < graph_.n; ++v) {
        int16_t* row = row_of(v);
        for (uint32_t a = graph_.offsets[v]; a < graph_.offsets[v + 1]; ++a) {
          row[graph_.neighbours[a]] = static_cast<int16_t>(weights_[a]);
        }
      }
    }
    build(color, colors);
  }
  AATGS_FN void store() const {
    if (!is_matrix_) return;
    for (uint32_t v = 0; v < graph_.n; ++v) {
      const int16_t* row = row_of(v);
      for (uint32_t a = graph_.offsets[v]; a < graph_.offsets[v + 1]; ++a) {
        weights_[a] = static_cast<uint16_t>(row[graph_.neighbours[a]]);
      }
    }
  }

  /// The table and the totals, without tabus.
  AATGS_FN void build(const uint16_t* color, uint32_t colors) {
    colors_ = colors;
    for (uint64_t i = 0; i < uint64_t{colors} * table.stride; ++i) table.counts[i] = 0;
    for (uint32_t i = 0; i < colors * table.words; ++i) table.classes[i] = 0;
    for (uint32_t w = 0; w < table.words; ++w) table.clashing[w] = 0;
    for (uint32_t v = 0; v < graph_.n; ++v) {
      if (table.words) table.classes[color[v] * table.words + v / 32] |= 1u << (v % 32);
      if (is_matrix_) {
        add_rows(table.counts_of(color[v]), row_of(v), table.stride);
        continue;
      }
      for (uint32_t a = graph_.offsets[v]; a < graph_.offsets[v + 1]; ++a) {
        int16_t& sum = table.counts_of(color[graph_.neighbours[a]])[v];
        sum = static_cast<int16_t>(sum + weights_[a]);
      }
    }
    for (uint32_t v = 0; v < graph_.n; ++v) total_[v] = 0;
    for (uint32_t c = 0; c < colors; ++c) {
      const int16_t* sums = table.counts_of(c);
      for (uint32_t v = 0; v < graph_.n; ++v) total_[v] = static_cast<uint16_t>(total_[v] + sums[v]);
    }
    table.enter_all(color, graph_.n, colors);
  }

  /// Edges between vertices of one colour.
  AATGS_FN int32_t count_conflicts(const uint16_t* color) const {
    uint32_t ends = 0;
    for (uint32_t at = 0; at < *table.size; ++at) {
      const uint32_t v = table.list[at];
      for (uint32_t a = graph_.offsets[v]; a < graph_.offsets[v + 1]; ++a) {
        ends += color[graph_.neighbours[a]] == color[v] ? 1 : 0;
      }
    }
    return static_cast<int32_t>(ends / 2);
  }

  /// Makes the edges in conflict heavier; true where a vertex's weights may outgrow their bits.
  AATGS_FN bool learn(const uint16_t* color) {
    bool full = false;
    for (uint32_t at = 0; at < *table.size; ++at) {
      const uint32_t v = table.list[at];
      const uint32_t mine = color[v];
      uint32_t added = 0;
      if (is_matrix_) {
        const uint32_t* adjacent = graph_.bits + uint64_t{v} * graph_.words;
        const uint32_t* same = table.classes + mine * table.words;
        for (uint32_t w = 0; w < table.words; ++w) {
          for (uint32_t u = adjacent[w] & same[w]; u != 0; u &= u - 1) {
            row_of(v)[32 * w + lowest_bit(u)]++;
            ++added;
          }
        }
      } else {
        for (uint32_t a = graph_.offsets[v]; a < graph_.offsets[v + 1]; ++a) {
          if (color[graph_.neighbours[a]] != mine) continue;
          weights_[a]++;
          ++added;
        }
      }
      int16_t& count = table.counts_of(mine)[v];
      int16_t& copy = table.row_of(at)[mine];
      count = static_cast<int16_t>(count + added);
      copy = static_cast<int16_t>(copy + added);
      table.own[at] = static_cast<int16_t>(table.own[at] + added);
      total_[v] = static_cast<uint16_t>(total_[v] + added);
      full |= total_[v] + graph_.degree(v) > kMostWeightOfVertex;
    }
    return full;
  }

  /// All weights by half, none below 1. The table is left as it was.
  AATGS_FN void fade() {
    const auto half = [](uint32_t weight) { return (weight + 1) / 2; };
    if (is_matrix_) {
      for (uint64_t i = 0; i < uint64_t{graph_.n} * table.stride; ++i) {
        matrix_[i] = static_cast<int16_t>(half(static_cast<uint32_t>(matrix_[i])));
      }
    } else {
      for (uint32_t a = 0; a < graph_.offsets[graph_.n]; ++a) weights_[a] = static_cast<uint16_t>(half(weights_[a]));
    }
  }

  /// What a move means to the neighbours; what it changes in conflicting edges.
  AATGS_FN int32_t move(uint32_t v, uint32_t from, uint32_t to, const uint16_t* color) {
    int16_t* less = table.counts_of(from);
    int16_t* more = table.counts_of(to);
    int32_t change = 0;
    if (is_matrix_) {
      const int16_t* row = row_of(v);
      shift_rows(less, more, row, table.stride);
      const uint32_t* adjacent = graph_.bits + uint64_t{v} * graph_.words;
      const uint32_t* left = table.classes + from * table.words;
      const uint32_t* joined = table.classes + to * table.words;
      for (uint32_t w = 0; w < table.words; ++w) {
        change += static_cast<int32_t>(bytes::ones(adjacent[w] & joined[w]));
        change -= static_cast<int32_t>(bytes::ones(adjacent[w] & left[w]));
      }
      table.meet_dense(adjacent, from, to, colors_, [=](uint32_t u) { return row[u]; });
      return change;
    }
    const uint32_t begin = graph_.offsets[v];
    const uint32_t end = graph_.offsets[v + 1];
    for (uint32_t a = begin; a < end; ++a) {
      const uint32_t u = graph_.neighbours[a];
      less[u] = static_cast<int16_t>(less[u] - weights_[a]);
      more[u] = static_cast<int16_t>(more[u] + weights_[a]);
    }
    for (uint32_t a = begin; a < end; ++a) {
      const uint32_t u = graph_.neighbours[a];
      const uint32_t c = color[u];
      change += (c == to ? 1 : 0) - (c == from ? 1 : 0);
      table.meet_one(u, c, from, to, colors_, static_cast<int16_t>(weights_[a]));
    }
    return change;
  }

 private:
  AATGS_FN int16_t* row_of(uint32_t v) const { return matrix_ + uint64_t{v} * table.stride; }

  const Graph& graph_;
  uint16_t* total_;  // weight of all neighbours
  bool is_matrix_;
  int16_t* matrix_;  // n x stride
  uint16_t* weights_ = nullptr;
  uint32_t colors_ = 0;
};

}  // namespace aatgs::whcr
