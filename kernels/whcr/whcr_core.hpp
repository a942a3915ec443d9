// The core of a peeled graph as a graph of its own, built at the start of every substep: its vertices numbered in their
// order, its rows without the rest, and the weight of each vertex's neighbours by colour.
#pragma once
#include <cstdint>

#include "whcr/whcr_bytes.hpp"
#include "whcr/whcr_peel.hpp"

namespace aatgs::whcr {

/// Replaces each of n values by the sum of those before it. `sums` has room for the square root of n and 1024. Collective.
template <class Team>
AATGS_OUTLINE uint32_t accumulate(Team& team, uint32_t* values, uint32_t n, uint32_t* sums) {
  uint32_t chunk = 64;
  while (uint64_t{chunk} * chunk < n) chunk *= 2;
  const uint32_t chunks = (n + chunk - 1) / chunk;
  const auto end = [&](uint32_t i) { return (i + 1) * chunk < n ? (i + 1) * chunk : n; };
  team.for_each(chunks, [&](uint32_t i) {
    uint32_t sum = 0;
    AATGS_UNROLL_4
    for (uint32_t j = i * chunk; j < end(i); ++j) sum += values[j];
    sums[i] = sum;
  });
  team.barrier();
  team.leader([&] {
    uint32_t before = 0;
    for (uint32_t i = 0; i < chunks; ++i) {
      const uint32_t sum = sums[i];
      sums[i] = before;
      before += sum;
    }
    sums[chunks] = before;
  });
  team.barrier();
  team.for_each(chunks, [&](uint32_t i) {
    uint32_t before = sums[i];
    for (uint32_t j = i * chunk; j < end(i); ++j) {
      const uint32_t value = values[j];
      values[j] = before;
      before += value;
    }
  });
  const uint32_t total = sums[chunks];
  team.barrier();
  return total;
}

/// Numbers the core's vertices. Collective.
template <class Team>
AATGS_OUTLINE void number_core(Team& team, const WhcrState& state) {
  const Sparse& sparse = state.sparse;
  uint32_t* numbers = sparse.core.numbers;
  team.for_each(state.graph.n, [&](uint32_t v) { numbers[v] = sparse.own[v] == 0 ? 1 : 0; });
  team.barrier();
  accumulate(team, numbers, state.graph.n, sparse.lists[0]);
}

/// Rows of the core are copied in pieces: a vertex with 65,000 neighbours would hold up all others. Which vertex a piece is
/// of, and how many of its neighbours are in the core, lie in memory of greedy colouring.
struct Pieces {
  uint32_t length;
  uint32_t* first;  // of a vertex of the core
  uint32_t* owner;
  uint32_t* kept;  // then: where they go

  /// At most n pieces: no more than half of all vertices are in the core.
  AATGS_FN explicit Pieces(const WhcrState& state)
      : length(512),
        first(reinterpret_cast<uint32_t*>(state.sparse.key)),
        owner(first + state.graph.n),
        kept(state.sparse.lists[1]) {
    while (uint64_t{length} * state.graph.n < uint64_t{2} * state.graph.offsets[state.graph.n]) length *= 2;
  }
  AATGS_FN uint32_t count(uint32_t degree) const { return (degree + length - 1) / length; }
};

/// Numbers the core's vertices and copies their rows, without the neighbours outside it, in the order of the graph's. Collective.
template <class Team>
AATGS_OUTLINE void build_core(Team& team, const WhcrState& state) {
  const Graph& graph = state.graph;
  const Sparse& sparse = state.sparse;
  const Core& core = sparse.core;
  const uint32_t size = sparse.search->core_vertices;
  const Pieces pieces(state);
  uint32_t* sums = sparse.lists[0];
  number_core(team, state);
  team.for_each(graph.n, [&](uint32_t v) {
    if (sparse.own[v] != 0) return;
    core.vertices[core.numbers[v]] = v;
    pieces.first[core.numbers[v]] = pieces.count(graph.degree(v));
  });
  team.barrier();
  const uint32_t count = accumulate(team, pieces.first, size, sums);
  team.for_each(size, [&](uint32_t i) {
    const uint32_t end = pieces.first[i] + pieces.count(graph.degree(core.vertices[i]));
    for (uint32_t p = pieces.first[i]; p < end; ++p) pieces.owner[p] = i;
  });
  team.barrier();
  // 32 neighbours of a piece, or what is left; and which of them are in the core.
  const auto for_each_word = [&](auto& group, uint32_t p, auto&& f) {
    const uint32_t v = core.vertices[pieces.owner[p]];
    const uint32_t begin = (p - pieces.first[pieces.owner[p]]) * pieces.length;
    const uint32_t end = begin + pieces.length < graph.degree(v) ? begin + pieces.length : graph.degree(v);
    for (uint32_t at = begin; at < end; at += 32) {
      const uint32_t* row = graph.neighbours + graph.offsets[v] + at;
      const uint32_t most = end - at < 32 ? end - at : 32;
      f(row, most, group.any_bits(most, [&](uint32_t j) { return sparse.own[row[j]] == 0 ? 1u << j : 0u; }));
    }
  };
  team.for_each_group(count, [&](auto& group, uint32_t p) {
    uint32_t kept = 0;
    for_each_word(group, p, [&](const uint32_t*, uint32_t, uint32_t inside) { kept += bytes::ones(inside); });
    group.leader([&] { pieces.kept[p] = kept; });
  });
  team.barrier();
  const uint32_t arcs = accumulate(team, pieces.kept, count, sums);
  team.for_each(size, [&](uint32_t i) { core.offsets[i] = pieces.kept[pieces.first[i]]; });
  team.leader([&] { core.offsets[size] = arcs; });
  team.for_each_group(count, [&](auto& group, uint32_t p) {
    uint32_t* to = core.rows + pieces.kept[p];
    for_each_word(group, p, [&](const uint32_t* row, uint32_t most, uint32_t inside) {
      group.for_each(most, [&](uint32_t j) {
        if ((inside >> j & 1) != 0) to[bytes::ones(inside & ((1u << j) - 1))] = core.numbers[row[j]];
      });
      to += bytes::ones(inside);
    });
  });
  team.barrier();
}

/// The colours of the core and the sums of its vertices, `stride` words each. Collective.
template <class Team>
AATGS_OUTLINE void weigh_core(Team& team, const WhcrState& state, uint32_t stride) {
  const Core& core = state.sparse.core;
  const uint32_t size = state.sparse.search->core_vertices;
  team.for_each(uint64_t{size} * stride, [&](uint64_t i) { core.sums[i] = 0; });
  team.for_each(size, [&](uint32_t i) {
    core.color[i] = core.aim[i] = state.colors[core.vertices[i]];
    core.listed[i] = 0;
  });
  team.barrier();
  team.for_each_group(size, [&](auto& group, uint32_t i) {
    uint32_t* sums = core.sums + uint64_t{i} * stride;
    const uint32_t begin = core.offsets[i];
    group.for_each(core.offsets[i + 1] - begin,
                   [&](uint32_t a) { fetch_add(sums[core.color[core.rows[begin + a]]], core.weights[begin + a]); });
  });
  team.barrier();
}

/// All weights are one again: another core, or another search. Collective.
template <class Team>
AATGS_OUTLINE void forget_weights(Team& team, const WhcrState& state) {
  team.for_each(state.sparse.core.most_arcs, [&](uint64_t a) { state.sparse.core.weights[a] = 1; });
  team.barrier();
}

}  // namespace aatgs::whcr
