// The walk of one member, by its style, and the memory walks and recombination take.
#pragma once
#include <cstdint>

#include "whcr/whcr_annealed.hpp"
#include "whcr/whcr_repair.hpp"
#include "whcr/whcr_tabu.hpp"
#include "whcr/whcr_weighted.hpp"
#if defined(__CUDACC__)
#include "whcr/whcr_weighted_threads.cuh"
#endif

namespace aatgs::whcr {

/// Bytes of working memory a block needs for anything it does.
inline uint64_t work_bytes(const Graph& graph, WhcrDynamic dynamic, uint32_t max_colors, uint32_t ring, bool cuda) {
  uint64_t most = 0;
  const auto keep = [&](const Carver& carver) { most = carver.used() > most ? carver.used() : most; };
  if (uses_table(dynamic)) {
    Carver walk(nullptr);
    Table(walk, graph, max_colors, ring);
    keep(walk);
  }
  if (uses_weights(dynamic)) {
    Carver walk(nullptr);
    if (cuda) {
      WeightedTables(walk, walk, graph.n, max_colors);
    } else {
      WeightedSums(walk, graph, max_colors);
    }
    keep(walk);
  }
  if (anneals(dynamic)) {
    Carver walk(nullptr);
    AnnealedTable(walk, graph, max_colors);
    keep(walk);
  }
  if (dynamic == WhcrDynamic::REPAIR) {
    Carver walk(nullptr);
    for (int i = 0; i < 3; ++i) walk.take<uint32_t>(graph.n);
    walk.take<uint32_t>(max_colors);
    walk.take<uint32_t>(1);
    keep(walk);
  }
  return most;
}

/// Bytes of working memory for making and recombining colourings.
inline uint64_t desk_bytes(const Graph& graph, uint32_t max_colors) {
  Carver desk(nullptr);  // agreement, the largest of them, and as much again as reduce and complete take together
  for (int i = 0; i < 4; ++i) desk.take<uint32_t>(max_colors + 1);
  desk.take<uint16_t>(graph.n);
  desk.take<uint32_t>(1);
  return desk.used();
}

/// The walk of one member. Collective.
template <class Block>
AATGS_FN void walk_by_style(Block& block, const WhcrState& state, uint32_t index, uint32_t moves, Style style) {
#if AATGS_ON_DEVICE
  if (style == Style::WEIGHTED) {
    weighted_walk_in_warps(state, index, moves, work_of(block, state, index), block.cancel_word());
    return;
  }
  uint32_t left = kNone;
  if (style == Style::ANNEALED) {
    left = walk_in_warps<AnnealedWarps>(state, index, moves, block.cancel_word());
  } else if (style == Style::RECOMBINED && !state.priors.active()) {
    left = walk_in_warps<WarpWalk>(state, index, moves, block.cancel_word());
  }
  if (left == 0) return;
  if (left != kNone) moves = left;
#endif
  Carver carver(work_of(block, state, index));
  if (style == Style::RECOMBINED) {
    TabuWalk<Block>(block, state, index, carver).run(moves);
#if !AATGS_ON_DEVICE
  } else if (style == Style::WEIGHTED) {
    WeightedWalk<Block>(block, state, index, carver).run(moves);
#endif
  } else if (style == Style::ANNEALED) {
    AnnealedWalk<Block>(block, state, index, carver).run(moves);
  } else {
    RepairWalk<Block>(block, state, index, carver).run(moves);
  }
}

/// Runs one member for a substep. Collective.
template <class Block>
AATGS_OUTLINE void walk(Block& block, const WhcrState& state, uint32_t index) {
  const Style style = state.style_of(index);
  walk_by_style(block, state, index, state.moves_of(style), style);
  if (style != Style::ANNEALED) return;
  block.leader([&] { regulate(state.members[index], index, state.search->best_cold); });
  block.barrier();
}

/// Counts the conflicts of a member's new colouring. Collective.
template <class Block>
AATGS_FN void count_conflicts(Block& block, const WhcrState& state, uint32_t index) {
  walk_by_style(block, state, index, 0, state.style_of(index));
}

}  // namespace aatgs::whcr
