// Generated from example.layout.json by `aatgs layout`; do not edit.
#pragma once
#include <cstddef>
#include <cstdint>
#include "aatgs/module.h"
#include "aatgs/ring_layout.h"

namespace aatgs::example {

/// What a config asks for.
enum class ExamplePhase : uint32_t {
  RUN = 0,
  RESET = 1,
  SPIN = 2,
  WAIT = 3,
};

/// Fixed when the context is made.
struct alignas(16) ExampleSetup {
  uint32_t entities;  ///< Number of counters.
  uint32_t goal;  ///< A counter that has reached this value stops; all stopped means converged.
  uint8_t pad0[8];
};
static_assert(sizeof(ExampleSetup) == 16);
static_assert(offsetof(ExampleSetup, entities) == 0);
static_assert(offsetof(ExampleSetup, goal) == 4);

/// One config.
struct alignas(16) ExampleConfig {
  ConfigHeader header;
  uint32_t substeps;  ///< Substeps to run.
  uint32_t spin_ns;  ///< Phase SPIN: how long the step keeps the workers busy, in nanoseconds; phase WAIT does so up to 1000 times, until cancelled.
  uint8_t pad0[184];
};
static_assert(sizeof(ExampleConfig) == 256);
static_assert(offsetof(ExampleConfig, substeps) == 64);
static_assert(offsetof(ExampleConfig, spin_ns) == 68);

/// One record.
struct alignas(16) ExampleTelemetry {
  TelemetryHeader header;
  uint64_t total;  ///< Sum of all counters.
  uint32_t lowest;  ///< Smallest counter.
  uint32_t lowest_index;  ///< Index of the smallest counter; the lowest index on ties.
  uint32_t steps;  ///< Substeps run since the last reset.
  uint32_t input_sum;  ///< Sum of the staged input's bytes, modulo 2^32.
  uint8_t pad0[8];
};
static_assert(sizeof(ExampleTelemetry) == 64);
static_assert(offsetof(ExampleTelemetry, total) == 32);
static_assert(offsetof(ExampleTelemetry, lowest) == 40);
static_assert(offsetof(ExampleTelemetry, lowest_index) == 44);
static_assert(offsetof(ExampleTelemetry, steps) == 48);
static_assert(offsetof(ExampleTelemetry, input_sum) == 52);

/// Where the compiler put each field; the loader compares this table with the TypeScript side.
inline constexpr AatgsField kFields[] = {
    {"ExampleSetup.entities", offsetof(ExampleSetup, entities), sizeof(ExampleSetup::entities)},
    {"ExampleSetup.goal", offsetof(ExampleSetup, goal), sizeof(ExampleSetup::goal)},
    {"ExampleConfig.substeps", offsetof(ExampleConfig, substeps), sizeof(ExampleConfig::substeps)},
    {"ExampleConfig.spinNs", offsetof(ExampleConfig, spin_ns), sizeof(ExampleConfig::spin_ns)},
    {"ExampleTelemetry.total", offsetof(ExampleTelemetry, total), sizeof(ExampleTelemetry::total)},
    {"ExampleTelemetry.lowest", offsetof(ExampleTelemetry, lowest), sizeof(ExampleTelemetry::lowest)},
    {"ExampleTelemetry.lowestIndex", offsetof(ExampleTelemetry, lowest_index), sizeof(ExampleTelemetry::lowest_index)},
    {"ExampleTelemetry.steps", offsetof(ExampleTelemetry, steps), sizeof(ExampleTelemetry::steps)},
    {"ExampleTelemetry.inputSum", offsetof(ExampleTelemetry, input_sum), sizeof(ExampleTelemetry::input_sum)},
};
inline constexpr uint64_t kLayoutFingerprint = 0xdb3854edb20bc766ULL;

}  // namespace aatgs::example
