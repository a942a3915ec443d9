// Where everything of the dynamic SPARSE lies.
#pragma once
#include <cstdint>

#include "aatgs/module.hpp"
#include "whcr/whcr_state.hpp"

namespace aatgs::whcr {

/// Room for a core of at most half of the vertices, with whatever arcs they have; with k colours or more to look for, a vertex
/// of it has k neighbours there, so its sums are a part of its arcs.
inline void lay_out_core(Arena& arena, uint64_t arcs, WhcrState& state) {
  Sparse& sparse = state.sparse;
  Core& core = sparse.core;
  const uint64_t n = state.graph.n;
  core.most_arcs = arcs;
  core.most_sums = arcs / 4 + 4 * n;
  core.weights = arena.state<uint16_t>(core.most_arcs);
  core.sums = arena.scratch<uint32_t>(core.most_sums);
  core.aim = arena.scratch<uint16_t>(n);
  core.saved = arena.scratch<uint16_t>(n);
  core.best = arena.scratch<uint64_t>(uint64_t{2} * sparse.most_colors);
  core.counts = arena.scratch<uint32_t>(6);
  core.vertices = sparse.wait;
  core.numbers = sparse.turn;
  core.offsets = sparse.mass;
  core.rows = sparse.sorted;
  core.color = sparse.next;
  core.proposal = sparse.key;
  core.listed = sparse.ahead;
}

inline void lay_out_sparse(Arena& arena, uint32_t levels, uint32_t max_degree, uint64_t arcs, WhcrState& state) {
  Sparse& sparse = state.sparse;
  const uint64_t n = state.graph.n;
  const uint32_t needed = max_degree < kColors ? max_degree + 1 : kColors;
  sparse.most_colors = needed > state.max_colors ? needed : state.max_colors;
  sparse.search = arena.state<SparseSearch>(1);
  sparse.own = arena.state<uint32_t>(n);
  sparse.left_color = arena.state<uint16_t>(n);
  sparse.left_until = arena.state<uint32_t>(n);
  sparse.levels = levels;
  sparse.built = arena.state<uint32_t>(1);
  sparse.cluster = arena.state<uint32_t>(levels * n);
  sparse.masses = arena.state<LevelMass>(levels + 1, levels ? "levels" : nullptr);
  sparse.key = arena.scratch<uint64_t>(n);
  sparse.wait = arena.scratch<uint32_t>(n);
  sparse.turn = arena.scratch<uint32_t>(n);
  sparse.mass = arena.scratch<uint32_t>(n + 1);
  for (uint32_t*& list : sparse.lists) list = arena.scratch<uint32_t>(n);
  sparse.next = arena.scratch<uint16_t>(n);
  sparse.counts = arena.scratch<uint32_t>(4);
  sparse.sorted = arena.scratch<uint32_t>(arcs);
  sparse.ahead = arena.scratch<uint32_t>(n);
  for (uint32_t*& list : sparse.heavy) list = arena.scratch<uint32_t>(arcs / kHeavyDegree);
  for (uint32_t*& list : sparse.hubs) list = arena.scratch<uint32_t>(arcs / kHubDegree);
  sparse.ready = arena.scratch<uint32_t>(kWeights * 3);
  sparse.start = arena.scratch<uint32_t>(uint64_t{kWeights} * sparse.most_colors + 1);
  sparse.cursor = arena.scratch<uint32_t>(uint64_t{kWeights} * sparse.most_colors);
  state.rename = arena.scratch<uint32_t>(sparse.most_colors);
  lay_out_core(arena, arcs, state);
  arena.block_shared(kColorWindow);
  // Waits for memory are what takes the time: more threads, where there is work for them.
  const uint32_t blocks = 2 * arena.target().parallel_blocks;
  if (arena.target().is_cuda && n > uint64_t{blocks} * 256) arena.blocks(blocks);
}

}  // namespace aatgs::whcr
