// From a setup to an instance: where everything lies.
#pragma once
#include <cstdint>
#include <vector>

#include "aatgs/module.hpp"
#include "whcr/whcr_choices.hpp"
#include "whcr/whcr_population.hpp"
#include "whcr/whcr_sparse_setup.hpp"

namespace aatgs::whcr {

/// Shared memory a walk may take. Two walks on a multiprocessor hide each other's waits where there are enough of them.
inline uint64_t walk_limit(Arena& arena, uint32_t population) {
  arena.blocks(population);
  const uint64_t most = arena.target().block_shared_bytes;
  return population > arena.target().parallel_blocks ? most / 2 - 2048 : most;
}

/// The walk in warps: as much of its tables as fits lies in shared memory, whose size this gives back.
inline uint64_t lay_out_warps(Arena& arena, uint64_t limit, WhcrState& state) {
  const WarpTables tables(state.graph.n);
  const uint64_t all = tables.bytes(WarpTier::ALL, state.graph.n, state.max_colors);
  const WarpTier tier = tables.tier(state.graph.n, state.max_colors, limit);
  state.warp_shared = tier == WarpTier::NONE ? 0 : all < limit ? all : limit;
  if (tier == WarpTier::COLORS) {
    state.warp_counts = arena.scratch<uint8_t>(tables.counts(state.max_colors) * state.population);
  }
  return state.warp_shared;
}

/// Where blocks work: in their shared memory as far as it goes, or else in memory of each member's own.
inline void lay_out_work(Arena& arena, bool warps, bool matrix, WhcrState& state) {
  // Counting only: whether the matrix exists must be known when the arena hands out no addresses yet.
  Graph counted = state.graph;
  static constexpr uint32_t kSomeBits = 0;
  counted.bits = matrix ? &kSomeBits : nullptr;
  const uint64_t desk = desk_bytes(counted, state.max_colors);
  const uint64_t walk = work_bytes(counted, state.dynamic, state.max_colors, state.ring, arena.target().is_cuda);
  state.work_bytes = walk > desk ? walk : desk;
  const uint64_t limit = arena.target().block_shared_bytes;
  state.work = nullptr;
  state.warp_shared = 0;
  state.warp_counts = nullptr;
  state.weighted_tier = WeightedTier::NONE;
  uint64_t shared = state.work_bytes;
  const bool weighted = arena.target().is_cuda && uses_weights(state.dynamic);
  if (warps || weighted || shared > limit) {
    state.work = arena.scratch<uint8_t>(state.work_bytes * state.population);
    shared = 0;
  }
  if (warps || weighted) {
    const uint64_t most = walk_limit(arena, state.population);
    if (warps) shared = lay_out_warps(arena, most, state);
    uint64_t bytes = 0;
    if (weighted) state.weighted_tier = WeightedTables::tier(counted.n, state.max_colors, most, bytes);
    shared = bytes > shared ? bytes : shared;
  }
  state.desk_shared = desk <= limit;
  if (state.desk_shared && desk > shared) shared = desk;
  arena.block_shared(shared);
}

inline void lay_out_state(Arena& arena, const Setup& setup, WhcrState& state) {
  Graph& graph = state.graph;
  graph = view_graph(setup);
  state.max_colors = setup->max_colors;
  state.population = setup->population;
  state.dynamic = choose_dynamic(setup);
  choose_quanta(setup, state);
  state.first_colors = setup->colors;
  state.first_target = setup->target_colors;
  state.first_init = static_cast<WhcrInit>(setup->init);
  state.first_seed = setup->seed;
  const bool table = uses_table(state.dynamic);

  // The parts belong to the caller; from here on the graph is the arena's copy.
  const Graph given = graph;
  const bool sparse = state.dynamic == WhcrDynamic::SPARSE;
  const auto order = sparse ? std::vector<uint32_t>() : order_by_degree(given);
  const bool anneals_here = anneals(state.dynamic);
  const bool warps = (table || anneals_here) && arena.target().is_cuda && given.n <= kWarpVertices;
  const bool weighs = uses_weights(state.dynamic) && !arena.target().is_cuda;
  const bool matrix = warps || ((table || anneals_here || weighs) && is_dense(given));
  const auto bits = matrix ? adjacency_bits(given) : std::vector<uint32_t>();
  graph.weighs_rows = weighs && weighs_rows(given);
  graph.offsets = arena.constant(uint64_t{given.n} + 1, given.offsets);
  graph.neighbours = arena.constant(uint64_t{given.offsets[given.n]}, given.neighbours);
  graph.order = arena.constant(order.size(), order.data());
  graph.bits = bits.empty() ? nullptr : arena.constant(bits.size(), bits.data());
  graph.priorities = setup.parts() > 2 ? arena.constant(uint64_t{given.n}, given.priorities) : nullptr;

  const uint64_t p = state.population;
  const uint64_t n = graph.n;
  state.ring = table ? tabu_ring(graph.n) : 0;
  state.best = arena.state<uint32_t>(n, "best");
  state.colors = arena.state<uint16_t>(p * n, "members");
  state.members = arena.state<Member>(sparse ? 0 : p);
  state.search = arena.state<Search>(1);
  state.couples = arena.state<Couple>(p / 2);
  state.bests = arena.state<uint16_t>(sparse ? 0 : p * n);
  state.elites = arena.state<uint16_t>(p / 2 * 2 * n);
  state.tabu = arena.state<TabuEntry>(p * state.ring);
  const bool leaves = state.dynamic == WhcrDynamic::REPAIR || uses_weights(state.dynamic);
  state.left_color = arena.state<uint32_t>(leaves ? p * n : 0);
  state.left_until = arena.state<uint32_t>(leaves ? p * n : 0);
  state.weights = arena.state<uint16_t>(uses_weights(state.dynamic) ? p * given.offsets[given.n] : 0);
  state.priors.weights = arena.state<PriorWeights>(1);
  state.priors.bias = arena.state<uint16_t>(n);
  state.priors.colors = state.max_colors;
  state.priors.belief = setup->beliefs ? arena.state<uint8_t>(n * state.max_colors) : nullptr;
  if (sparse) return lay_out_sparse(arena, setup->levels, max_degree(given), given.offsets[given.n], state);

  state.rename = arena.scratch<uint32_t>(state.max_colors);
  lay_out_work(arena, warps, !bits.empty(), state);
}

}  // namespace aatgs::whcr
