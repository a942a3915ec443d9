// What an instance holds: the model, the replicas, the ladder, and the run's counters.
#pragma once
#include <cstdint>

#include "thermo/thermo_lanes.hpp"
#include "thermo/thermo_layout.h"

namespace aatgs::thermo {

/// A graph with integer couplings, constant for the life of the instance. Sites are renumbered: independent sets are
/// contiguous, so that a warp may update any of one set at once. E = -sum J s s - sum h s (ISING), -sum J [s = s] (POTTS).
struct Couplings {
  uint32_t n;
  uint32_t states;  // POTTS
  uint32_t class_count;  // independent sets
  uint32_t bytes;  // of a local field: 1 where all |J| = 1, 2, or 4
  const uint32_t* classes;  // class_count + 1: first site of each
  const uint32_t* offsets;  // n + 1
  const uint32_t* positive;  // n: end of the arcs with J > 0, which come first
  const uint32_t* neighbours;
  const int32_t* weights;
  const int32_t* fields;  // n
  const uint32_t* label;  // n: the caller's number of a site
};

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
  uint64_t rounds;
  uint64_t burn_in, anneal;
  double target;
  uint32_t samples_wanted, sample_every, adapt;
  uint32_t started;
  uint32_t samples;
  uint32_t converged;
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
  uint32_t sweeps_per_round, cluster_every, capacity;
  ThermoConfig first;  // the implicit first reset
  Couplings graph;
  uint32_t side;  // SQUARE: L
  uint32_t words;  // SQUARE, LATTICE: of one sublattice
  uint32_t width, height, depth;  // LATTICE
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
  int8_t* spins;  // packs x n x kLanes
  uint32_t* square;  // SQUARE: replicas x 2 x words
  int64_t* best_energy;  // packs
  int8_t* best_spins;  // packs x n
  int32_t* best;  // n: the state the host reads
  int64_t* series;  // capacity x replicas x 2: energy and magnetisation by ladder and rung
  int32_t* overlaps;  // capacity x (ladders / 2) x rungs
  SquareLimits* square_limits;  // SQUARE: rungs
  uint32_t* lattice;  // LATTICE: packs x 2 x words
  uint64_t* rung_thresholds;  // LATTICE: rungs x 3
  LatticeLimits* lattice_limits;  // LATTICE: packs
  int64_t* lowest;  // LATTICE: systems: lowest energy seen at the end of a round
  // Scratch.
  double* before;  // rungs: the ladder while it is being adapted
  uint32_t* queue;  // cluster moves: (ladders / 2) x rungs x n
  uint32_t* seen;  // the same

  /// One bit a spin; states of lowest energy are not kept.
  AATGS_FN bool bit_packed() const { return model == ThermoModel::SQUARE || model == ThermoModel::LATTICE; }
  AATGS_FN int8_t* spins_of(uint32_t pack) const { return spins + uint64_t{pack} * graph.n * kLanes; }
  AATGS_FN uint32_t* sublattice(uint32_t replica, uint32_t color) const {
    return square + (uint64_t{replica} * 2 + color) * words;
  }
  /// LATTICE: pack (group of systems * copies + copy) * rungs + number holds one replica of each of 32 systems. A number
  /// past the last replica where there is no such system.
  AATGS_FN uint32_t replica_of(uint32_t pack, uint32_t bit) const {
    const uint32_t ladder = pack / rungs, system = ladder / copies * kLanes + bit;
    return system < systems ? (system * copies + ladder % copies) * rungs + pack % rungs : ~0u;
  }
  AATGS_FN uint32_t pack_of(uint32_t replica) const {
    const uint32_t ladder = replica / rungs;
    return (ladder / copies / kLanes * copies + ladder % copies) * rungs + replica % rungs;
  }
  AATGS_FN uint32_t bit_of(uint32_t replica) const { return replica / rungs / copies % kLanes; }
  AATGS_FN uint32_t* lattice_of(uint32_t pack, uint32_t color) const {
    return lattice + (uint64_t{pack} * 2 + color) * words;
  }
  AATGS_FN const uint32_t* signs_of(uint32_t group, uint32_t color) const {
    return signs + (uint64_t{group} * 2 + color) * 6 * words;
  }
  /// Spin of one replica at a site.
  AATGS_FN int8_t& spin(uint32_t replica, uint32_t site) const {
    return spins_of(replica / kLanes)[uint64_t{site} * kLanes + replica % kLanes];
  }
};

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
