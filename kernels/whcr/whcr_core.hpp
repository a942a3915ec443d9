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

/// The core's neighbours of a vertex of it, in the order of the graph's. Collective.
template <class Group>
AATGS_FN void copy_row(Group& group, const WhcrState& state, uint32_t v, uint32_t* row) {
  const Sparse& sparse = state.sparse;
  const uint32_t* neighbours = state.graph.neighbours + state.graph.offsets[v];
  const uint32_t degree = state.graph.degree(v);
  for (uint32_t base = 0; base < degree; base += 32) {
    const uint32_t count = degree - base < 32 ? degree - base : 32;
    const uint32_t kept =
        group.any_bits(count, [&](uint32_t j) { return sparse.own[neighbours[base + j]] == 0 ? 1u << j : 0u; });
    group.for_each(count, [&](uint32_t j) {
      if ((kept >> j & 1) != 0) row[bytes::ones(kept & ((1u << j) - 1))] = sparse.core.numbers[neighbours[base + j]];
    });
    row += bytes::ones(kept);
  }
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

/// Numbers the core's vertices and copies their rows. Collective.
template <class Team>
AATGS_OUTLINE void build_core(Team& team, const WhcrState& state) {
  const Sparse& sparse = state.sparse;
  const Core& core = sparse.core;
  const uint32_t size = sparse.search->core_vertices;
  number_core(team, state);
  team.for_each(state.graph.n, [&](uint32_t v) {
    if (sparse.own[v] == 0) core.vertices[core.numbers[v]] = v;
  });
  team.barrier();
  team.for_each_group(size, [&](auto& group, uint32_t i) {
    const uint32_t v = core.vertices[i];
    const uint32_t* neighbours = state.graph.neighbours + state.graph.offsets[v];
    const auto degree = group.template sum<uint32_t>(
        state.graph.degree(v), [&](uint32_t a) { return sparse.own[neighbours[a]] == 0 ? 1u : 0u; });
    group.leader([&] { core.offsets[i] = degree; });
  });
  team.barrier();
  const uint32_t arcs = accumulate(team, core.offsets, size, sparse.lists[0]);
  team.leader([&] { core.offsets[size] = arcs; });
  team.for_each_group(
      size, [&](auto& group, uint32_t i) { copy_row(group, state, core.vertices[i], core.rows + core.offsets[i]); });
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
