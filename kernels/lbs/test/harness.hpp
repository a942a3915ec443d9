// The module's instances as its tests use them.
#pragma once
#include "lbs/lbs_state.hpp"
#include "lbs/test/structures.hpp"
#include "test/step_rig.hpp"

namespace aatgs::lbs::test {

/// One config's record and output.
struct Result {
  LbsTelemetry telemetry{};
  std::vector<uint32_t> output;

  const StructureResult& structure(uint32_t s) const {
    return reinterpret_cast<const StructureResult*>(output.data() + kOutputHeaderWords)[s];
  }
};

class Instance : public aatgs::test::StepRig<LbsSetup, LbsConfig, LbsTelemetry> {
 public:
  Instance(const Model& model, const LbsSetup& setup, uint32_t threads = 1)
      : StepRig(setup, parts(model), threads, 1 << 20) {}

  /// Loads a batch and predicts its first `substeps` structures.
  Result load(const std::vector<uint32_t>& batch, uint32_t substeps, bool points = false) {
    return call(LbsPhase::LOAD, &batch, substeps, points);
  }
  /// Predicts the next ones.
  Result run(uint32_t substeps) { return call(LbsPhase::RUN, nullptr, substeps, false); }
  const LbsState& state() const { return *static_cast<const LbsState*>(bound()); }

 private:
  static std::vector<AatgsSpan> parts(const Model& model) {
    using aatgs::test::span_of;
    return {span_of(model.borders), span_of(model.points), span_of(model.site_borders), span_of(model.site),
            span_of(model.rules)};
  }

  Result call(LbsPhase phase, const std::vector<uint32_t>* batch, uint32_t substeps, bool points) {
    Result result;
    result.output.resize(1 << 20);
    LbsConfig config{};
    config.header.phase = static_cast<uint32_t>(phase);
    config.header.input = batch ? reinterpret_cast<uint64_t>(batch->data()) : 0;
    config.header.input_bytes = batch ? static_cast<uint32_t>(4 * batch->size()) : 0;
    config.header.output = reinterpret_cast<uint64_t>(result.output.data());
    config.header.output_bytes = static_cast<uint32_t>(4 * result.output.size());
    config.substeps = substeps;
    config.repeats = 1;
    config.want_points = points;
    result.telemetry = execute(config);
    result.output.resize(result.telemetry.header.output_bytes / 4);
    return result;
  }
};

}  // namespace aatgs::lbs::test
