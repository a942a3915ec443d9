// What decides about the number of colours: with k of them a vertex with fewer than k neighbours always finds one at the
// end, so it is left out, and so on; what stays is the k-core (S. Seidman, "Network structure and minimum degree", Social
// Networks 5, 1983). In graphs with hubs it is small.
#pragma once
#include <cstdint>

#include "whcr/whcr_greedy.hpp"

namespace aatgs::whcr {

/// Peeling goes round by round, all vertices with too few neighbours at once. After so many rounds it is given up: R-MAT takes
/// 3, a mesh of 10^6 points up to 350, but a path as many as it has vertices.
inline constexpr uint32_t kPeelRounds = 512;

/// What is left.
struct Peeled {
  uint32_t vertices;
  uint64_t arcs;
  bool done;
};

/// Peels down to the k-core: `own` gets the round in which each vertex went, 0 for the core. Collective.
template <class Team>
AATGS_OUTLINE Peeled peel(Team& team, const WhcrState& state, uint32_t k) {
  const Graph& graph = state.graph;
  const Sparse& sparse = state.sparse;
  uint32_t* left = sparse.ahead;
  team.leader([&] { sparse.counts[0] = sparse.counts[1] = sparse.counts[2] = 0; });
  team.barrier();
  team.for_each(graph.n, [&](uint32_t v) {
    const uint32_t degree = graph.degree(v);
    left[v] = degree;
    sparse.own[v] = degree < k ? 1 : 0;
    if (degree < k) push(sparse.lists[0], sparse.counts[0], v);
  });
  team.barrier();
  bool done = false;
  for (uint32_t round = 1; round < kPeelRounds && !team.cancelled(); ++round) {
    const uint32_t* list = sparse.lists[(round + 1) % 2];
    uint32_t* after = sparse.lists[round % 2];
    const uint32_t size = sparse.counts[(round + 2) % 3];
    uint32_t& count = sparse.counts[round % 3];
    done = size == 0;
    if (done) break;
    team.leader([&] { sparse.counts[(round + 1) % 3] = 0; });
    const auto enlist = [&](uint32_t u) {
      sparse.own[u] = round + 1;
      push(after, count, u);
    };
    // Four at a time, so that memory is waited for once.
    const auto release_four = [&](const uint32_t* row, uint32_t at, uint32_t degree) {
      uint32_t u[4];
      bool last[4];
      unrolled<4>([&](auto j) { u[j] = at + j < degree ? row[at + j] : kNone; });
      unrolled<4>([&](auto j) { last[j] = u[j] != kNone && fetch_add(left[u[j]], kNone) == k; });
      unrolled<4>([&](auto j) {
        if (last[j]) enlist(u[j]);
      });
    };
    team.for_each(size, [&](uint32_t i) {
      const uint32_t v = list[i];
      const uint32_t degree = graph.degree(v);
      if (degree >= kHeavyDegree) return;
      for (uint32_t a = 0; a < degree; a += 4) release_four(graph.neighbours + graph.offsets[v], a, degree);
    });
    team.for_each_group(size, [&](auto& group, uint32_t i) {
      const uint32_t v = list[i];
      const uint32_t degree = graph.degree(v);
      if (degree < kHeavyDegree) return;
      const uint32_t* row = graph.neighbours + graph.offsets[v];
      group.for_each((degree + 3) / 4, [&](uint32_t a) { release_four(row, 4 * a, degree); });
    });
    team.barrier();
  }
  const auto vertices = team.template sum<uint32_t>(graph.n, [&](uint32_t v) { return sparse.own[v] == 0 ? 1u : 0u; });
  const auto arcs =
      team.template sum<uint64_t>(graph.n, [&](uint32_t v) { return sparse.own[v] == 0 ? uint64_t{left[v]} : 0u; });
  team.barrier();
  return {vertices, arcs, done};
}

/// Colours what was peeled, the last first; `state.colors` holds the colours of the core. Needs no colour from `limit` on,
/// which is at least the core's k. Collective.
template <class Team>
AATGS_OUTLINE void color_peeled(Team& team, const WhcrState& state, uint32_t limit) {
  team.for_each(state.graph.n, [&](uint32_t v) {
    if (state.sparse.own[v] != 0) state.colors[v] = kUncolored;
  });
  team.barrier();
  GreedyColoring<Team>(team, state, limit, false, state.sparse.own).run();
}

}  // namespace aatgs::whcr
