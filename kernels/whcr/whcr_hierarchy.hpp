// The wavelet hierarchy: clusters of vertices, each level about half as many as the one below, and the conflict signal on
// them. Approximation: the conflicts in a cluster; detail: what a vertex has beyond the mean of its cluster.
//
// Levels come from heavy-edge matching (G. Karypis, V. Kumar, "A fast and high quality multilevel scheme for partitioning
// irregular graphs", SIAM J. Sci. Comput. 20, 1998) without building coarse graphs: every edge between two clusters draws
// a hash, and the highest wins, so a pair wins with a probability in proportion to the edges between it.
#pragma once
#include <cstdint>

#include "aatgs/atomic.hpp"
#include "whcr/whcr_state.hpp"

namespace aatgs::whcr {

/// Matching sweeps of a level: after the first about half of the clusters are matched, after the second most.
inline constexpr uint32_t kSweeps = 2;

/// One sweep: clusters propose to each other, and those that agree become one, named after the lower. `wait` holds each
/// cluster's new name, kNone while it is unmatched. Collective.
template <class Team>
AATGS_OUTLINE void match_clusters(Team& team, const WhcrState& state, const uint32_t* below, uint32_t salt) {
  const Graph& graph = state.graph;
  uint64_t* proposal = state.sparse.key;
  uint32_t* name = state.sparse.wait;
  const auto cluster = [&](uint32_t v) { return below ? below[v] : v; };
  team.for_each(graph.n, [&](uint32_t c) { proposal[c] = 0; });
  team.barrier();
  team.for_each(graph.n, [&](uint32_t v) {
    const uint32_t mine = cluster(v);
    if (name[mine] != kNone) return;
    uint64_t best = 0;
    for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      const uint32_t u = graph.neighbours[a];
      const uint32_t other = cluster(u);
      if (other == mine || name[other] != kNone) continue;
      const uint32_t draw = u < v ? mix(u, salt) ^ mix(v, ~salt) : mix(v, salt) ^ mix(u, ~salt);
      const uint64_t offer = uint64_t{draw} << 32 | other;
      best = offer > best ? offer : best;
    }
    if (best != 0) raise(proposal[mine], best);
  });
  team.barrier();
  team.for_each(graph.n, [&](uint32_t c) {
    if (proposal[c] == 0) return;
    const auto other = static_cast<uint32_t>(proposal[c]);
    if (proposal[other] != 0 && static_cast<uint32_t>(proposal[other]) == c) name[c] = c < other ? c : other;
  });
  team.barrier();
}

/// Builds all levels, once: they depend on nothing but the graph. Collective.
template <class Team>
AATGS_OUTLINE void build_hierarchy(Team& team, const WhcrState& state) {
  const Sparse& sparse = state.sparse;
  const uint32_t n = state.graph.n;
  const bool done = *sparse.built != 0;
  team.barrier();
  if (done) return;
  for (uint32_t level = 0; level < sparse.levels; ++level) {
    const uint32_t* below = level ? sparse.cluster + uint64_t{level - 1} * n : nullptr;
    uint32_t* cluster = sparse.cluster + uint64_t{level} * n;
    team.for_each(n, [&](uint32_t c) { sparse.wait[c] = kNone; });
    team.barrier();
    for (uint32_t sweep = 0; sweep < kSweeps; ++sweep) {
      match_clusters(team, state, below, mix(level * kSweeps + sweep, 0x5bd1e995u));
    }
    team.for_each(n, [&](uint32_t v) {
      const uint32_t mine = below ? below[v] : v;
      cluster[v] = sparse.wait[mine] == kNone ? mine : sparse.wait[mine];
    });
    team.barrier();
  }
  team.leader([&] { *sparse.built = 1; });
  team.barrier();
}

/// The cluster of a vertex on a level; level 0 are the vertices themselves.
AATGS_FN uint32_t cluster_of(const WhcrState& state, uint32_t level, uint32_t v) {
  return level ? state.sparse.cluster[uint64_t{level - 1} * state.graph.n + v] : v;
}

/// Adds up the conflicts of the listed vertices in their clusters of a level. Clusters without a listed vertex are left
/// as they are. Collective.
template <class Team>
AATGS_FN void gather_mass(Team& team, const WhcrState& state, uint32_t level, const uint32_t* list, uint32_t size) {
  const Sparse& sparse = state.sparse;
  team.for_each(size, [&](uint32_t i) {
    const uint32_t c = cluster_of(state, level, list[i]);
    put(sparse.mass[c], 0u);
    put(sparse.key[c], uint64_t{0});
  });
  team.barrier();
  team.for_each(size,
                [&](uint32_t i) { fetch_add(sparse.mass[cluster_of(state, level, list[i])], sparse.own[list[i]]); });
  team.barrier();
}

/// How the conflicts of the listed vertices, all there are, lie on each level: for the host. Collective.
template <class Team>
AATGS_OUTLINE void measure_levels(Team& team, const WhcrState& state, const uint32_t* list, uint32_t size) {
  const Sparse& sparse = state.sparse;
  uint32_t* found = sparse.lists[1];
  for (uint32_t level = 0; level <= sparse.levels; ++level) {
    gather_mass(team, state, level, list, size);
    // The first to ask takes the cluster's mass along: each cluster is counted once.
    team.for_each(size, [&](uint32_t i) { found[i] = exchange(sparse.mass[cluster_of(state, level, list[i])], 0); });
    team.barrier();
    const auto held = team.template sum<uint32_t>(size, [&](uint32_t i) { return found[i] != 0 ? 1u : 0u; });
    const auto rest = team.template min<uint32_t>(size, [&](uint32_t i) { return ~found[i]; });
    team.leader([&] { sparse.masses[level] = {held, ~rest}; });
    team.barrier();
  }
}

}  // namespace aatgs::whcr
