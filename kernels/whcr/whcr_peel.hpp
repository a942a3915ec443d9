// What decides about the number of colours: with k of them a vertex with fewer than k neighbours always finds one at the
// end, so it is left out, and so on; what stays is the k-core (S. Seidman, "Network structure and minimum degree", Social
// Networks 5, 1983). In graphs with hubs it is small.
#pragma once
#include <cstdint>

#include "whcr/whcr_greedy.hpp"

namespace aatgs::whcr {

/// Peeling goes round by round, all vertices with too few neighbours at once. After so many rounds it is given up: on a
/// graph like a path it takes as many as there are vertices.
inline constexpr uint32_t kPeelRounds = 8192;

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
    const auto release = [&](uint32_t u) {
      if (fetch_add(left[u], kNone) != k) return;
      sparse.own[u] = round + 1;
      push(after, count, u);
    };
    team.for_each(size, [&](uint32_t i) {
      const uint32_t v = list[i];
      if (graph.degree(v) >= kHeavyDegree) return;
      for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) release(graph.neighbours[a]);
    });
    team.for_each_group(size, [&](auto& group, uint32_t i) {
      const uint32_t v = list[i];
      const uint32_t degree = graph.degree(v);
      if (degree < kHeavyDegree) return;
      group.for_each(degree, [&](uint32_t a) { release(graph.neighbours[graph.offsets[v] + a]); });
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
