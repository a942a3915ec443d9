// What is refused of a setup, and what is chosen where it leaves something open.
#pragma once
#include <cstdint>

#include "aatgs/module.hpp"
#include "whcr/whcr_shape.hpp"
#include "whcr/whcr_warp_tables.hpp"

namespace aatgs::whcr {

using Setup = SetupView<WhcrSetup>;

/// From so many colourings on, a GPU is what they are for.
inline constexpr uint32_t kManyMembers = 16;

/// Rounds of repair in a substep: the conflicts are listed anew in each.
inline constexpr uint32_t kRoundsPerSubstep = 64;

inline Graph view_graph(const Setup& setup) {
  Graph graph{};
  graph.n = setup->vertices;
  graph.words = (graph.n + 31) / 32;
  graph.offsets = setup.part<uint32_t>(0);
  graph.neighbours = setup.part<uint32_t>(1);
  graph.priorities = setup.part<uint8_t>(2);
  return graph;
}

inline WhcrDynamic choose_dynamic(const Setup& setup) {
  const auto asked = static_cast<WhcrDynamic>(setup->dynamic);
  if (asked != WhcrDynamic::AUTO) return asked;
  const Graph graph = view_graph(setup);
  if (!table_fits(graph, setup->max_colors)) return WhcrDynamic::REPAIR;
  // Measured on random and geometric graphs of 10,000 vertices: the weights find fewer colours there too.
  if (graph.n > kWarpVertices) return WhcrDynamic::WEIGHTED;
  return is_structured(graph) ? WhcrDynamic::MIXED : WhcrDynamic::TABLE;
}

/// Null, or what is wrong with the setup.
inline const char* check_setup(const Setup& setup) {
  const uint32_t n = setup->vertices;
  if (n == 0) return "vertices must be at least 1";
  if (setup->max_colors == 0 || setup->max_colors > 0xffff) return "maxColors must be between 1 and 65535";
  if (setup->population == 0 || setup->population > 0xffff) return "population must be between 1 and 65535";
  if (setup->colors > setup->max_colors) return "colors must be at most maxColors";
  if (setup->dynamic > static_cast<uint32_t>(WhcrDynamic::ANNEALED))
    return "dynamic must be AUTO, TABLE, REPAIR, SPARSE, MIXED, WEIGHTED or ANNEALED";
  if (setup->dynamic == static_cast<uint32_t>(WhcrDynamic::SPARSE) && setup->population != 1)
    return "population must be 1 with dynamic SPARSE: the whole team works on one colouring";
  if (setup->levels > kMaxLevels) return "levels must be at most 12";
  if (setup->beliefs > 1) return "beliefs must be 0 or 1";
  if (setup->init > static_cast<uint32_t>(WhcrInit::GREEDY)) return "the setup's init must be RANDOM or GREEDY";
  if (setup.count<uint32_t>(0) != uint64_t{n} + 1) return "part 0, the offsets, must hold vertices + 1 words";
  const Graph graph = view_graph(setup);
  if (graph.offsets[0] != 0) return "the first offset must be 0";
  for (uint32_t v = 0; v < n; ++v) {
    if (graph.offsets[v + 1] < graph.offsets[v]) return "the offsets must not fall";
  }
  if (setup.count<uint32_t>(1) != graph.offsets[n])
    return "part 1, the neighbours, must hold as many words as the last offset";
  for (uint32_t v = 0; v < n; ++v) {
    for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      if (graph.neighbours[a] >= n) return "a neighbour is not a vertex";
      if (graph.neighbours[a] == v) return "a vertex is its own neighbour";
    }
  }
  if (setup.parts() > 2 && setup.count<uint8_t>(2) != n)
    return "part 2, the priorities, must hold one byte for each vertex";
  const auto dynamic = static_cast<WhcrDynamic>(setup->dynamic);
  if ((uses_table(dynamic) || uses_weights(dynamic) || anneals(dynamic)) && !table_fits(graph, setup->max_colors)) {
    return "dynamics TABLE, MIXED, WEIGHTED and ANNEALED take at most 20000 vertices of degree at most 8191, and 64 "
           "MiB of "
           "counts; use AUTO or REPAIR";
  }
  return nullptr;
}

/// How many times as long as the annealed ones a walk under learnt weights takes for a move on a GPU, where annealing is what
/// a graph is for: 6 on latin_square_10 (683 neighbours). Elsewhere tabu walks are hardly faster than those, or learnt weights
/// are what a graph is for. Small populations are those of CPUs, where a move takes about as long.
inline uint32_t weighted_part(const Graph& graph, uint32_t population) {
  return population < kManyMembers || !is_regular(graph) ? 1 : 2 + static_cast<uint32_t>(mean_degree(graph) / 256);
}

/// Setup's numbers, with what it leaves open filled in. A walk builds its tables anew in each substep, which must not
/// cost more than a few of its moves: hence the dependence on the graph.
inline void choose_quanta(const Setup& setup, WhcrState& state) {
  const uint64_t arcs = state.graph.offsets[state.graph.n];
  const uint64_t n = state.graph.n;
  const auto at_least = [](uint64_t least, uint64_t value) { return value < least ? least : value; };
  const bool tables = uses_table(state.dynamic) || uses_weights(state.dynamic) || anneals(state.dynamic);
  uint64_t moves = tables ? at_least(2000, 4 * n) : at_least(10000, arcs / 64);
  if (state.dynamic == WhcrDynamic::SPARSE) moves = kRoundsPerSubstep;
  if (setup->moves_per_substep) moves = setup->moves_per_substep;
  const uint64_t grown = n * n / 25 < 200000 ? n * n / 25 : 200000;
  const uint64_t generation = setup->moves_per_generation ? setup->moves_per_generation : at_least(10000, grown);
  state.regular = is_regular(state.graph);
  state.weighted_part = weighted_part(state.graph, state.population);
  state.moves_per_substep = static_cast<uint32_t>(moves > 0x7fffffff ? 0x7fffffff : moves);
  state.substeps_per_generation = static_cast<uint32_t>(at_least(1, (generation + moves / 2) / moves));
}

}  // namespace aatgs::whcr
