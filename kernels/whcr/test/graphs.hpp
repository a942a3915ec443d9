// Small graphs with known answers, made here so that the tests need no files.
#pragma once
#include <random>

#include "whcr/test/harness.hpp"

namespace aatgs::whcr::test {

using Edges = std::vector<std::pair<uint32_t, uint32_t>>;

/// Squares of a board, joined where a queen could move: n colours when n is 5 or 7, n + 1 when it is 6.
inline CsrGraph queen(uint32_t n) {
  Edges edges;
  for (uint32_t a = 0; a < n * n; ++a) {
    for (uint32_t b = a + 1; b < n * n; ++b) {
      const int dx = static_cast<int>(a % n) - static_cast<int>(b % n);
      const int dy = static_cast<int>(a / n) - static_cast<int>(b / n);
      if (dx == 0 || dy == 0 || dx == dy || dx == -dy) edges.emplace_back(a, b);
    }
  }
  return CsrGraph::from_edges(n * n, edges);
}

/// The same on a torus: every vertex has as many neighbours.
inline CsrGraph queen_torus(uint32_t n) {
  Edges edges;
  for (uint32_t a = 0; a < n * n; ++a) {
    for (uint32_t b = a + 1; b < n * n; ++b) {
      const uint32_t dx = (b % n + n - a % n) % n;
      const uint32_t dy = b / n - a / n;
      if (dx == 0 || dy == 0 || dx == dy || dx + dy == n) edges.emplace_back(a, b);
    }
  }
  return CsrGraph::from_edges(n * n, edges);
}

/// Mycielski's graph without triangles that needs `colors` colours.
inline CsrGraph mycielski(uint32_t colors) {
  uint32_t n = 2;
  Edges edges = {{0, 1}};
  for (uint32_t c = 2; c < colors; ++c) {
    Edges next = edges;
    for (const auto& [a, b] : edges) next.insert(next.end(), {{a + n, b}, {a, b + n}});
    for (uint32_t v = 0; v < n; ++v) next.emplace_back(v + n, 2 * n);
    edges = std::move(next);
    n = 2 * n + 1;
  }
  return CsrGraph::from_edges(n, edges);
}

/// n vertices in `parts` classes of equal size; an edge between classes with probability `percent`. One part: G(n, p).
inline CsrGraph random_graph(uint32_t n, uint32_t percent, uint32_t parts, uint32_t seed) {
  std::mt19937 random(seed);
  Edges edges;
  for (uint32_t a = 0; a < n; ++a) {
    for (uint32_t b = a + 1; b < n; ++b) {
      if ((parts == 1 || a % parts != b % parts) && random() % 100 < percent) edges.emplace_back(a, b);
    }
  }
  return CsrGraph::from_edges(n, edges);
}

/// A random graph on the first `core` vertices, and others that hang on three vertices before them.
inline CsrGraph hubs(uint32_t n, uint32_t core, uint32_t percent, uint32_t seed) {
  std::mt19937 random(seed);
  Edges edges;
  for (uint32_t a = 0; a < core; ++a) {
    for (uint32_t b = a + 1; b < core; ++b) {
      if (random() % 100 < percent) edges.emplace_back(a, b);
    }
  }
  for (uint32_t v = core; v < n; ++v) {
    const uint32_t first = random() % (v - 2);
    for (uint32_t i = 0; i < 3; ++i) edges.emplace_back(first + i, v);
  }
  return CsrGraph::from_edges(n, edges);
}

inline CsrGraph grid(uint32_t side) {
  Edges edges;
  for (uint32_t y = 0; y < side; ++y) {
    for (uint32_t x = 0; x < side; ++x) {
      if (x + 1 < side) edges.emplace_back(y * side + x, y * side + x + 1);
      if (y + 1 < side) edges.emplace_back(y * side + x, y * side + side + x);
    }
  }
  return CsrGraph::from_edges(side * side, edges);
}

}  // namespace aatgs::whcr::test
