// Generated from lbs.layout.json by `aatgs layout`; do not edit.
#pragma once
#include <cstddef>
#include <cstdint>
#include "aatgs/module.h"
#include "aatgs/ring_layout.h"

namespace aatgs::lbs {

/// What a config asks for. RUN: predict the next structures of the batch. LOAD: take the staged batch, then RUN.
enum class LbsPhase : uint32_t {
  RUN = 0,
  LOAD = 1,
};

/// Bits of a record's `overflow`. ATOMS, STRUCTURES: the batch does not fit the setup and nothing was done. POINTS: a structure has more surface points than were planned; the last ones were left out.
enum class LbsFlag : uint32_t {
  ATOMS = 1,
  STRUCTURES = 2,
  POINTS = 4,
  OUTPUT = 8,
};

/// Fixed when the context is made. Parts: borders of the point features, forest of the point model, borders and forest of the site model, calibration, and optionally a batch to start with (see lbs_input.hpp and lbs_model.hpp).
struct alignas(16) LbsSetup {
  uint32_t max_atoms;  ///< Most atoms of a batch.
  uint32_t max_structures;  ///< Most structures of a batch.
  float points_per_atom;  ///< Surface points planned for, an atom.
  uint8_t pad0[4];
};
static_assert(sizeof(LbsSetup) == 16);
static_assert(offsetof(LbsSetup, max_atoms) == 0);
static_assert(offsetof(LbsSetup, max_structures) == 4);
static_assert(offsetof(LbsSetup, points_per_atom) == 8);

/// One config.
struct alignas(16) LbsConfig {
  ConfigHeader header;
  uint32_t substeps;  ///< Structures to predict, at once; results do not depend on how many.
  uint32_t repeats;  ///< Predict them so many times: for timing.
  uint32_t want_points;  ///< 1: the output lists the surface points.
  uint8_t pad0[180];
};
static_assert(sizeof(LbsConfig) == 256);
static_assert(offsetof(LbsConfig, substeps) == 64);
static_assert(offsetof(LbsConfig, repeats) == 68);
static_assert(offsetof(LbsConfig, want_points) == 72);

/// One record. The output holds the results of the structures this config predicted; see lbs_output.hpp.
struct alignas(16) LbsTelemetry {
  TelemetryHeader header;
  uint32_t done;  ///< Structures of the batch predicted so far.
  uint32_t structures;  ///< Structures of the batch.
  uint32_t points;  ///< Surface points of those this config predicted.
  uint32_t sites;  ///< Sites of those this config predicted.
  uint32_t overflow;  ///< LbsFlag bits.
  uint32_t input_sum;  ///< LOAD: sum of the staged bytes modulo 2^32.
  uint8_t pad0[8];
};
static_assert(sizeof(LbsTelemetry) == 64);
static_assert(offsetof(LbsTelemetry, done) == 32);
static_assert(offsetof(LbsTelemetry, structures) == 36);
static_assert(offsetof(LbsTelemetry, points) == 40);
static_assert(offsetof(LbsTelemetry, sites) == 44);
static_assert(offsetof(LbsTelemetry, overflow) == 48);
static_assert(offsetof(LbsTelemetry, input_sum) == 52);

/// Where the compiler put each field; the loader compares this table with the TypeScript side.
inline constexpr AatgsField kFields[] = {
    {"LbsSetup.maxAtoms", offsetof(LbsSetup, max_atoms), sizeof(LbsSetup::max_atoms)},
    {"LbsSetup.maxStructures", offsetof(LbsSetup, max_structures), sizeof(LbsSetup::max_structures)},
    {"LbsSetup.pointsPerAtom", offsetof(LbsSetup, points_per_atom), sizeof(LbsSetup::points_per_atom)},
    {"LbsConfig.substeps", offsetof(LbsConfig, substeps), sizeof(LbsConfig::substeps)},
    {"LbsConfig.repeats", offsetof(LbsConfig, repeats), sizeof(LbsConfig::repeats)},
    {"LbsConfig.wantPoints", offsetof(LbsConfig, want_points), sizeof(LbsConfig::want_points)},
    {"LbsTelemetry.done", offsetof(LbsTelemetry, done), sizeof(LbsTelemetry::done)},
    {"LbsTelemetry.structures", offsetof(LbsTelemetry, structures), sizeof(LbsTelemetry::structures)},
    {"LbsTelemetry.points", offsetof(LbsTelemetry, points), sizeof(LbsTelemetry::points)},
    {"LbsTelemetry.sites", offsetof(LbsTelemetry, sites), sizeof(LbsTelemetry::sites)},
    {"LbsTelemetry.overflow", offsetof(LbsTelemetry, overflow), sizeof(LbsTelemetry::overflow)},
    {"LbsTelemetry.inputSum", offsetof(LbsTelemetry, input_sum), sizeof(LbsTelemetry::input_sum)},
};
inline constexpr uint64_t kLayoutFingerprint = 0xe15b6f800785c6f6ULL;

}  // namespace aatgs::lbs
