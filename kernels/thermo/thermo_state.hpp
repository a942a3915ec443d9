// What an instance holds: the model, the replicas, the ladder, and the run's counters.
#pragma once
#include <cstdint>

#include "thermo/thermo_lanes.hpp"
#include "thermo/thermo_layout.h"

namespace aatgs::thermo {

/// Bits of a bit-packed site's degree, its couplings counted with their size: at most 1023.
inline constexpr uint32_t kDegreeBits = 10;
/// Thresholds a pack of such a graph compares with: see thermo_packed.hpp.
inline constexpr uint32_t kPlanes = 2 * kDegreeBits + 1;
/// Bits of a sum over all sites.
inline constexpr uint32_t kSumBits = 26;
struct PlaneLimits {
  uint32_t masks[8];
  uint32_t tails[32];
};

/// Up to 32 sites of one independent set, whose moves the lanes of a group draw together.
struct alignas(16) Slice {
  uint32_t first, count;
  uint32_t planes;  // bits of the largest degree
  uint32_t digits;  // of K: the least m with 2^m >= the largest degree
  uint32_t odd;  // whether a degree is
};

/// Sites of one slice whose neighbours the lanes of a group look at together; 2^share lanes for each site, so that a few
/// sites with many neighbours keep nobody waiting. On the CPU a piece is a slice.
struct alignas(16) Piece {
  uint32_t slice, first, count, share;
  uint32_t arcs;  // where they begin; see arc_at()
  uint32_t most;  // arcs of each lane, a multiple of 4; those it lacks lead to the word that is always 0
};

/// A graph with integer couplings, constant for the life of the instance. Sites are renumbered: independent sets are
/// contiguous, so that a warp may update any of one set at once. E = -sum J s s - sum h s (ISING), -sum J [s = s] (POTTS).
struct Couplings {
  uint32_t n;
  uint32_t states;  // POTTS
  uint32_t class_count;  // independent sets
  uint32_t bytes;  // of a local field: 1 where all |J| = 1, 2, or 4
  uint32_t has_fields;  // whether one is not 0
  const uint32_t* classes;  // class_count + 1: first site of each
  const uint32_t* offsets;  // n + 1
  const uint32_t* positive;  // n: end of the arcs with J > 0, which come first
  const uint32_t* neighbours;
  const int32_t* weights;
  const int32_t* fields;  // n
  const uint32_t* label;  // n: the caller's number of a site
  // Bit-packed, where all sums of a site's |J| are below 2^kDegreeBits and there are no fields; else none of these.
  uint32_t packed;
  uint32_t slice_count, piece_count, arc_count, planes;
  const Slice* slices;
  const Piece* pieces;
  const uint32_t* class_pieces;  // class_count + 1: first piece of each
  const uint32_t* degrees;  // n
  const uint32_t* arcs;  // neighbour << 1 | (J < 0), as often as |J| says
  const uint16_t* short_arcs;  // the same for a block's shared memory, where all of it fits there; else null
  uint32_t padded_arcs;  // words of arcs
};

/// Sites that are looked at together where the graph is dense, and the length of a row of its couplings: the rest is 0.
inline constexpr uint32_t kSight = 4 * kLanes;
AATGS_FN uint32_t dense_stride(uint32_t n) { return (n + kSight - 1) / kSight * kSight; }

/// Exchanges of one pair of neighbouring rungs.
struct Pair {
  uint64_t tried;
  uint64_t made;
};

/// Where a replica is on the ladder.
struct Walker {
  uint32_t rung;
  uint32_t heading;  // 0: since it last met an end it has not met the cold one, 1: it has
  uint32_t trips;
};

/// The counters of a run.
struct Run {
  uint64_t seed;
  uint32_t keys[kRoundKeys];
  uint64_t rounds;
  uint64_t burn_in, anneal;
  double target;
  uint32_t samples_wanted, sample_every, adapt;
  uint32_t started;
  uint32_t samples;
  uint32_t converged;
  uint32_t reached;  // whether an energy was at the target
  uint32_t met, parted;  // whether all members' energies have come, and whether they never did
  uint32_t next_adaptation;  // round; they double
};

/// SQUARE: the heat bath's thresholds at one temperature, for local fields of 2 and 4: the bits of the upper levels as
/// masks, and the rest.
struct SquareLimits {
  uint32_t masks[8][2];
  uint32_t tails[2];
};

/// LATTICE: the same of a pack, each bit at a temperature of its own, for local fields of 2, 4 and 6.
struct LatticeLimits {
  uint32_t masks[8][4];
  uint32_t tails[3][32];
};

struct ThermoState {
  ThermoModel model;
  ThermoScheme scheme;
  uint32_t rungs, ladders, replicas, packs;
  // Which packs' spins are here, where members share the replicas: of each row of packs (LATTICE: those of the same systems;
  // else there is one; SQUARE: of replicas), own_count from own_first on.
  uint32_t members, member, row, own_first, own_count;
  uint32_t sweeps_per_round, cluster_every, capacity;
  ThermoConfig first;  // the implicit first reset
  Couplings graph;
  uint32_t side;  // SQUARE: L
  uint32_t words;  // SQUARE, LATTICE: of one sublattice
  uint32_t width, height, depth;  // LATTICE
  uint32_t joined;  // pairs of ladders of one system
  uint32_t systems, copies;  // LATTICE: realisations of the couplings, and ladders of each
  const uint32_t* signs;  // LATTICE: systems / 32 x 2 colours x 6 neighbours x words: set where J = -1
  const double* first_betas;
  // State.
  Run* run;
  double* betas;  // rungs
  float* scale;  // one word: share of the temperature's inverse in force while annealing
  Pair* pairs;  // ladders x (rungs - 1)
  Walker* walkers;  // replicas
  uint32_t* at;  // replicas: ladder * rungs + rung -> replica
  int64_t* energies;  // packs * kLanes
  int64_t* moments;  // packs * kLanes: magnetisation of the last sample
  int8_t* spins;  // own packs x n x kLanes, where not bit-packed
  uint32_t* bits;  // own packs x (n + 1), where bit-packed; the last word of a pack is 0
  uint32_t* square;  // SQUARE: own replicas x 2 x words
  int64_t* best_energy;  // packs
  int8_t* best_spins;  // packs x n
  int32_t* best;  // n: the state the host reads
  int64_t* series;  // capacity x replicas x 2: energy and magnetisation by ladder and rung
  int64_t* overlaps;  // capacity x joined x rungs
  // Where most sites are joined to most others; else dense is 0.
  uint32_t dense, dense_in_shared;  // bytes of a coupling: 1 or 4; whether a block holds its replicas' fields
  const void* dense_rows;  // n x dense_stride(n)
  int32_t* dense_fields;  // own packs x kLanes x dense_stride(n)
  SquareLimits* square_limits;  // SQUARE: rungs
  uint32_t* lattice;  // LATTICE: own packs x 2 x words
  uint64_t* rung_thresholds;  // bit-packed graphs: rungs x kPlanes
  PlaneLimits* plane_limits;  // bit-packed graphs: packs x kPlanes
  uint32_t together,
      in_shared;  // packs a block sweeps together, and whether they and their limits are in shared memory
  uint32_t* moves;  // bit-packed graphs on CUDA: own packs x slices x (2 + planes) x kLanes
  LatticeLimits* lattice_limits;  // LATTICE: packs
  int64_t* lowest;  // LATTICE: systems: lowest energy seen at the end of a round
  // Scratch.
  double* before;  // rungs: the ladder while it is being adapted
  uint32_t* clusters;  // cluster moves: (ladders / 2) x (rungs / 32) x n
  uint32_t* cluster_work;  // the same, of ClusterWork

  AATGS_FN uint32_t own_packs() const { return (model == ThermoModel::SQUARE ? replicas : packs) / row * own_count; }
  /// The i-th pack whose spins are here.
  AATGS_FN uint32_t own_pack(uint32_t i) const { return i / own_count * row + own_first + i % own_count; }
  AATGS_FN bool owns(uint32_t pack) const { return pack % row - own_first < own_count; }
  AATGS_FN int32_t* fields_of(uint32_t replica) const {
    return dense_fields + uint64_t{replica - own_first * kLanes} * dense_stride(graph.n);
  }
  AATGS_FN int8_t* spins_of(uint32_t pack) const { return spins + uint64_t{pack - own_first} * graph.n * kLanes; }
  AATGS_FN uint32_t* sublattice(uint32_t replica, uint32_t color) const {
    return square + (uint64_t{replica - own_first} * 2 + color) * words;
  }
  /// LATTICE: pack (group of systems * copies + copy) * rungs + number holds one replica of each of 32 systems. A number
  /// past the last replica where there is no such system.
  AATGS_FN uint32_t replica_of(uint32_t pack, uint32_t bit) const {
    const uint32_t ladder = pack / rungs, system = ladder / copies * kLanes + bit;
    return system < systems ? (system * copies + ladder % copies) * rungs + pack % rungs : ~0u;
  }
  /// The pack of a replica, as own_pack() counts them.
  AATGS_FN uint32_t pack_of(uint32_t replica) const {
    if (model == ThermoModel::SQUARE) return replica;
    if (model != ThermoModel::LATTICE) return replica / kLanes;
    const uint32_t ladder = replica / rungs;
    return (ladder / copies / kLanes * copies + ladder % copies) * rungs + replica % rungs;
  }
  AATGS_FN uint32_t bit_of(uint32_t replica) const { return replica / rungs / copies % kLanes; }
  AATGS_FN uint32_t* lattice_of(uint32_t pack, uint32_t color) const {
    return lattice + (uint64_t{pack / row * own_count + pack % row - own_first} * 2 + color) * words;
  }
  AATGS_FN const uint32_t* signs_of(uint32_t group, uint32_t color) const {
    return signs + (uint64_t{group} * 2 + color) * 6 * words;
  }
  /// The words of a bit-packed graph's pack.
  AATGS_FN uint32_t* bits_of(uint32_t pack) const { return bits + uint64_t{pack - own_first} * (graph.n + 1); }
  AATGS_FN uint32_t* moves_of(uint32_t pack, uint32_t slice) const {
    return moves + (uint64_t{pack - own_first} * graph.slice_count + slice) * (2 + graph.planes) * kLanes;
  }
  /// Spin of one replica at a site of a graph.
  AATGS_FN int8_t spin(uint32_t replica, uint32_t site) const {
    const uint32_t pack = replica / kLanes, lane = replica % kLanes;
    if (graph.packed) return (bits_of(pack)[site] >> lane & 1u) ? 1 : -1;
    return spins_of(pack)[uint64_t{site} * kLanes + lane];
  }
};

/// How an instance works for all its life: graphs whose spins are bytes, bits, or bytes with nearly all sites joined, and the
/// two kinds of lattices, which have one bit a spin and keep no state of lowest energy. A kernel may contain some of it only.
enum Kinds : uint32_t { kBytes = 1, kPacked = 2, kDense = 4, kSquare = 8, kLattices = 16 };
inline constexpr uint32_t kGraphs = kBytes | kPacked | kDense, kAllKinds = kGraphs | kSquare | kLattices;

AATGS_FN Kinds kind_of(const ThermoState& state) {
  if (state.model == ThermoModel::SQUARE) return kSquare;
  if (state.model == ThermoModel::LATTICE) return kLattices;
  if (state.graph.packed) return kPacked;
  return state.dense ? kDense : kBytes;
}

/// Whether an instance is of one of these kinds, for code that contains `kKinds`: where that decides it, when it is compiled.
template <uint32_t kKinds>
AATGS_FN bool is(const ThermoState& state, uint32_t kinds) {
  if ((kKinds & kinds) == 0) return false;
  if ((kKinds & ~kinds) == 0) return true;
  return (kind_of(state) & kinds) != 0;
}

/// What a random number is for; keeps the streams apart.
enum class Purpose : uint32_t { SWEEP, INIT, EXCHANGE, SCHEME, CLUSTER };

/// Counter of a Philox block: who draws (two words), when (56 bits), what for.
AATGS_FN PhiloxBlock counter_of(Purpose purpose, uint64_t when, uint32_t entity, uint32_t part) {
  return {{part, entity, static_cast<uint32_t>(when),
           static_cast<uint32_t>(when >> 32) | static_cast<uint32_t>(purpose) << 24}};
}

AATGS_FN PhiloxBlock draw(uint64_t seed, Purpose purpose, uint64_t when, uint32_t entity, uint32_t part) {
  return philox4x32(counter_of(purpose, when, entity, part), static_cast<uint32_t>(seed),
                    static_cast<uint32_t>(seed >> 32));
}

}  // namespace aatgs::thermo
