// Generated from thermo.layout.json by `aatgs layout`; do not edit.
#pragma once
#include <cstddef>
#include <cstdint>
#include "aatgs/module.h"
#include "aatgs/ring_layout.h"

namespace aatgs::thermo {

inline constexpr uint32_t OUTBOX_HEAD = 256;
/// What a config asks for. An instance that is one of several members runs a round in parts: SWEEP, a GATHER for every other member, EXCHANGE. TOGETHER: whole rounds, in which the members wait for each other inside the step; all of them must be given the same configs at the same time, and reach each other's memory.
enum class ThermoPhase : uint32_t {
  RUN = 0,
  RESET = 1,
  SWEEP = 2,
  GATHER = 3,
  EXCHANGE = 4,
  TOGETHER = 5,
};

/// ISING: spins -1/+1 on any graph. POTTS: q states on any graph. SQUARE: the ferromagnet on an L x L torus, bit-packed. LATTICE: many +-1 lattices of one shape, bit-packed.
enum class ThermoModel : uint32_t {
  ISING = 0,
  POTTS = 1,
  SQUARE = 2,
  LATTICE = 3,
};

/// Which neighbours try to exchange. DEO: even and odd pairs in turn (non-reversible); SEO: even or odd at random (reversible).
enum class ThermoScheme : uint32_t {
  DEO = 0,
  SEO = 1,
};

/// Fixed when the context is made. Parts: betas f64[rungs] (rising: rung 0 is the hottest); for graphs offsets u32[n + 1], neighbours u32[arcs], weights i32[arcs] (both directions), fields i32[n]; for LATTICE couplings u32[systems / 32][3][sites]: bit b set where the bond of system b from a site in direction x, y or z is -1.
struct alignas(16) ThermoSetup {
  uint32_t model;  ///< ThermoModel.
  uint32_t sites;  ///< Number of sites; SQUARE: L, a multiple of 64.
  uint32_t states;  ///< POTTS: number of states, 2 to 255.
  uint32_t rungs;  ///< Temperatures of a ladder.
  uint32_t width;  ///< LATTICE: side in x, a multiple of 8; sites count x first.
  uint32_t height;  ///< LATTICE: side in y, even.
  uint32_t depth;  ///< LATTICE: side in z, even; 1: two dimensions.
  uint32_t systems;  ///< LATTICE: realisations of the couplings. Ladders are shared out: ladder l belongs to system l / (ladders / systems).
  uint32_t ladders;  ///< Independent ladders. Ladders 2i and 2i+1 form a pair: overlaps and cluster moves join them.
  uint32_t sweeps_per_round;  ///< Sweeps between exchanges; a round is a substep.
  uint32_t scheme;  ///< ThermoScheme.
  uint32_t cluster_every;  ///< ISING: rounds between isoenergetic cluster moves; 0: none.
  uint32_t members;  ///< Instances that share the replicas of the same ladders, each with the spins of its own; all make the same exchanges.
  uint32_t member;  ///< Which of them this is.
  uint32_t capacity;  ///< Most samples a run may take; memory is planned for it.
  uint32_t burn_in;  ///< Rounds of the implicit first reset before samples are taken; the ladder adapts in them.
  uint32_t anneal;  ///< Its first rounds, in which all temperatures fall from infinity to their own.
  uint32_t samples;  ///< Samples it takes; 0: runs until the target.
  uint32_t sample_every;  ///< Rounds between its samples.
  uint32_t adapt;  ///< Whether its burn-in adapts the ladder.
  double target;  ///< It has converged at this energy or below.
  uint64_t seed;  ///< Its seed.
};
static_assert(sizeof(ThermoSetup) == 96);
static_assert(offsetof(ThermoSetup, model) == 0);
static_assert(offsetof(ThermoSetup, sites) == 4);
static_assert(offsetof(ThermoSetup, states) == 8);
static_assert(offsetof(ThermoSetup, rungs) == 12);
static_assert(offsetof(ThermoSetup, width) == 16);
static_assert(offsetof(ThermoSetup, height) == 20);
static_assert(offsetof(ThermoSetup, depth) == 24);
static_assert(offsetof(ThermoSetup, systems) == 28);
static_assert(offsetof(ThermoSetup, ladders) == 32);
static_assert(offsetof(ThermoSetup, sweeps_per_round) == 36);
static_assert(offsetof(ThermoSetup, scheme) == 40);
static_assert(offsetof(ThermoSetup, cluster_every) == 44);
static_assert(offsetof(ThermoSetup, members) == 48);
static_assert(offsetof(ThermoSetup, member) == 52);
static_assert(offsetof(ThermoSetup, capacity) == 56);
static_assert(offsetof(ThermoSetup, burn_in) == 60);
static_assert(offsetof(ThermoSetup, anneal) == 64);
static_assert(offsetof(ThermoSetup, samples) == 68);
static_assert(offsetof(ThermoSetup, sample_every) == 72);
static_assert(offsetof(ThermoSetup, adapt) == 76);
static_assert(offsetof(ThermoSetup, target) == 80);
static_assert(offsetof(ThermoSetup, seed) == 88);

/// One config. RESET starts a run: its fields are those of the setup, its seed the header's.
struct alignas(16) ThermoConfig {
  ConfigHeader header;
  uint32_t substeps;  ///< RUN, TOGETHER: rounds to run.
  uint32_t burn_in;  ///< RESET: rounds before samples are taken.
  uint32_t anneal;  ///< RESET: rounds in which all temperatures fall to their own.
  uint32_t samples;  ///< RESET: samples to take, at most the setup's capacity; 0: runs until the target.
  uint32_t sample_every;  ///< RESET: rounds between samples.
  uint32_t adapt;  ///< RESET: whether burn-in adapts the ladder.
  double target;  ///< RESET: converged at this energy or below.
  uint64_t energies;  ///< Address of i64[replicas] on the device. SWEEP: written, 0 where another member's replica is. GATHER: another member's, added. TOGETHER: what this member shows the others: 256 bytes, zeros at first, and i64[2][replicas].
  uint64_t incoming;  ///< TOGETHER: address of u64[members]: where what each member shows is found from here.
  uint8_t pad0[144];
};
static_assert(sizeof(ThermoConfig) == 256);
static_assert(offsetof(ThermoConfig, substeps) == 64);
static_assert(offsetof(ThermoConfig, burn_in) == 68);
static_assert(offsetof(ThermoConfig, anneal) == 72);
static_assert(offsetof(ThermoConfig, samples) == 76);
static_assert(offsetof(ThermoConfig, sample_every) == 80);
static_assert(offsetof(ThermoConfig, adapt) == 84);
static_assert(offsetof(ThermoConfig, target) == 88);
static_assert(offsetof(ThermoConfig, energies) == 96);
static_assert(offsetof(ThermoConfig, incoming) == 104);

/// One record.
struct alignas(16) ThermoTelemetry {
  TelemetryHeader header;
  uint64_t rounds;  ///< Rounds since the reset.
  double best_energy;  ///< Lowest energy seen since the reset, in units.
  uint32_t samples;  ///< Samples taken.
  uint32_t round_trips;  ///< Round trips of replicas between the ends of the ladder, since the ladder was last changed.
  float acceptance;  ///< Mean acceptance of exchanges, since the ladder was last changed.
  uint8_t pad0[4];
};
static_assert(sizeof(ThermoTelemetry) == 64);
static_assert(offsetof(ThermoTelemetry, rounds) == 32);
static_assert(offsetof(ThermoTelemetry, best_energy) == 40);
static_assert(offsetof(ThermoTelemetry, samples) == 48);
static_assert(offsetof(ThermoTelemetry, round_trips) == 52);
static_assert(offsetof(ThermoTelemetry, acceptance) == 56);

/// Where the compiler put each field; the loader compares this table with the TypeScript side.
inline constexpr AatgsField kFields[] = {
    {"ThermoSetup.model", offsetof(ThermoSetup, model), sizeof(ThermoSetup::model)},
    {"ThermoSetup.sites", offsetof(ThermoSetup, sites), sizeof(ThermoSetup::sites)},
    {"ThermoSetup.states", offsetof(ThermoSetup, states), sizeof(ThermoSetup::states)},
    {"ThermoSetup.rungs", offsetof(ThermoSetup, rungs), sizeof(ThermoSetup::rungs)},
    {"ThermoSetup.width", offsetof(ThermoSetup, width), sizeof(ThermoSetup::width)},
    {"ThermoSetup.height", offsetof(ThermoSetup, height), sizeof(ThermoSetup::height)},
    {"ThermoSetup.depth", offsetof(ThermoSetup, depth), sizeof(ThermoSetup::depth)},
    {"ThermoSetup.systems", offsetof(ThermoSetup, systems), sizeof(ThermoSetup::systems)},
    {"ThermoSetup.ladders", offsetof(ThermoSetup, ladders), sizeof(ThermoSetup::ladders)},
    {"ThermoSetup.sweepsPerRound", offsetof(ThermoSetup, sweeps_per_round), sizeof(ThermoSetup::sweeps_per_round)},
    {"ThermoSetup.scheme", offsetof(ThermoSetup, scheme), sizeof(ThermoSetup::scheme)},
    {"ThermoSetup.clusterEvery", offsetof(ThermoSetup, cluster_every), sizeof(ThermoSetup::cluster_every)},
    {"ThermoSetup.members", offsetof(ThermoSetup, members), sizeof(ThermoSetup::members)},
    {"ThermoSetup.member", offsetof(ThermoSetup, member), sizeof(ThermoSetup::member)},
    {"ThermoSetup.capacity", offsetof(ThermoSetup, capacity), sizeof(ThermoSetup::capacity)},
    {"ThermoSetup.burnIn", offsetof(ThermoSetup, burn_in), sizeof(ThermoSetup::burn_in)},
    {"ThermoSetup.anneal", offsetof(ThermoSetup, anneal), sizeof(ThermoSetup::anneal)},
    {"ThermoSetup.samples", offsetof(ThermoSetup, samples), sizeof(ThermoSetup::samples)},
    {"ThermoSetup.sampleEvery", offsetof(ThermoSetup, sample_every), sizeof(ThermoSetup::sample_every)},
    {"ThermoSetup.adapt", offsetof(ThermoSetup, adapt), sizeof(ThermoSetup::adapt)},
    {"ThermoSetup.target", offsetof(ThermoSetup, target), sizeof(ThermoSetup::target)},
    {"ThermoSetup.seed", offsetof(ThermoSetup, seed), sizeof(ThermoSetup::seed)},
    {"ThermoConfig.substeps", offsetof(ThermoConfig, substeps), sizeof(ThermoConfig::substeps)},
    {"ThermoConfig.burnIn", offsetof(ThermoConfig, burn_in), sizeof(ThermoConfig::burn_in)},
    {"ThermoConfig.anneal", offsetof(ThermoConfig, anneal), sizeof(ThermoConfig::anneal)},
    {"ThermoConfig.samples", offsetof(ThermoConfig, samples), sizeof(ThermoConfig::samples)},
    {"ThermoConfig.sampleEvery", offsetof(ThermoConfig, sample_every), sizeof(ThermoConfig::sample_every)},
    {"ThermoConfig.adapt", offsetof(ThermoConfig, adapt), sizeof(ThermoConfig::adapt)},
    {"ThermoConfig.target", offsetof(ThermoConfig, target), sizeof(ThermoConfig::target)},
    {"ThermoConfig.energies", offsetof(ThermoConfig, energies), sizeof(ThermoConfig::energies)},
    {"ThermoConfig.incoming", offsetof(ThermoConfig, incoming), sizeof(ThermoConfig::incoming)},
    {"ThermoTelemetry.rounds", offsetof(ThermoTelemetry, rounds), sizeof(ThermoTelemetry::rounds)},
    {"ThermoTelemetry.bestEnergy", offsetof(ThermoTelemetry, best_energy), sizeof(ThermoTelemetry::best_energy)},
    {"ThermoTelemetry.samples", offsetof(ThermoTelemetry, samples), sizeof(ThermoTelemetry::samples)},
    {"ThermoTelemetry.roundTrips", offsetof(ThermoTelemetry, round_trips), sizeof(ThermoTelemetry::round_trips)},
    {"ThermoTelemetry.acceptance", offsetof(ThermoTelemetry, acceptance), sizeof(ThermoTelemetry::acceptance)},
};
inline constexpr uint64_t kLayoutFingerprint = 0xd87cd02cecfe5e4aULL;

}  // namespace aatgs::thermo
