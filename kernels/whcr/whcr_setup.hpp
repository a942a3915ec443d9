// From a setup to an instance: what is refused, what is chosen, and where everything lies.
#pragma once
#include <cstdint>
#include <vector>

#include "aatgs/module.hpp"
#include "whcr/whcr_population.hpp"
#include "whcr/whcr_sparse_setup.hpp"
#include "whcr/whcr_warp_tables.hpp"

namespace aatgs::whcr {

using Setup = SetupView<WhcrSetup>;

/// Bounds of the tabu walk with tables: its counts have 13 bits, and its moves look at every vertex in conflict.
inline constexpr uint32_t kTableVertices = 20000;
inline constexpr uint32_t kTableDegree = 0x1fff;
inline constexpr uint64_t kTableBytes = uint64_t{64} << 20;

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

inline uint32_t max_degree(const Graph& graph) {
  uint32_t most = 0;
  for (uint32_t v = 0; v < graph.n; ++v) {
    const uint32_t degree = graph.offsets[v + 1] - graph.offsets[v];
    most = degree > most ? degree : most;
  }
  return most;
}

/// Above one edge in 16 the adjacency matrix as bits is faster than the lists, and not much larger.
inline bool is_dense(const Graph& graph) {
  return graph.n <= kTableVertices && uint64_t{graph.offsets[graph.n]} * 16 > uint64_t{graph.n} * graph.n;
}

/// Whether a CPU thread keeps learnt weights as a matrix. Below one edge in 8 its rows cost more than the arcs.
inline bool weighs_rows(const Graph& graph) {
  constexpr uint32_t kVertices = 4096;
  return graph.n <= kVertices && uint64_t{graph.offsets[graph.n]} * 8 > uint64_t{graph.n} * graph.n;
}

inline bool table_fits(const Graph& graph, uint32_t max_colors) {
  return graph.n <= kTableVertices && max_degree(graph) <= kTableDegree &&
         uint64_t{graph.n} * max_colors * sizeof(int16_t) <= kTableBytes;
}

/// Whether the degrees differ much more or much less than those of a random graph with as many edges: a sign of structure
/// to learn. Of geometric, register allocation and timetable graphs the variance is 1.3 to 70 times that of a random graph, of
/// latin squares 0, of random graphs with a planted colouring 0.5 to 0.6.
inline bool is_structured(const Graph& graph) {
  const double n = graph.n;
  const double mean = graph.offsets[graph.n] / n;
  double squares = 0;
  for (uint32_t v = 0; v < graph.n; ++v) {
    const double off = graph.offsets[v + 1] - graph.offsets[v] - mean;
    squares += off * off;
  }
  const double random = mean * (1 - mean / n);
  return squares / n > 1.5 * random || squares / n < 0.25 * random;
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

inline std::vector<uint32_t> order_by_degree(const Graph& graph) {
  // A counting sort: stable, so that equal degrees stay in the order of their indices.
  const auto degree = [&](uint32_t v) { return graph.offsets[v + 1] - graph.offsets[v]; };
  const uint32_t most = max_degree(graph);
  std::vector<uint32_t> place(uint64_t{most} + 2);
  for (uint32_t v = 0; v < graph.n; ++v) place[most - degree(v) + 1]++;
  for (uint32_t d = 0; d <= most; ++d) place[d + 1] += place[d];
  std::vector<uint32_t> order(graph.n);
  for (uint32_t v = 0; v < graph.n; ++v) order[place[most - degree(v)]++] = v;
  return order;
}

inline std::vector<uint32_t> adjacency_bits(const Graph& graph) {
  std::vector<uint32_t> bits(uint64_t{graph.n} * graph.words);
  for (uint32_t v = 0; v < graph.n; ++v) {
    uint32_t* row = bits.data() + uint64_t{v} * graph.words;
    for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      row[graph.neighbours[a] / 32] |= 1u << (graph.neighbours[a] % 32);
    }
  }
  return bits;
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
  state.moves_per_substep = static_cast<uint32_t>(moves > 0x7fffffff ? 0x7fffffff : moves);
  state.substeps_per_generation = static_cast<uint32_t>(at_least(1, (generation + moves / 2) / moves));
}

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
