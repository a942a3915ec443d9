// What every engine does with one config slot, on every backend.
#pragma once
#include <cstdint>

#include "aatgs/ring_layout.h"
#include "aatgs/team.hpp"

namespace aatgs {

/// Threads of a CUDA block: the step's kBlockThreads, or 256.
template <class Step>
constexpr uint32_t block_threads() {
  if constexpr (requires { Step::kBlockThreads; }) {
    return Step::kBlockThreads;
  } else {
    return 256;
  }
}

/// Blocks a multiprocessor must be able to hold, the step's kBlocksPerMultiprocessor: a bound on registers. 0: the compiler
/// chooses, which for large blocks may spill where one block could have them all.
template <class Step>
constexpr uint32_t blocks_per_multiprocessor() {
  if constexpr (requires { Step::kBlocksPerMultiprocessor; }) {
    return Step::kBlocksPerMultiprocessor;
  } else {
    return 0;
  }
}

/// Copies bytes between two ranges the device can address, 16 at a time where both are aligned.
template <class Team>
AATGS_FN void copy_bytes(Team& team, uint64_t from, uint64_t to, uint64_t bytes) {
  struct alignas(16) Quad {
    uint32_t x[4];
  };
  const uint64_t quads = ((from | to) & 15) == 0 ? bytes / 16 : 0;
  const Quad* source = reinterpret_cast<const Quad*>(from);
  Quad* target = reinterpret_cast<Quad*>(to);
  team.for_each(quads, [=](uint64_t i) { target[i] = source[i]; });
  const uint8_t* source_rest = reinterpret_cast<const uint8_t*>(from) + quads * 16;
  uint8_t* target_rest = reinterpret_cast<uint8_t*>(to) + quads * 16;
  team.for_each(bytes - quads * 16, [=](uint64_t i) { target_rest[i] = source_rest[i]; });
}

/// Runs one slot with the whole team. Writes the telemetry payload and status; the engine completes the header's
/// duration and publishes. A step writes telemetry as the leader only, who is also the one to clear it here. The caller
/// puts a barrier after it.
template <class Step, class Team>
AATGS_FN void run_slot(Team& team, const typename Step::Config& config, typename Step::State& state,
                       typename Step::Telemetry& telemetry) {
  team.leader([&] {
    telemetry.header.sequence = config.header.sequence;
    telemetry.header.iteration = config.header.iteration;
    telemetry.header.phase = config.header.phase;
    telemetry.header.status = 0;
    telemetry.header.output_bytes = 0;
    // A slot is reused: fields a step leaves alone read as zero, not as an older record.
    auto* payload = reinterpret_cast<uint64_t*>(&telemetry) + sizeof(TelemetryHeader) / 8;
    for (uint32_t i = 0; i < (sizeof(telemetry) - sizeof(TelemetryHeader)) / 8; ++i) payload[i] = 0;
  });
  if (config.header.kind == static_cast<uint32_t>(SlotKind::COPY)) {
    copy_bytes(team, config.header.input, config.header.output, config.header.input_bytes);
  } else {
    Step::run(team, config, state, telemetry);
  }
}

}  // namespace aatgs
