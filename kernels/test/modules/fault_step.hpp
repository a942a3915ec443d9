// Goes wrong on purpose, on a GPU: a RESET config writes where nothing is, a WAIT config never ends. Others count.
#pragma once
#include "aatgs/module.hpp"
#include "aatgs/team.hpp"
#include "example/example_layout.h"

namespace aatgs::fault {

using example::ExamplePhase;

struct FaultState {
  uint32_t* steps;
};

struct FaultStep {
  using Setup = example::ExampleSetup;
  using Config = example::ExampleConfig;
  using Telemetry = example::ExampleTelemetry;
  using State = FaultState;

  static const char* check(const SetupView<Setup>&) { return nullptr; }
  static void lay_out(Arena& arena, const SetupView<Setup>&, State& state) { state.steps = arena.state<uint32_t>(1); }

  template <class Team>
  AATGS_FN static void run(Team& team, const Config& config, State& state, Telemetry& telemetry) {
    const auto phase = static_cast<ExamplePhase>(config.header.phase);
    team.leader([&] {
      const uint64_t nowhere = uint64_t{64} * config.header.phase;
      if (phase == ExamplePhase::RESET) *reinterpret_cast<volatile uint32_t*>(nowhere) = 1;
      while (phase == ExamplePhase::WAIT && *const_cast<volatile uint32_t*>(state.steps) != ~0u) {
      }
      telemetry.steps = ++*state.steps;
    });
    team.barrier();
  }
};

}  // namespace aatgs::fault
