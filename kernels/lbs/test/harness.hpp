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

#include "lbs/lbs_state.hpp"
#include "lbs/test/structures.hpp"

extern "C" const AatgsModule* aatgs_module(void);

namespace aatgs::lbs::test {

/// One config's record and output.
struct Result {
  LbsTelemetry telemetry{};
  std::vector<uint32_t> output;

  const StructureResult& structure(uint32_t s) const {
    return reinterpret_cast<const StructureResult*>(output.data() + kOutputHeaderWords)[s];
  }
};

class Instance {
 public:
  Instance(const Model& model, LbsSetup setup, uint32_t threads = 1) : module_(aatgs_module()), threads_(threads) {
    const AatgsSpan parts[5] = {span(model.borders), span(model.points), span(model.site_borders), span(model.site),
                                span(model.rules)};
    const AatgsSetup given{{&setup, sizeof setup}, parts, 5};
    const AatgsTarget target{0, threads, 1 << 20};
    AatgsError error{};
    if (module_->plan(&given, &target, &plan_, &error)) throw std::runtime_error(error.message);
    arena_ = zeroed(plan_.constant_bytes + plan_.mutable_bytes + plan_.scratch_bytes);
    state_.resize(module_->state_bytes);
    module_->bind(&given, &target, &plan_, reinterpret_cast<uint64_t>(arena_.get()), arena_.get(), state_.data());
    shared_ = zeroed(AATGS_TEAM_SHARED_BYTES(threads));
    scratch_ = zeroed(AATGS_TEAM_SCRATCH_BYTES);
    for (uint32_t rank = 0; rank < threads; ++rank) {
      blocks_.push_back(zeroed(plan_.block_shared_bytes));
      teams_.push_back({rank, threads, shared_.get(), scratch_.get(), blocks_.back().get(), &cancel_, 100, 0});
    }
  }

  /// Loads a batch and predicts its first `substeps` structures.
  Result load(const std::vector<uint32_t>& batch, uint32_t substeps, bool points = false) {
    return execute(LbsPhase::LOAD, &batch, substeps, points);
  }
  /// Predicts the next ones.
  Result run(uint32_t substeps) { return execute(LbsPhase::RUN, nullptr, substeps, false); }

  /// Everything a snapshot holds.
  std::vector<uint8_t> snapshot() const {
    const uint8_t* begin = arena_.get() + plan_.constant_bytes;
    return {begin, begin + plan_.mutable_bytes};
  }
  const LbsState& state() const { return *reinterpret_cast<const LbsState*>(state_.data()); }

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
  template <class T>
  static AatgsSpan span(const std::vector<T>& values) {
    return {values.data(), values.size() * sizeof(T)};
  }

  Result execute(LbsPhase phase, const std::vector<uint32_t>* batch, uint32_t substeps, bool points) {
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
    std::vector<std::thread> others;
    for (uint32_t rank = 1; rank < threads_; ++rank) {
      others.emplace_back([&, rank] { module_->run_host(&teams_[rank], &config, state_.data(), &result.telemetry); });
    }
    module_->run_host(&teams_[0], &config, state_.data(), &result.telemetry);
    for (auto& thread : others) thread.join();
    result.output.resize(result.telemetry.header.output_bytes / 4);
    return result;
  }

  const AatgsModule* module_;
  uint32_t threads_;
  uint32_t cancel_ = 0;
  AatgsPlan plan_{};
  Memory arena_, shared_, scratch_;
  std::vector<uint8_t> state_;
  std::vector<Memory> blocks_;
  std::vector<AatgsHostTeam> teams_;
};

}  // namespace aatgs::lbs::test
