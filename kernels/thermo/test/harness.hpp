// The module's instances as its tests use them, and models.
#pragma once
#include <utility>

#include "test/step_rig.hpp"
#include "thermo/thermo_layout.h"

namespace aatgs::thermo::test {

struct Bond {
  uint32_t a, b;
  int32_t weight;
};

/// A model as its setup's parts.
struct Model {
  std::vector<double> betas;
  std::vector<uint32_t> offsets, neighbours;
  std::vector<int32_t> weights, fields;

  static Model graph(uint32_t n, const std::vector<Bond>& bonds, std::vector<double> betas) {
    Model model;
    model.betas = std::move(betas);
    model.fields.assign(n, 0);
    model.offsets.assign(n + 1, 0);
    for (const Bond& bond : bonds) model.offsets[bond.a + 1]++, model.offsets[bond.b + 1]++;
    for (uint32_t v = 0; v < n; ++v) model.offsets[v + 1] += model.offsets[v];
    model.neighbours.resize(bonds.size() * 2);
    model.weights.resize(bonds.size() * 2);
    std::vector<uint32_t> next(model.offsets.begin(), model.offsets.end() - 1);
    for (const Bond& bond : bonds) {
      model.neighbours[next[bond.a]] = bond.b, model.weights[next[bond.a]++] = bond.weight;
      model.neighbours[next[bond.b]] = bond.a, model.weights[next[bond.b]++] = bond.weight;
    }
    return model;
  }
};

/// One sampled replica.
struct Entry {
  int64_t energy, moment;
};

class Instance : public aatgs::test::StepRig<ThermoSetup, ThermoConfig, ThermoTelemetry> {
 public:
  Instance(const Model& model, const ThermoSetup& setup, uint32_t threads = 1)
      : StepRig(complete(setup, model), parts(model), threads, 1 << 20),
        rungs_(static_cast<uint32_t>(model.betas.size())) {}

  ThermoTelemetry run(uint32_t substeps) {
    ThermoConfig config{};
    config.substeps = substeps;
    return execute(config);
  }
  /// Runs until all samples are taken.
  ThermoTelemetry complete() {
    ThermoTelemetry telemetry{};
    do telemetry = run(1000);
    while (!(telemetry.header.status & static_cast<uint32_t>(Status::CONVERGED)));
    return telemetry;
  }
  /// All samples of one rung, ladder after ladder within a sample.
  std::vector<Entry> samples(uint32_t rung) const {
    const auto series = region<Entry>("series");
    std::vector<Entry> out;
    for (uint64_t i = rung; i < series.size(); i += rungs_) out.push_back(series[i]);
    return out;
  }

 private:
  static ThermoSetup complete(ThermoSetup setup, const Model& model) {
    setup.rungs = static_cast<uint32_t>(model.betas.size());
    if (setup.sites == 0) setup.sites = static_cast<uint32_t>(model.fields.size());
    return setup;
  }
  static std::vector<AatgsSpan> parts(const Model& model) {
    using aatgs::test::span_of;
    std::vector<AatgsSpan> all = {span_of(model.betas)};
    if (model.offsets.empty()) return all;
    all.push_back(span_of(model.offsets));
    if (model.fields.empty()) return all;
    all.insert(all.end(), {span_of(model.neighbours), span_of(model.weights), span_of(model.fields)});
    return all;
  }

  uint32_t rungs_;
};

}  // namespace aatgs::thermo::test
