// Generated from whcr.layout.json by `aatgs layout`; do not edit.
#pragma once
#include <cstddef>
#include <cstdint>
#include "aatgs/module.h"
#include "aatgs/ring_layout.h"

namespace aatgs::whcr {

/// What a config asks for.
enum class WhcrPhase : uint32_t {
  RUN = 0,
  RESET = 1,
  SET_COLORS = 2,
  SET_PRIORS = 3,
};

/// Where the population of a reset comes from. INPUT reads whole colourings (u32 for each vertex) from the staged input; a colour at or above `colors` means: not coloured yet.
enum class WhcrInit : uint32_t {
  RANDOM = 0,
  GREEDY = 1,
  INPUT = 2,
};

/// How a member moves. TABLE: tabu search over a table of neighbour counts, for up to some 20,000 vertices. REPAIR: min-conflicts without a table. SPARSE: the whole team on one colouring, for huge sparse graphs: greedy colouring, then its classes and conflicts in parallel rounds. WEIGHTED: tabu search under learnt weights of edges. ANNEALED: simulated annealing. MIXED: a part of the population as with TABLE, a part as with ANNEALED, a part as with WEIGHTED, and more of it for what finds fewer conflicts. AUTO: MIXED where degrees differ much more or less than in a random graph, otherwise TABLE; WEIGHTED above 8192 vertices, REPAIR where tables are too large.
enum class WhcrDynamic : uint32_t {
  AUTO = 0,
  TABLE = 1,
  REPAIR = 2,
  SPARSE = 3,
  MIXED = 4,
  WEIGHTED = 5,
  ANNEALED = 6,
};

/// Fixed when the context is made. Parts: offsets u32[vertices + 1], neighbours u32[arcs] (both directions of every edge), and optionally priorities u8[vertices] that decide between equally good moves, high first.
struct alignas(16) WhcrSetup {
  uint32_t vertices;  ///< Number of vertices.
  uint32_t max_colors;  ///< Most colours any config may ask for; memory is planned for it.
  uint32_t population;  ///< Colourings searched at once. Members 2i and 2i+1 are recombined with each other; an odd last one walks alone.
  uint32_t dynamic;  ///< WhcrDynamic.
  uint32_t moves_per_substep;  ///< Moves of each member in one substep (SPARSE: rounds); 0: from the size of the graph.
  uint32_t moves_per_generation;  ///< Moves of each member between recombinations, rounded to whole substeps; 0: from the size of the graph.
  uint32_t colors;  ///< Number of colours of the implicit first reset; 0: maxColors.
  uint32_t target_colors;  ///< Its target; 0: the same as colors.
  uint32_t init;  ///< Its WhcrInit; RANDOM or GREEDY.
  uint8_t pad0[4];
  uint64_t seed;  ///< Its seed.
  uint32_t levels;  ///< SPARSE: levels of the hierarchy that steers the repair, 0 to 12; 0: none.
  uint32_t beliefs;  ///< 1: make room for a belief about every (vertex, colour) pair.
  uint8_t pad1[8];
};
static_assert(sizeof(WhcrSetup) == 64);
static_assert(offsetof(WhcrSetup, vertices) == 0);
static_assert(offsetof(WhcrSetup, max_colors) == 4);
static_assert(offsetof(WhcrSetup, population) == 8);
static_assert(offsetof(WhcrSetup, dynamic) == 12);
static_assert(offsetof(WhcrSetup, moves_per_substep) == 16);
static_assert(offsetof(WhcrSetup, moves_per_generation) == 20);
static_assert(offsetof(WhcrSetup, colors) == 24);
static_assert(offsetof(WhcrSetup, target_colors) == 28);
static_assert(offsetof(WhcrSetup, init) == 32);
static_assert(offsetof(WhcrSetup, seed) == 40);
static_assert(offsetof(WhcrSetup, levels) == 48);
static_assert(offsetof(WhcrSetup, beliefs) == 52);

/// One config.
struct alignas(16) WhcrConfig {
  ConfigHeader header;
  uint32_t substeps;  ///< RUN: substeps to run.
  uint32_t colors;  ///< RESET, SET_COLORS: number of colours to search with; 0: maxColors.
  uint32_t target_colors;  ///< RESET, SET_COLORS: the search goes on with fewer colours until it holds a proper colouring with this many; 0: the same as colors.
  uint32_t init;  ///< RESET: WhcrInit.
  uint32_t priors;  ///< SET_PRIORS: which arrays of u8 the staged input holds, in this order: 1 stress, 2 persistence, 4 hotspot (0 or not) for each vertex, 8 belief for each vertex and colour below maxColors. None: no priors from now on.
  uint32_t stress_weight;  ///< SET_PRIORS: weight of the stress, in 1/256, at most 65536.
  uint32_t persistence_weight;  ///< SET_PRIORS: weight of the persistence, in 1/256, at most 65536.
  uint32_t belief_weight;  ///< SET_PRIORS: weight of the belief, in 1/256, at most 65536.
  uint32_t hotspot_multiplier;  ///< SET_PRIORS: what stress and persistence of a hotspot count, in 1/256, at most 65536.
  uint8_t pad0[156];
};
static_assert(sizeof(WhcrConfig) == 256);
static_assert(offsetof(WhcrConfig, substeps) == 64);
static_assert(offsetof(WhcrConfig, colors) == 68);
static_assert(offsetof(WhcrConfig, target_colors) == 72);
static_assert(offsetof(WhcrConfig, init) == 76);
static_assert(offsetof(WhcrConfig, priors) == 80);
static_assert(offsetof(WhcrConfig, stress_weight) == 84);
static_assert(offsetof(WhcrConfig, persistence_weight) == 88);
static_assert(offsetof(WhcrConfig, belief_weight) == 92);
static_assert(offsetof(WhcrConfig, hotspot_multiplier) == 96);

/// One record.
struct alignas(16) WhcrTelemetry {
  TelemetryHeader header;
  uint64_t moves;  ///< Moves of all members since the reset.
  uint32_t conflicts;  ///< Fewest conflicting edges seen with `colors` colours.
  uint32_t colors;  ///< Number of colours searched with now.
  uint32_t best_conflicts;  ///< Conflicting edges of the colouring in region `best`.
  uint32_t best_colors;  ///< Colours of the best proper colouring since the reset; 0: none yet.
  uint32_t generation;  ///< Recombinations since the reset.
  uint32_t dynamic;  ///< WhcrDynamic in use.
};
static_assert(sizeof(WhcrTelemetry) == 64);
static_assert(offsetof(WhcrTelemetry, moves) == 32);
static_assert(offsetof(WhcrTelemetry, conflicts) == 40);
static_assert(offsetof(WhcrTelemetry, colors) == 44);
static_assert(offsetof(WhcrTelemetry, best_conflicts) == 48);
static_assert(offsetof(WhcrTelemetry, best_colors) == 52);
static_assert(offsetof(WhcrTelemetry, generation) == 56);
static_assert(offsetof(WhcrTelemetry, dynamic) == 60);

/// Where the compiler put each field; the loader compares this table with the TypeScript side.
inline constexpr AatgsField kFields[] = {
    {"WhcrSetup.vertices", offsetof(WhcrSetup, vertices), sizeof(WhcrSetup::vertices)},
    {"WhcrSetup.maxColors", offsetof(WhcrSetup, max_colors), sizeof(WhcrSetup::max_colors)},
    {"WhcrSetup.population", offsetof(WhcrSetup, population), sizeof(WhcrSetup::population)},
    {"WhcrSetup.dynamic", offsetof(WhcrSetup, dynamic), sizeof(WhcrSetup::dynamic)},
    {"WhcrSetup.movesPerSubstep", offsetof(WhcrSetup, moves_per_substep), sizeof(WhcrSetup::moves_per_substep)},
    {"WhcrSetup.movesPerGeneration", offsetof(WhcrSetup, moves_per_generation), sizeof(WhcrSetup::moves_per_generation)},
    {"WhcrSetup.colors", offsetof(WhcrSetup, colors), sizeof(WhcrSetup::colors)},
    {"WhcrSetup.targetColors", offsetof(WhcrSetup, target_colors), sizeof(WhcrSetup::target_colors)},
    {"WhcrSetup.init", offsetof(WhcrSetup, init), sizeof(WhcrSetup::init)},
    {"WhcrSetup.seed", offsetof(WhcrSetup, seed), sizeof(WhcrSetup::seed)},
    {"WhcrSetup.levels", offsetof(WhcrSetup, levels), sizeof(WhcrSetup::levels)},
    {"WhcrSetup.beliefs", offsetof(WhcrSetup, beliefs), sizeof(WhcrSetup::beliefs)},
    {"WhcrConfig.substeps", offsetof(WhcrConfig, substeps), sizeof(WhcrConfig::substeps)},
    {"WhcrConfig.colors", offsetof(WhcrConfig, colors), sizeof(WhcrConfig::colors)},
    {"WhcrConfig.targetColors", offsetof(WhcrConfig, target_colors), sizeof(WhcrConfig::target_colors)},
    {"WhcrConfig.init", offsetof(WhcrConfig, init), sizeof(WhcrConfig::init)},
    {"WhcrConfig.priors", offsetof(WhcrConfig, priors), sizeof(WhcrConfig::priors)},
    {"WhcrConfig.stressWeight", offsetof(WhcrConfig, stress_weight), sizeof(WhcrConfig::stress_weight)},
    {"WhcrConfig.persistenceWeight", offsetof(WhcrConfig, persistence_weight), sizeof(WhcrConfig::persistence_weight)},
    {"WhcrConfig.beliefWeight", offsetof(WhcrConfig, belief_weight), sizeof(WhcrConfig::belief_weight)},
    {"WhcrConfig.hotspotMultiplier", offsetof(WhcrConfig, hotspot_multiplier), sizeof(WhcrConfig::hotspot_multiplier)},
    {"WhcrTelemetry.moves", offsetof(WhcrTelemetry, moves), sizeof(WhcrTelemetry::moves)},
    {"WhcrTelemetry.conflicts", offsetof(WhcrTelemetry, conflicts), sizeof(WhcrTelemetry::conflicts)},
    {"WhcrTelemetry.colors", offsetof(WhcrTelemetry, colors), sizeof(WhcrTelemetry::colors)},
    {"WhcrTelemetry.bestConflicts", offsetof(WhcrTelemetry, best_conflicts), sizeof(WhcrTelemetry::best_conflicts)},
    {"WhcrTelemetry.bestColors", offsetof(WhcrTelemetry, best_colors), sizeof(WhcrTelemetry::best_colors)},
    {"WhcrTelemetry.generation", offsetof(WhcrTelemetry, generation), sizeof(WhcrTelemetry::generation)},
    {"WhcrTelemetry.dynamic", offsetof(WhcrTelemetry, dynamic), sizeof(WhcrTelemetry::dynamic)},
};
inline constexpr uint64_t kLayoutFingerprint = 0xd5cbad07a4933bb6ULL;

}  // namespace aatgs::whcr
