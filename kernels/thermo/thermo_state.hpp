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

struct ThermoState {
  ThermoModel model;
  ThermoScheme scheme;
  uint32_t rungs, ladders, replicas, packs;
  uint32_t sweeps_per_round, cluster_every, capacity;
  ThermoConfig first;  // the implicit first reset
  Couplings graph;
  uint32_t side, words;  // SQUARE: L, and words of one sublattice
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
  uint32_t* thresholds;  // SQUARE: rungs x 2
  // Scratch.
  double* before;  // rungs: the ladder while it is being adapted
  uint32_t* queue;  // cluster moves: (ladders / 2) x rungs x n
  uint32_t* seen;  // the same

  AATGS_FN int8_t* spins_of(uint32_t pack) const { return spins + uint64_t{pack} * graph.n * kLanes; }
  AATGS_FN uint32_t* sublattice(uint32_t replica, uint32_t color) const {
    return square + (uint64_t{replica} * 2 + color) * words;
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
