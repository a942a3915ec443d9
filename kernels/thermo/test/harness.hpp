// Runs the module through its C ABI on a team of threads, without an engine: one call, one config.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "aatgs/module.h"
#include "thermo/thermo_layout.h"

extern "C" const AatgsModule* aatgs_module(void);

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

class Instance {
 public:
  Instance(const Model& model, ThermoSetup setup, uint32_t threads = 1) : module_(aatgs_module()), threads_(threads) {
    setup.rungs = static_cast<uint32_t>(model.betas.size());
    if (setup.sites == 0) setup.sites = static_cast<uint32_t>(model.fields.size());
    setup_ = setup;
    const AatgsSpan parts[5] = {{model.betas.data(), model.betas.size() * 8},
                                {model.offsets.data(), model.offsets.size() * 4},
                                {model.neighbours.data(), model.neighbours.size() * 4},
                                {model.weights.data(), model.weights.size() * 4},
                                {model.fields.data(), model.fields.size() * 4}};
    const AatgsSetup given{{&setup, sizeof setup}, parts, model.offsets.empty() ? 1u : model.fields.empty() ? 2u : 5u};
    const AatgsTarget target{0, threads, 1 << 20};
    AatgsError error{};
    if (module_->plan(&given, &target, &plan_, &error)) throw std::runtime_error(error.message);
    arena_ = zeroed(plan_.constant_bytes + plan_.mutable_bytes + plan_.scratch_bytes);
    state_.resize(module_->state_bytes);
    module_->bind(&given, &target, &plan_, reinterpret_cast<uint64_t>(arena_.get()), arena_.get(), state_.data());
    shared_ = zeroed(AATGS_TEAM_SHARED_BYTES(threads));
    scratch_ = zeroed(AATGS_TEAM_SCRATCH_BYTES);
    for (uint32_t rank = 0; rank < threads; ++rank)
      teams_.push_back({rank, threads, shared_.get(), scratch_.get(), nullptr, &cancel_, 100, 0});
  }

  ThermoTelemetry execute(ThermoConfig config) {
    ThermoTelemetry telemetry{};
    std::vector<std::thread> others;
    for (uint32_t rank = 1; rank < threads_; ++rank) {
      others.emplace_back([&, rank] { module_->run_host(&teams_[rank], &config, state_.data(), &telemetry); });
    }
    module_->run_host(&teams_[0], &config, state_.data(), &telemetry);
    for (auto& thread : others) thread.join();
    return telemetry;
  }
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

  template <class T>
  std::vector<T> region(const char* name) const {
    for (uint32_t i = 0; i < plan_.region_count; ++i) {
      const AatgsRegion& region = plan_.regions[i];
      if (std::strcmp(region.name, name) != 0) continue;
      std::vector<T> values(region.bytes / sizeof(T));
      std::memcpy(values.data(), arena_.get() + region.offset, values.size() * sizeof(T));
      return values;
    }
    throw std::runtime_error(std::string("no region named ") + name);
  }
  /// All samples of one rung, ladder after ladder within a sample.
  std::vector<Entry> samples(uint32_t rung) const {
    const auto series = region<Entry>("series");
    std::vector<Entry> out;
    for (uint64_t i = rung; i < series.size(); i += setup_.rungs) out.push_back(series[i]);
    return out;
  }
  /// Everything a snapshot holds.
  std::vector<uint8_t> snapshot() const {
    const uint8_t* begin = arena_.get() + plan_.constant_bytes;
    return {begin, begin + plan_.mutable_bytes};
  }
  void restore(const std::vector<uint8_t>& bytes) {
    std::memcpy(arena_.get() + plan_.constant_bytes, bytes.data(), bytes.size());
  }

 private:
  struct Free {
    void operator()(uint8_t* pointer) const { std::free(pointer); }
  };
  using Memory = std::unique_ptr<uint8_t, Free>;
  static Memory zeroed(uint64_t bytes) {
    const uint64_t rounded = (bytes + 255) / 256 * 256 + 256;
    auto* pointer = static_cast<uint8_t*>(std::aligned_alloc(256, rounded));
    std::memset(pointer, 0, rounded);
    return Memory(pointer);
  }

  const AatgsModule* module_;
  uint32_t threads_;
  ThermoSetup setup_{};
  uint32_t cancel_ = 0;
  AatgsPlan plan_{};
  Memory arena_, shared_, scratch_;
  std::vector<uint8_t> state_;
  std::vector<AatgsHostTeam> teams_;
};

}  // namespace aatgs::thermo::test
