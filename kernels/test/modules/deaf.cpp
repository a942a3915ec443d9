// A step that does not listen: it sleeps for spinNs whatever the host asks, and so stands for a hung one.
#include <chrono>
#include <thread>

#include "aatgs/module.hpp"
#include "example/example_layout.h"

namespace aatgs::test {

struct DeafStep {
  using Setup = example::ExampleSetup;
  using Config = example::ExampleConfig;
  using Telemetry = example::ExampleTelemetry;
  struct State {
    uint32_t* finished;
  };

  static const char* check(const SetupView<Setup>&) { return nullptr; }
  static void lay_out(Arena& arena, const SetupView<Setup>&, State& state) {
    state.finished = arena.state<uint32_t>(1);
  }

  template <class Team>
  static void run(Team& team, const Config& config, State& state, Telemetry& telemetry) {
    std::this_thread::sleep_for(std::chrono::nanoseconds(config.spin_ns));
    team.barrier();
    // Touches the arena and the ring after its sleep: were they freed meanwhile, AddressSanitizer would say so.
    team.leader([&] { telemetry.steps = __atomic_add_fetch(state.finished, 1, __ATOMIC_SEQ_CST); });
  }
};

}  // namespace aatgs::test

AATGS_MODULE(aatgs::test::DeafStep, "deaf", "1.0.0", aatgs::example::kFields, aatgs::example::kLayoutFingerprint)
