// From a setup to an instance: what is refused, and where everything lies.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "aatgs/module.hpp"
#include "thermo/thermo_cluster.hpp"
#include "thermo/thermo_dense_tiles.hpp"
#include "thermo/thermo_graph.hpp"
#include "thermo/thermo_packed.hpp"
#include "thermo/thermo_state.hpp"

namespace aatgs::thermo {

/// Packs of a row, which members share out: LATTICE: those of the same systems; SQUARE: replicas.
inline uint32_t pack_row(const ThermoSetup& setup) {
  const uint32_t replicas = setup.rungs * setup.ladders;
  if (setup.model == static_cast<uint32_t>(ThermoModel::SQUARE)) return replicas;
  if (setup.model == static_cast<uint32_t>(ThermoModel::LATTICE)) return replicas / setup.systems;
  return (replicas + kLanes - 1) / kLanes;
}

inline const char* check_graph(const Setup& setup) {
  const uint32_t n = setup->sites;
  if (setup.count<uint32_t>(1) != uint64_t{n} + 1) return "part 1, the offsets, must hold sites + 1 words";
  const GivenGraph graph(setup);
  if (graph.offsets[0] != 0) return "the first offset must be 0";
  for (uint32_t v = 0; v < n; ++v) {
    if (graph.offsets[v + 1] < graph.offsets[v]) return "the offsets must not fall";
  }
  if (setup.count<uint32_t>(2) != graph.offsets[n]) return "part 2, the neighbours, must hold the last offset's words";
  if (setup.count<int32_t>(3) != graph.offsets[n]) return "part 3, the weights, must hold one word for each neighbour";
  if (setup.count<int32_t>(4) != n) return "part 4, the fields, must hold one word for each site";
  for (uint32_t v = 0; v < n; ++v) {
    for (uint32_t a = graph.offsets[v]; a < graph.offsets[v + 1]; ++a) {
      if (graph.neighbours[a] >= n) return "a neighbour is not a site";
      if (graph.neighbours[a] == v) return "a site is its own neighbour";
    }
    if (graph.reach(v) > int64_t{1} << 30) return "the couplings of a site must sum to at most 2^30";
  }
  return nullptr;
}

inline const char* check_lattice(const Setup& setup) {
  if (setup->cluster_every) return "cluster moves need the model ISING";
  const auto even = [](uint32_t side) { return side >= 4 && side <= 4096 && side % 2 == 0; };
  if (!even(setup->width) || setup->width % 8 != 0 || !even(setup->height) ||
      (setup->depth != 1 && !even(setup->depth)))
    return "the sides of LATTICE must be even, 4 to 4096, its width a multiple of 8, its depth perhaps 1";
  if (uint64_t{setup->width} * setup->height * setup->depth != setup->sites)
    return "sites must be width times height times depth";
  if (setup->systems == 0 || setup->ladders % setup->systems != 0)
    return "ladders must be a multiple of systems, which must be at least 1";
  if (setup->ladders / setup->systems > 1 && setup->ladders / setup->systems % 2 != 0)
    return "ladders of a system must be one or an even number: they form pairs";
  if (setup.count<uint32_t>(1) != uint64_t{(setup->systems + kLanes - 1) / kLanes} * 3 * setup->sites)
    return "part 1, the couplings, must hold three words a site for every 32 systems";
  return nullptr;
}

/// Null, or what is wrong with the setup.
inline const char* check_setup(const Setup& setup) {
  if (setup->model > static_cast<uint32_t>(ThermoModel::LATTICE))
    return "model must be ISING, POTTS, SQUARE or LATTICE";
  if (setup->sites == 0 || setup->sites > 1u << 28) return "sites must be between 1 and 2^28";
  if (setup->rungs == 0 || setup->ladders == 0 || uint64_t{setup->rungs} * setup->ladders > 1u << 20)
    return "rungs times ladders must be between 1 and 2^20";
  if (setup->systems == 0 || (setup->systems > 1 && setup->model != static_cast<uint32_t>(ThermoModel::LATTICE)))
    return "systems must be 1, or the model LATTICE";
  if (setup->scheme > static_cast<uint32_t>(ThermoScheme::SEO)) return "scheme must be DEO or SEO";
  if (setup->sweeps_per_round == 0) return "sweepsPerRound must be at least 1";
  if (setup->sample_every == 0) return "sampleEvery must be at least 1";
  if (setup->samples > setup->capacity) return "samples must be at most capacity";
  if (setup->members == 0 || setup->member >= setup->members) return "member must be below members, at least 1";
  if (setup->members > 1 && setup->cluster_every) return "cluster moves do not join replicas of several members";
  if (setup->members > pack_row(*setup.operator->()))
    return "members must be at most the packs of 32 replicas they share";
  if (setup.count<double>(0) != setup->rungs) return "part 0, the betas, must hold one number for each rung";
  const double* betas = setup.part<double>(0);
  for (uint32_t k = 0; k < setup->rungs; ++k) {
    if (!(betas[k] >= 0.0 && betas[k] < 1e9)) return "a beta must be at least 0";
    if (k > 0 && betas[k] < betas[k - 1]) return "the betas must rise: rung 0 is the hottest";
  }
  if (setup->model == static_cast<uint32_t>(ThermoModel::SQUARE)) {
    if (setup->cluster_every) return "cluster moves need the model ISING";
    if (setup->sites % 64 != 0 || setup->sites > 131072)
      return "the side of SQUARE must be a multiple of 64, up to 131072";
    return nullptr;
  }
  if (setup->model == static_cast<uint32_t>(ThermoModel::LATTICE)) return check_lattice(setup);
  if (setup->model == static_cast<uint32_t>(ThermoModel::POTTS)) {
    if (setup->cluster_every) return "cluster moves need the model ISING";
    if (setup->states < 2 || setup->states > 255) return "states must be between 2 and 255";
  }
  if (setup->cluster_every && setup->ladders < 2)
    return "cluster moves join ladders in pairs: ladders must be at least 2";
  return check_graph(setup);
}

/// The bit-packed state of a graph. On CUDA a block sweeps several packs at once where there are more than blocks.
inline void lay_out_packs(Arena& arena, const OrderedGraph& ordered, ThermoState& state) {
  const SlicedGraph sliced(ordered, arena.target().is_cuda);
  Couplings& graph = state.graph;
  graph.packed = 1;
  graph.slice_count = static_cast<uint32_t>(sliced.slices.size());
  graph.piece_count = static_cast<uint32_t>(sliced.pieces.size());
  graph.arc_count = sliced.arc_count;
  graph.slices = arena.constant(sliced.slices.size(), sliced.slices.data());
  graph.pieces = arena.constant(sliced.pieces.size(), sliced.pieces.data());
  graph.class_pieces = arena.constant(sliced.class_pieces.size(), sliced.class_pieces.data());
  graph.degrees = arena.constant(sliced.degrees.size(), sliced.degrees.data());
  graph.arcs = arena.constant(sliced.arcs.size(), sliced.arcs.data());
  graph.padded_arcs = static_cast<uint32_t>(sliced.arcs.size());
  state.bits = arena.state<uint32_t>(uint64_t{state.own_count} * (graph.n + 1));
  state.plane_limits = arena.scratch<PlaneLimits>(uint64_t{state.packs} * kPlanes);
  state.rung_thresholds = arena.scratch<uint64_t>(uint64_t{state.rungs} * kPlanes);
  const AatgsTarget& target = arena.target();
  const uint64_t bytes = uint64_t{graph.n + 1} * sizeof(uint32_t) + kPlanes * sizeof(PlaneLimits);
  state.together = 1;
  state.in_shared = target.is_cuda && bytes + 16 <= target.block_shared_bytes;
  if (target.is_cuda) state.together = (state.own_count + target.parallel_blocks - 1) / target.parallel_blocks;
  if (state.in_shared) {
    state.together = std::min(state.together, static_cast<uint32_t>((target.block_shared_bytes - 16) / bytes));
    uint64_t held = state.together * bytes + 16;
    const uint64_t arcs = sliced.arcs.size() * sizeof(uint16_t);
    if (graph.n < 1u << 15 && held + arcs <= target.block_shared_bytes) {
      const std::vector<uint16_t> narrow(sliced.arcs.begin(), sliced.arcs.end());
      graph.short_arcs = arena.constant(narrow.size(), narrow.data());
      held += arcs;
    }
    arena.block_shared(held);
  }
  for (const Slice& slice : sliced.slices) graph.planes = std::max(graph.planes, slice.planes);
  const uint64_t moves = uint64_t{state.own_count} * graph.slice_count * move_words(graph.planes);
  state.moves = arena.scratch<uint32_t>(target.is_cuda ? moves : 0);
}

/// Whether rows of all couplings pay: at least half of them are there, and they take no more than a quarter of a gigabyte.
inline uint32_t dense_bytes(const OrderedGraph& graph) {
  const uint64_t n = graph.label.size(), stride = dense_stride(static_cast<uint32_t>(n));
  if (n < 64 || 2 * graph.neighbours.size() < n * (n - 1)) return 0;
  const bool narrow =
      std::all_of(graph.weights.begin(), graph.weights.end(), [](int32_t w) { return std::abs(w) < 128; });
  const uint32_t bytes = narrow ? 1 : 4;
  return n * stride * bytes <= uint64_t{1} << 28 ? bytes : 0;
}

template <class Weight>
void lay_out_rows(Arena& arena, const OrderedGraph& graph, ThermoState& state) {
  const uint64_t n = graph.label.size(), stride = dense_stride(static_cast<uint32_t>(n));
  std::vector<Weight> rows(n * stride);
  for (uint64_t i = 0; i < n; ++i) {
    for (uint32_t a = graph.offsets[i]; a < graph.offsets[i + 1]; ++a)
      rows[i * stride + graph.neighbours[a]] =
          static_cast<Weight>(rows[i * stride + graph.neighbours[a]] + graph.weights[a]);
  }
  state.dense_rows = arena.constant(rows.size(), rows.data());
}

inline void lay_out_dense(Arena& arena, const OrderedGraph& graph, ThermoState& state) {
  if (state.dense == 1) {
    lay_out_rows<int8_t>(arena, graph, state);
  } else {
    lay_out_rows<int32_t>(arena, graph, state);
  }
  const uint64_t stride = dense_stride(state.graph.n);
  const uint64_t held = state.dense == 1 ? dense_tiles_bytes(state.graph.n) : kDenseGroups * stride * sizeof(int32_t);
  state.dense_fields = arena.state<int32_t>(uint64_t{state.own_count} * kLanes * stride);
  state.dense_in_shared = arena.target().is_cuda && held <= arena.target().block_shared_bytes;
  if (state.dense_in_shared) arena.block_shared(held);
}

inline void lay_out_graph(Arena& arena, const Setup& setup, ThermoState& state) {
  const OrderedGraph ordered{GivenGraph(setup)};
  const auto constant = [&](const auto& values) { return arena.constant(values.size(), values.data()); };
  Couplings& graph = state.graph;
  graph.n = setup->sites;
  graph.states = setup->states;
  graph.bytes = ordered.bytes;
  graph.has_fields = std::any_of(ordered.fields.begin(), ordered.fields.end(), [](int32_t h) { return h != 0; });
  graph.class_count = static_cast<uint32_t>(ordered.classes.size() - 1);
  graph.classes = constant(ordered.classes);
  graph.offsets = constant(ordered.offsets);
  graph.positive = constant(ordered.positive);
  graph.neighbours = constant(ordered.neighbours);
  graph.weights = constant(ordered.weights);
  graph.fields = constant(ordered.fields);
  graph.label = constant(ordered.label);
  const uint64_t n = graph.n;
  if (SlicedGraph::fits(setup)) {
    lay_out_packs(arena, ordered, state);
  } else {
    state.spins = arena.state<int8_t>(state.own_count * n * kLanes);
    state.dense = state.model == ThermoModel::ISING ? dense_bytes(ordered) : 0;
    if (state.dense) lay_out_dense(arena, ordered, state);
  }
  state.best_spins = arena.state<int8_t>(state.packs * n);
  state.best = arena.state<int32_t>(n, "best");
  const uint64_t joined = state.cluster_every ? uint64_t{state.ladders} / 2 * rung_groups(state) : 0;
  state.clusters = arena.scratch<uint32_t>(joined * n);
  state.cluster_work = arena.scratch<uint32_t>(joined * (5 * n + 4));
}

/// The couplings as the sweeps read them: for each site of a sublattice its six, in the order of Wanted.
inline std::vector<uint32_t> order_signs(const Setup& setup) {
  const uint32_t lx = setup->width, ly = setup->height, lz = setup->depth;
  const uint32_t groups = (setup->systems + kLanes - 1) / kLanes, words = setup->sites / 2;
  const uint32_t* given = setup.part<uint32_t>(1);
  std::vector<uint32_t> signs(uint64_t{groups} * 12 * words);
  for (uint32_t g = 0; g < groups; ++g) {
    const auto bond = [&](uint32_t direction, uint32_t x, uint32_t y, uint32_t z) {
      return given[(uint64_t{g} * 3 + direction) * setup->sites + (uint64_t{z} * ly + y) * lx + x];
    };
    for (uint32_t z = 0; z < lz; ++z) {
      for (uint32_t y = 0; y < ly; ++y) {
        for (uint32_t x = 0; x < lx; ++x) {
          const uint32_t color = (x + y + z) % 2;
          uint32_t* to =
              signs.data() + (uint64_t{g} * 2 + color) * 6 * words + (uint64_t{z} * ly + y) * (lx / 2) + x / 2;
          const uint32_t right = bond(0, x, y, z), left = bond(0, (x + lx - 1) % lx, y, z);
          const uint32_t all[6] = {x % 2 ? left : right,
                                   x % 2 ? right : left,
                                   bond(1, x, (y + ly - 1) % ly, z),
                                   bond(1, x, y, z),
                                   bond(2, x, y, (z + lz - 1) % lz),
                                   bond(2, x, y, z)};
          for (uint32_t j = 0; j < 6; ++j) to[uint64_t{j} * words] = all[j];
        }
      }
    }
  }
  return signs;
}

inline void lay_out_lattice(Arena& arena, const Setup& setup, ThermoState& state) {
  state.width = setup->width;
  state.height = setup->height;
  state.depth = setup->depth;
  state.words = setup->sites / 2;
  const std::vector<uint32_t> signs = order_signs(setup);
  state.signs = arena.constant(signs.size(), signs.data());
  state.lattice = arena.state<uint32_t>(uint64_t{state.own_packs()} * 2 * state.words);
  state.lowest = arena.state<int64_t>(state.systems, "lowest");
  state.lattice_limits = arena.scratch<LatticeLimits>(state.packs);
}

inline void lay_out_state(Arena& arena, const Setup& setup, ThermoState& state) {
  state.model = static_cast<ThermoModel>(setup->model);
  state.scheme = static_cast<ThermoScheme>(setup->scheme);
  state.rungs = setup->rungs;
  state.ladders = setup->ladders;
  state.replicas = setup->rungs * setup->ladders;
  state.systems = setup->systems;
  state.copies = state.ladders / state.systems;
  state.members = setup->members, state.member = setup->member;
  state.joined = state.members > 1 || (state.systems > 1 && state.copies == 1) ? 0 : state.ladders / 2;
  state.packs = (state.replicas + kLanes - 1) / kLanes;
  if (state.model == ThermoModel::LATTICE)
    state.packs = (state.systems + kLanes - 1) / kLanes * state.copies * state.rungs;
  state.row = pack_row(*setup.operator->());
  state.own_first = static_cast<uint32_t>(uint64_t{state.row} * setup->member / state.members);
  state.own_count = static_cast<uint32_t>(uint64_t{state.row} * (setup->member + 1) / state.members) - state.own_first;
  state.sweeps_per_round = setup->sweeps_per_round;
  state.cluster_every = setup->cluster_every;
  state.capacity = setup->capacity;
  state.first.header.seed = setup->seed;
  state.first.burn_in = setup->burn_in;
  state.first.anneal = setup->anneal;
  state.first.samples = setup->samples;
  state.first.sample_every = setup->sample_every;
  state.first.adapt = setup->adapt;
  state.first.target = setup->target;

  state.first_betas = arena.constant(uint64_t{setup->rungs}, setup.part<double>(0));
  state.run = arena.state<Run>(1);
  state.scale = arena.state<float>(1);
  state.betas = arena.state<double>(state.rungs, "betas");
  state.pairs = arena.state<Pair>(uint64_t{state.ladders} * (state.rungs - 1), "pairs");
  state.walkers = arena.state<Walker>(state.replicas, "walkers");
  state.at = arena.state<uint32_t>(state.replicas, "replicas");
  state.energies = arena.state<int64_t>(uint64_t{state.packs} * kLanes, "energies");
  state.moments = arena.state<int64_t>(uint64_t{state.packs} * kLanes);
  state.best_energy = arena.state<int64_t>(state.packs);
  state.series = arena.state<int64_t>(uint64_t{state.capacity} * state.replicas * 2, "series");
  state.overlaps = arena.state<int64_t>(uint64_t{state.capacity} * state.joined * state.rungs, "overlaps");
  state.before = arena.scratch<double>(state.rungs);
  if (state.model == ThermoModel::SQUARE) {
    state.side = setup->sites;
    state.words = state.side / 64 * state.side;
    state.square = arena.state<uint32_t>(uint64_t{state.own_count} * 2 * state.words, "square");
    state.square_limits = arena.scratch<SquareLimits>(state.rungs);
  } else if (state.model == ThermoModel::LATTICE) {
    lay_out_lattice(arena, setup, state);
  } else {
    lay_out_graph(arena, setup, state);
  }
}

}  // namespace aatgs::thermo
