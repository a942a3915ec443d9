// Greedy colouring by the whole team (M. Jones, P. Plassmann, "A parallel graph coloring heuristic", SIAM J. Sci. Comput.
// 14, 1993), vertices of high degree first as in ECL-GC (G. Alabandi, E. Powers, M. Burtscher, "Increasing the
// parallelism of graph coloring via shortcutting", PPoPP 2020). A vertex waits for its neighbours that come first, so
// the result is that of colouring one vertex after the other in that order, whoever does the work.
#pragma once
#include <cstdint>

#include "aatgs/atomic.hpp"
#include "whcr/whcr_first_fit.hpp"

namespace aatgs::whcr {

/// From this degree on a group works on one vertex.
inline constexpr uint32_t kGroupDegree = 64;

/// Adds a vertex to a list that is read as a set.
AATGS_FN void push(uint32_t* list, uint32_t& count, uint32_t v) { list[fetch_add(count, 1)] = v; }

/// Gives a vertex its colour, and lets those go ahead that waited for nobody else.
struct Placer {
  const Graph& graph;
  uint16_t* color;
  uint32_t* wait;
  uint32_t* ready;
  uint32_t& ready_count;

  AATGS_FN void release(uint32_t u) const {
    if (color[u] == kUncolored && fetch_add(wait[u], kNone) == 1) push(ready, ready_count, u);
  }
  AATGS_FN void place(uint32_t v, uint32_t c) const {
    color[v] = static_cast<uint16_t>(c);
    for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) release(graph.neighbours[a]);
  }
};

/// Colours what is uncoloured, with colours below `limit`: the first that fits, or else the one fewest neighbours have.
/// Collective.
template <class Team>
AATGS_OUTLINE void color_greedily(Team& team, const WhcrState& state, uint32_t limit) {
  const Graph& graph = state.graph;
  const Sparse& sparse = state.sparse;
  const Search& search = *state.search;
  uint16_t* color = state.colors;
  const uint32_t salt = random_for(search, Purpose::ORDER, 0, search.events).next();
  team.leader([&] { sparse.counts[0] = sparse.counts[1] = sparse.counts[2] = 0; });
  team.for_each(graph.n, [&](uint32_t v) {
    const uint32_t degree = graph.degree(v) < 0xfffff ? graph.degree(v) : 0xfffff;
    sparse.key[v] = uint64_t{state.priors.bias[v]} << 52 | uint64_t{degree} << 32 | mix(v, salt);
  });
  team.barrier();
  team.for_each(graph.n, [&](uint32_t v) {
    if (color[v] != kUncolored) return;
    uint32_t first = 0;
    for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      const uint32_t u = graph.neighbours[a];
      first += color[u] == kUncolored && sparse.key[u] > sparse.key[v] ? 1 : 0;
    }
    sparse.wait[v] = first;
    if (first == 0) push(sparse.lists[0], sparse.counts[0], v);
  });
  team.barrier();
  for (uint32_t round = 0;; ++round) {
    const uint32_t size = sparse.counts[round % 3];
    if (size == 0 || team.cancelled()) break;
    const uint32_t* list = sparse.lists[round % 2];
    const Placer placer{graph, color, sparse.wait, sparse.lists[(round + 1) % 2], sparse.counts[(round + 1) % 3]};
    const auto settle = [&](uint32_t v, uint32_t fit) {
      if (fit < limit) return fit;
      return least_met(graph, state.priors, color, v, limit, kNone, kNone, mix(v, salt)).color;
    };
    // Nobody in the list is a neighbour of another, so nobody's colour changes while it is looked at.
    team.leader([&] { sparse.counts[(round + 2) % 3] = 0; });
    team.for_each(size, [&](uint32_t i) {
      const uint32_t v = list[i];
      if (graph.degree(v) < kGroupDegree) placer.place(v, settle(v, first_fit(graph, color, v)));
    });
    team.for_each_group(size, [&](auto& group, uint32_t i) {
      const uint32_t v = list[i];
      if (graph.degree(v) < kGroupDegree) return;
      const uint32_t fit = first_fit(group, graph, color, v);
      group.leader([&] { color[v] = static_cast<uint16_t>(settle(v, fit)); });
      group.barrier();
      const uint32_t* neighbours = graph.neighbours + graph.offsets[v];
      group.for_each(graph.degree(v), [&](uint32_t a) { placer.release(neighbours[a]); });
    });
    team.barrier();
  }
  if (team.cancelled()) {
    // Nobody will look at the result, but it must not lead out of the tables.
    team.for_each(graph.n, [&](uint32_t v) { color[v] = color[v] == kUncolored ? 0 : color[v]; });
  }
  team.barrier();
}

/// The largest colour in use, plus one. Collective.
template <class Team>
AATGS_OUTLINE uint32_t count_colors(Team& team, const WhcrState& state, const uint16_t* color) {
  return 1 + ~team.template min<uint32_t>(state.graph.n, [&](uint32_t v) { return ~uint32_t{color[v]}; });
}

}  // namespace aatgs::whcr
