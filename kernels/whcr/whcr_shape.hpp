// What a setup's choices depend on: how large a graph is, how dense, and how its degrees differ.
#pragma once
#include <cstdint>
#include <vector>

#include "whcr/whcr_state.hpp"

namespace aatgs::whcr {

/// Bounds of the tabu walk with tables: its counts have 13 bits, and its moves look at every vertex in conflict.
inline constexpr uint32_t kTableVertices = 20000;
inline constexpr uint32_t kTableDegree = 0x1fff;
inline constexpr uint64_t kTableBytes = uint64_t{64} << 20;

inline uint32_t max_degree(const Graph& graph) {
  uint32_t most = 0;
  for (uint32_t v = 0; v < graph.n; ++v) {
    const uint32_t degree = graph.offsets[v + 1] - graph.offsets[v];
    most = degree > most ? degree : most;
  }
  return most;
}

/// Above one edge in 16 the adjacency matrix as bits is faster than the lists, and not much larger.
inline bool is_dense(const Graph& graph) {
  return graph.n <= kTableVertices && uint64_t{graph.offsets[graph.n]} * 16 > uint64_t{graph.n} * graph.n;
}

/// Whether a CPU thread keeps learnt weights as a matrix. Below one edge in 8 its rows cost more than the arcs.
inline bool weighs_rows(const Graph& graph) {
  constexpr uint32_t kVertices = 4096;
  return graph.n <= kVertices && uint64_t{graph.offsets[graph.n]} * 8 > uint64_t{graph.n} * graph.n;
}

inline bool table_fits(const Graph& graph, uint32_t max_colors) {
  return graph.n <= kTableVertices && max_degree(graph) <= kTableDegree &&
         uint64_t{graph.n} * max_colors * sizeof(int16_t) <= kTableBytes;
}

inline double mean_degree(const Graph& graph) { return static_cast<double>(graph.offsets[graph.n]) / graph.n; }

/// The variance of the degrees, in that of a random graph with as many edges: for geometric, register allocation and
/// timetable graphs 1.3 to 70, for latin squares 0, for random graphs with a planted colouring 0.5 to 0.6.
inline double degree_variance(const Graph& graph) {
  const double n = graph.n;
  const double mean = mean_degree(graph);
  double squares = 0;
  for (uint32_t v = 0; v < graph.n; ++v) {
    const double off = graph.offsets[v + 1] - graph.offsets[v] - mean;
    squares += off * off;
  }
  const double random = mean * (1 - mean / n);
  return random > 0 ? squares / n / random : 1;
}

/// Whether the degrees differ much more or much less than those of a random graph: a sign of structure to learn.
inline bool is_structured(const Graph& graph) {
  const double variance = degree_variance(graph);
  return variance > 1.5 || variance < 0.25;
}
inline bool is_regular(const Graph& graph) { return degree_variance(graph) < 0.01; }

inline std::vector<uint32_t> order_by_degree(const Graph& graph) {
  // A counting sort: stable, so that equal degrees stay in the order of their indices.
  const auto degree = [&](uint32_t v) { return graph.offsets[v + 1] - graph.offsets[v]; };
  const uint32_t most = max_degree(graph);
  std::vector<uint32_t> place(uint64_t{most} + 2);
  for (uint32_t v = 0; v < graph.n; ++v) place[most - degree(v) + 1]++;
  for (uint32_t d = 0; d <= most; ++d) place[d + 1] += place[d];
  std::vector<uint32_t> order(graph.n);
  for (uint32_t v = 0; v < graph.n; ++v) order[place[most - degree(v)]++] = v;
  return order;
}

inline std::vector<uint32_t> adjacency_bits(const Graph& graph) {
  std::vector<uint32_t> bits(uint64_t{graph.n} * graph.words);
  for (uint32_t v = 0; v < graph.n; ++v) {
    uint32_t* row = bits.data() + uint64_t{v} * graph.words;
    for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      row[graph.neighbours[a] / 32] |= 1u << (graph.neighbours[a] % 32);
    }
  }
  return bits;
}

}  // namespace aatgs::whcr
