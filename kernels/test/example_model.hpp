// The example step once more, written as a plain loop: what the engines are compared with.
#pragma once
#include <numeric>
#include <vector>

#include "aatgs/philox.hpp"
#include "example/example_layout.h"

namespace aatgs::test {

using example::ExampleConfig;
using example::ExamplePhase;
using example::ExampleTelemetry;

class ExampleModel {
 public:
  ExampleModel(uint32_t entities, uint32_t goal) : goal_(goal), counters_(entities) {}
  const std::vector<uint32_t>& counters() const { return counters_; }

  /// The record this config must be answered with, apart from input_sum, output_bytes and duration.
  ExampleTelemetry run(const ExampleConfig& config) {
    ExampleTelemetry record{};
    record.header.sequence = config.header.sequence;
    record.header.iteration = config.header.iteration;
    record.header.phase = config.header.phase;
    const auto phase = static_cast<ExamplePhase>(config.header.phase);
    if (config.header.kind == static_cast<uint32_t>(SlotKind::COPY) || phase == ExamplePhase::SPIN) return record;
    if (phase == ExamplePhase::RESET) {
      counters_.assign(counters_.size(), 0);
      steps_ = 0;
    }
    bool idle = false;
    for (uint32_t s = 0; phase == ExamplePhase::RUN && s < config.substeps && !idle; ++s) {
      idle = lowest() >= goal_;
      if (!idle) substep(config.header.seed);
    }
    record.total = std::accumulate(counters_.begin(), counters_.end(), uint64_t{0});
    record.lowest = lowest();
    while (counters_[record.lowest_index] != record.lowest) ++record.lowest_index;
    record.steps = steps_;
    if (record.lowest >= goal_) record.header.status |= static_cast<uint32_t>(Status::CONVERGED);
    if (idle) record.header.status |= static_cast<uint32_t>(Status::IDLE);
    return record;
  }

 private:
  uint32_t lowest() const {
    uint32_t least = counters_[0];
    for (uint32_t counter : counters_) least = counter < least ? counter : least;
    return least;
  }
  void substep(uint64_t seed) {
    for (uint32_t i = 0; i < counters_.size(); ++i) {
      if (counters_[i] < goal_) counters_[i] += Random(seed, steps_, i).below(16);
    }
    ++steps_;
  }

  uint32_t goal_;
  uint32_t steps_ = 0;
  std::vector<uint32_t> counters_;
};

inline bool same_record(const ExampleTelemetry& a, const ExampleTelemetry& b) {
  return a.header.sequence == b.header.sequence && a.header.status == b.header.status &&
         a.header.iteration == b.header.iteration && a.header.phase == b.header.phase && a.total == b.total &&
         a.lowest == b.lowest && a.lowest_index == b.lowest_index && a.steps == b.steps;
}

}  // namespace aatgs::test
