// The smallest whole module: copy this folder to start one of your own (docs/writing-a-module.md walks through it).
// Each counter adds a random 0..15 to itself in every substep until it reaches the goal.
#pragma once
#include "aatgs/module.hpp"
#include "aatgs/philox.hpp"
#include "aatgs/team.hpp"
#include "example/example_clock.hpp"
#include "example/example_layout.h"

namespace aatgs::example {

struct ExampleState {
  uint32_t entities;
  uint32_t goal;
  uint32_t* counters;
  uint32_t* steps;  // one word: substeps since the last reset. State lives in the arena, so snapshots hold it.
};

struct ExampleStep {
  using Setup = ExampleSetup;
  using Config = ExampleConfig;
  using Telemetry = ExampleTelemetry;
  using State = ExampleState;

  static const char* check(const SetupView<Setup>& setup) {
    if (setup->entities == 0) return "entities must be at least 1";
    if (setup->goal == 0 || setup->goal > 0x7fffffff) return "goal must be between 1 and 2^31 - 1";
    return nullptr;
  }

  static void lay_out(Arena& arena, const SetupView<Setup>& setup, State& state) {
    state.entities = setup->entities;
    state.goal = setup->goal;
    state.counters = arena.state<uint32_t>(setup->entities, "counters");
    state.steps = arena.state<uint32_t>(1);
  }

  template <class Team>
  AATGS_FN static void run(Team& team, const Config& config, State& state, Telemetry& telemetry) {
    const auto phase = static_cast<ExamplePhase>(config.header.phase);
    if (phase == ExamplePhase::SPIN) {
      spin(config.spin_ns);
      return;
    }
    if (phase == ExamplePhase::WAIT) {
      for (uint32_t i = 0; i < 1000 && !team.cancelled(); ++i) {
        spin(config.spin_ns);
        team.barrier();
      }
      return;
    }
    if (phase == ExamplePhase::RESET) {
      team.for_each(state.entities, [&](uint32_t i) { state.counters[i] = 0; });
      team.leader([&] { *state.steps = 0; });
      team.barrier();
    }
    const uint32_t substeps = phase == ExamplePhase::RUN ? config.substeps : 0;
    bool done = false;
    for (uint32_t s = 0; s < substeps; ++s) {
      done = !team.any(state.entities, [&](uint32_t i) { return state.counters[i] < state.goal; });
      if (done || team.cancelled()) break;
      const uint32_t step = *state.steps;
      team.for_each(state.entities, [&](uint32_t i) {
        if (state.counters[i] < state.goal) state.counters[i] += Random(config.header.seed, step, i).below(16);
      });
      team.barrier();
      team.leader([&] { *state.steps = step + 1; });
    }
    report(team, config, state, telemetry, done);
  }

 private:
  template <class Team>
  AATGS_FN static void report(Team& team, const Config& config, State& state, Telemetry& telemetry, bool idle) {
    const auto* input = reinterpret_cast<const uint8_t*>(config.header.input);
    const uint64_t total = team.template sum<uint64_t>(state.entities, [&](uint32_t i) { return state.counters[i]; });
    const auto lowest = team.template argmin<uint32_t>(state.entities, [&](uint32_t i) { return state.counters[i]; });
    const uint32_t input_sum =
        team.template sum<uint32_t>(config.header.input_bytes, [&](uint64_t i) { return uint32_t{input[i]}; });
    // An output, when asked for, is the counters as far as they fit.
    const uint64_t room = config.header.output_bytes / sizeof(uint32_t);
    const uint32_t shown = room < state.entities ? static_cast<uint32_t>(room) : state.entities;
    auto* output = reinterpret_cast<uint32_t*>(config.header.output);
    team.for_each(shown, [&](uint32_t i) { output[i] = state.counters[i]; });
    team.leader([&] {
      telemetry.total = total;
      telemetry.lowest = lowest.value;
      telemetry.lowest_index = static_cast<uint32_t>(lowest.index);
      telemetry.steps = *state.steps;
      telemetry.input_sum = input_sum;
      telemetry.header.output_bytes = shown * static_cast<uint32_t>(sizeof(uint32_t));
      if (lowest.value >= state.goal) telemetry.header.status |= static_cast<uint32_t>(Status::CONVERGED);
      if (idle) telemetry.header.status |= static_cast<uint32_t>(Status::IDLE);
    });
  }
};

}  // namespace aatgs::example
