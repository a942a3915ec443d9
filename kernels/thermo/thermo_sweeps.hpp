// The sweeps of one round, for each kind of model, and the energies after them.
#pragma once
#include <cstdint>

#include "thermo/thermo_dense_tiles.hpp"
#include "thermo/thermo_dispatch.hpp"
#include "thermo/thermo_measure.hpp"

namespace aatgs::thermo {

/// On CUDA each loop below is a function of its own with a copy of the state: so its registers are its own, and what it
/// reads of the state is read once.
#if defined(__CUDACC__)
#define AATGS_APART __host__ __device__ __noinline__
#else
#define AATGS_APART inline
#endif

template <class Block>
AATGS_APART void sweep_bytes(Block& block, const ThermoState& shared_state, uint32_t pack, uint64_t sweep) {
  const ThermoState state = shared_state;
  sweep_pack_here(block, state, pack, sweep);
}

/// Spins in bytes: packs of 32 replicas, each a block's own.
template <class Team>
AATGS_FN void sweep_graph(Team& team, const ThermoState& state, uint64_t first) {
  team.for_each_block(state.own_count, [&](auto& block, uint32_t i) {
    const uint32_t pack = state.own_first + i;
    for (uint32_t s = 0; s < state.sweeps_per_round && !block.cancelled(); ++s) {
      sweep_bytes(block, state, pack, first + s);
      keep_best(block, state, pack);
    }
  });
}

/// Sweeps of 16 replicas of a dense graph, each by a group of its own, which does not wait for the others.
template <class Weight, class Block>
AATGS_APART void sweep_dense_block(Block& block, const ThermoState& shared_state, uint32_t first, uint64_t sweep) {
  const ThermoState state = shared_state;
  const uint32_t stride = dense_stride(state.graph.n);
  const bool held = state.dense_in_shared != 0;
  const auto each = [&](auto work) {
    block.for_each_group(kDenseGroups, [&](auto& group, uint32_t g) {
      const uint32_t replica = first + g;
      if (replica >= state.replicas) return;
      int32_t* kept = state.fields_of(replica);
      work(group, replica, kept, held ? block.template shared<int32_t>() + g * stride : kept);
    });
  };
  if (held) {
    each([&](auto& group, uint32_t, int32_t* kept, int32_t* fields) {
      group.for_each(stride, [&](uint32_t i) { fields[i] = kept[i]; });
      group.barrier();
    });
  }
  for (uint32_t s = 0; s < state.sweeps_per_round && !block.cancelled(); ++s) {
    each([&](auto& group, uint32_t replica, int32_t*, int32_t* fields) {
      const int64_t change = sweep_dense_here<Weight>(group, state, replica, fields, sweep + s);
      group.leader([&] { state.energies[replica] += change; });
    });
  }
  if (held) {
    each([&](auto& group, uint32_t, int32_t* kept, int32_t* fields) {
      group.for_each(stride, [&](uint32_t i) { kept[i] = fields[i]; });
    });
  }
}

#if defined(__CUDACC__)
template <class Block>
AATGS_APART void sweep_dense_tiles_apart(Block& block, const ThermoState& shared_state, uint32_t first,
                                         uint64_t sweep) {
  const ThermoState state = shared_state;
  sweep_dense_tiles(block, state, first, sweep);
}
#endif

template <class Team>
AATGS_FN void sweep_dense_graph(Team& team, const ThermoState& state, uint64_t first) {
  team.for_each_block(state.own_count * (kLanes / kDenseGroups), [&](auto& block, uint32_t i) {
    const uint32_t replica = state.own_first * kLanes + i * kDenseGroups;
    if (state.dense == 4) {
      sweep_dense_block<int32_t>(block, state, replica, first);
#if defined(__CUDACC__)
    } else if (state.dense_in_shared) {
      sweep_dense_tiles_apart(block, state, replica, first);
#endif
    } else {
      sweep_dense_block<int8_t>(block, state, replica, first);
    }
  });
  team.barrier();
  team.for_each_block(state.own_count, [&](auto& block, uint32_t i) { keep_best(block, state, state.own_first + i); });
}

/// The packs one block holds, and where it has them while it works: in shared memory where they fit.
struct HeldPacks {
  uint32_t first, count, stride;
  uint32_t* words;
  PlaneLimits* limits;  // kPlanes each
  const uint16_t* arcs;  // null: those of the graph

  AATGS_FN uint32_t* words_of(uint32_t i) const { return words + i * stride; }
};

#if defined(__CUDACC__)
/// One sweep, set after set. The moves of all sets are drawn first, by all warps: sets may be too small to keep a block busy,
/// and only sums over neighbours are left between barriers.
template <class Block>
AATGS_APART void draw_sets(Block& block, const ThermoState& shared_state, HeldPacks packs, uint64_t sweep) {
  const ThermoState state = shared_state;
  const RoundKeys keys(state.run->seed, state.run->keys);
  block.for_each_group(state.graph.slice_count * packs.count, [&](auto& group, uint32_t i) {
    const uint32_t number = i % state.graph.slice_count, held = i / state.graph.slice_count;
    draw_moves(group, state.graph, keys, state.graph.slices[number], packs.limits + held * kPlanes, packs.first + held,
               sweep, state.moves_of(packs.first + held, number));
  });
  block.barrier();
}
template <class Block, class Arc>
AATGS_APART void move_sets(Block& block, const ThermoState& shared_state, HeldPacks packs, const Arc* arcs) {
  const ThermoState state = shared_state;
  for (uint32_t c = 0; c < state.graph.class_count; ++c) {
    const uint32_t begin = state.graph.class_pieces[c], pieces = state.graph.class_pieces[c + 1] - begin;
    block.for_each_group(pieces * packs.count, [&](auto& group, uint32_t i) {
      const uint32_t held = i / pieces;
      const Piece piece = state.graph.pieces[begin + i % pieces];
      make_moves(group, state.graph, arcs, piece, packs.words_of(held),
                 state.moves_of(packs.first + held, piece.slice));
    });
    block.barrier();
  }
}
template <class Block>
AATGS_FN void sweep_sets(Block& block, const ThermoState& state, const HeldPacks& packs, uint64_t sweep) {
  draw_sets(block, state, packs, sweep);
  if (packs.arcs) {
    move_sets(block, state, packs, packs.arcs);
  } else {
    move_sets(block, state, packs, state.graph.arcs);
  }
}
template <class Block, class Arc>
AATGS_APART void count_sets(Block& block, const ThermoState& shared_state, HeldPacks packs, const Arc* arcs) {
  const ThermoState state = shared_state;
  block.for_each_group(packs.count * kCountGroups, [&](auto& group, uint32_t i) {
    const uint32_t held = i / kCountGroups;
    count_packed_energy(group, state, arcs, packs.words_of(held), packs.first + held, i % kCountGroups);
  });
}
template <class Block>
AATGS_FN void count_packs(Block& block, const ThermoState& state, const HeldPacks& packs) {
  if (packs.arcs) {
    count_sets(block, state, packs, packs.arcs);
  } else {
    count_sets(block, state, packs, state.graph.arcs);
  }
}

/// Takes packs into shared memory: words, limits, and arcs where they fit too.
template <class Block>
AATGS_FN void hold(Block& block, const ThermoState& state, HeldPacks& packs) {
  const uint32_t length = packs.count * packs.stride;
  const uint32_t* from = packs.words;
  packs.words = block.template shared<uint32_t>();
  packs.limits = reinterpret_cast<PlaneLimits*>(packs.words + (state.together * packs.stride + 3) / 4 * 4);
  block.for_each(length, [&](uint32_t i) { packs.words[i] = from[i]; });
  if (!state.graph.short_arcs) return;
  auto* arcs = reinterpret_cast<uint4*>(packs.limits + state.together * kPlanes);
  packs.arcs = reinterpret_cast<const uint16_t*>(arcs);
  block.for_each(state.graph.padded_arcs / 8,
                 [&](uint32_t i) { arcs[i] = reinterpret_cast<const uint4*>(state.graph.short_arcs)[i]; });
}
#else
template <class Block>
void sweep_sets(Block& block, const ThermoState& state, const HeldPacks& packs, uint64_t sweep) {
  block.for_each_group(packs.count * state.graph.slice_count, [&](auto& group, uint32_t i) {
    const uint32_t held = i / state.graph.slice_count, number = i % state.graph.slice_count;
    update_slice_here(group, state, packs.words_of(held), packs.first + held, number, sweep);
  });
}
template <class Block>
void count_packs(Block& block, const ThermoState& state, const HeldPacks& packs) {
  block.for_each_group(packs.count * kCountGroups, [&](auto& group, uint32_t i) {
    const uint32_t held = i / kCountGroups;
    count_packed_energy_here(group, state, packs.words_of(held), packs.first + held, i % kCountGroups);
  });
}
#endif

/// Sweeps of the packs that one block holds, and their energies.
template <class Block>
AATGS_FN void sweep_packed(Block& block, const ThermoState& state, uint32_t number, uint64_t first_sweep,
                           uint32_t sweeps) {
  const uint32_t first = state.own_first + number * state.together, rest = state.own_first + state.own_count - first;
  HeldPacks packs{first,
                  rest < state.together ? rest : state.together,
                  state.graph.n + 1,
                  state.bits_of(first),
                  state.plane_limits + uint64_t{first} * kPlanes,
                  nullptr};
#if defined(__CUDACC__)
  if (state.in_shared) hold(block, state, packs);
#endif
  if (sweeps > 0) {
    block.for_each_group(packs.count * kPlanes, [&](auto& group, uint32_t i) {
      set_plane(group, state, first + i / kPlanes, i % kPlanes, packs.limits[i]);
    });
  }
  block.for_each(packs.count * kLanes,
                 [&](uint32_t i) { state.energies[first * kLanes + i] = state.graph.arc_count / 2; });
  block.barrier();
  for (uint32_t s = 0; s < sweeps && !block.cancelled(); ++s) sweep_sets(block, state, packs, first_sweep + s);
  count_packs(block, state, packs);
  uint32_t* to = state.bits_of(first);
  if (packs.words != to) block.for_each(packs.count * packs.stride, [&](uint32_t i) { to[i] = packs.words[i]; });
  block.barrier();
}

/// Bit-packed graphs.
template <class Team>
AATGS_FN void sweep_packs(Team& team, const ThermoState& state, uint64_t first, uint32_t sweeps) {
  if (sweeps > 0) {
    team.for_each(state.rungs * kPlanes, [&](uint32_t i) {
      const double beta = state.betas[i / kPlanes] * static_cast<double>(*state.scale);
      state.rung_thresholds[i] = digit_threshold(beta, i % kPlanes);
    });
    team.barrier();
  }
  team.for_each_block((state.own_count + state.together - 1) / state.together, [&](auto& block, uint32_t i) {
    sweep_packed(block, state, i, first, sweeps);
    for (uint32_t j = i * state.together; j < (i + 1) * state.together && j < state.own_count; ++j)
      keep_best(block, state, state.own_first + j);
  });
}

/// The energies of all replicas of a graph from their spins, and the states of lowest energy.
template <uint32_t kKinds, class Team>
AATGS_FN void count_energies(Team& team, const ThermoState& state) {
  if (is<kKinds>(state, kPacked)) return sweep_packs(team, state, 0, 0);
  team.for_each_block(state.own_count, [&](auto& block, uint32_t i) {
    count_energy(block, state, state.own_first + i);
    keep_best(block, state, state.own_first + i);
  });
  const uint32_t replicas = is<kKinds>(state, kDense) ? state.own_count * kLanes : 0;
  team.for_each_group(replicas, [&](auto& group, uint32_t i) {
    const uint32_t replica = state.own_first * kLanes + i;
    if (state.dense == 1) {
      fill_fields<int8_t>(group, state, replica);
    } else {
      fill_fields<int32_t>(group, state, replica);
    }
  });
}

/// Whether the sweeps of lattices add up energies themselves, in the last one of a round.
inline constexpr bool kSweepsCount =
#if defined(__CUDACC__)
    true;
#else
    false;
#endif

/// One colour of all replicas.
template <class Team>
AATGS_APART void sweep_square_color(Team& team, const ThermoState& shared_state, uint32_t color, uint64_t sweep,
                                    bool counts) {
  const ThermoState state = shared_state;
  const RoundKeys keys(state.run->seed, state.run->keys);
  const uint32_t begin = state.own_first * square_chunks(state);
  team.for_each_group(state.own_count * square_chunks(state), [&](auto& group, uint32_t t) {
    sweep_words_here(group, state, keys, begin + t, color, sweep, counts);
  });
}

/// Both colours, `sweeps` times: f(colour, sweep, whether it is the very last). Whether all of them were made.
template <class Team, class F>
AATGS_FN bool sweep_colors(Team& team, uint64_t first, uint32_t sweeps, F f) {
  uint32_t done = 0;
  for (; done < sweeps && !team.cancelled(); ++done) {
    for (uint32_t color = 0; color < 2; ++color) {
      team.barrier();
      f(color, first + done, color == 1 && done + 1 == sweeps);
    }
  }
  return done == sweeps;
}

template <class Team>
AATGS_FN void sweep_square(Team& team, const ThermoState& state, uint64_t first) {
  team.for_each(state.rungs, [&](uint32_t k) {
    heat_bath_thresholds(state.betas[k] * static_cast<double>(*state.scale), state.square_limits[k]);
  });
  team.for_each(state.replicas, [&](uint32_t replica) { state.energies[replica] = 0; });
  const bool all = sweep_colors(team, first, state.sweeps_per_round, [&](uint32_t color, uint64_t sweep, bool last) {
    sweep_square_color(team, state, color, sweep, last);
  });
  if (all && kSweepsCount) return;
  team.barrier();
  const uint64_t parts = (state.words + kCountWords - 1) / kCountWords;
  team.for_each_block(state.own_count * parts,
                      [&](auto& block, uint64_t t) { count_square_energy(block, state, state.own_first * parts + t); });
}

/// One colour of all systems' replicas.
template <class Team>
AATGS_APART void sweep_lattice_color(Team& team, const ThermoState& shared_state, uint32_t color, uint64_t sweep,
                                     bool counts) {
  const ThermoState state = shared_state;
  const RoundKeys keys(state.run->seed, state.run->keys);
  team.for_each_group(state.own_packs() * lattice_chunks(state), [&](auto& group, uint32_t t) {
    sweep_lattice_here(group, state, keys, t, color, sweep, counts);
  });
}

template <class Team>
AATGS_APART void count_lattice_energies(Team& team, const ThermoState& shared_state) {
  const ThermoState state = shared_state;
  const uint32_t spans = count_spans(state);
  team.for_each_group(uint64_t{state.own_packs()} * spans, [&](auto& group, uint64_t t) {
    const uint64_t pack = state.own_pack(static_cast<uint32_t>(t / spans));
    count_lattice_energy_here(group, state, pack * spans + t % spans);
  });
}

template <class Team>
AATGS_FN void sweep_lattices(Team& team, const ThermoState& state, uint64_t first) {
  team.for_each(state.replicas, [&](uint32_t replica) { state.energies[replica] = 0; });
  team.for_each_group(state.own_packs(), [&](auto& group, uint32_t i) { set_limits(group, state, state.own_pack(i)); });
  const bool all = sweep_colors(team, first, state.sweeps_per_round, [&](uint32_t color, uint64_t sweep, bool last) {
    sweep_lattice_color(team, state, color, sweep, last);
  });
  if (all && kSweepsCount) return;
  team.barrier();
  count_lattice_energies(team, state);
}

/// SQUARE and LATTICE: the lowest energy since the reset; LATTICE: and that of each system.
template <class Team>
AATGS_FN void note_lowest(Team& team, const ThermoState& state) {
  team.for_each_group((state.replicas + kLanes - 1) / kLanes, [&](auto& group, uint32_t i) {
    const uint32_t rest = state.replicas - i * kLanes;
    const auto now = group.template min<int64_t>(
        rest < kLanes ? rest : kLanes, [&](uint32_t lane) { return state.energies[uint64_t{i} * kLanes + lane]; });
    group.leader([&] {
      if (now < state.best_energy[i]) note_best(state, i, now);
    });
  });
  if (state.model != ThermoModel::LATTICE) return;
  const uint32_t together = state.copies * state.rungs;
  team.for_each_group(state.systems, [&](auto& group, uint32_t system) {
    const auto now = group.template min<int64_t>(
        together, [&](uint32_t i) { return state.energies[uint64_t{system} * together + i]; });
    group.leader([&] { state.lowest[system] = now < state.lowest[system] ? now : state.lowest[system]; });
  });
}

template <uint32_t kKinds, class Team>
AATGS_FN void sweep_all(Team& team, const ThermoState& state) {
  const uint64_t first = state.run->rounds * state.sweeps_per_round;
  if (is<kKinds>(state, kSquare)) {
    sweep_square(team, state, first);
  } else if (is<kKinds>(state, kLattices)) {
    sweep_lattices(team, state, first);
  } else if (is<kKinds>(state, kPacked)) {
    sweep_packs(team, state, first, state.sweeps_per_round);
  } else if (is<kKinds>(state, kDense)) {
    sweep_dense_graph(team, state, first);
  } else {
    sweep_graph(team, state, first);
  }
}

}  // namespace aatgs::thermo
