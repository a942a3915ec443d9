// Runs a module through its C ABI on a team of threads, without an engine: one call, one config.
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

extern "C" const AatgsModule* aatgs_module(void);

namespace aatgs::test {

template <class T>
AatgsSpan span_of(const std::vector<T>& values) {
  return {values.data(), values.size() * sizeof(T)};
}

/// An instance of the module that the program is linked with; what its tests derive theirs from.
template <class Setup, class Config, class Telemetry>
class StepRig {
 public:
  StepRig(const Setup& setup, const std::vector<AatgsSpan>& parts, uint32_t threads, uint64_t block_shared)
      : module_(aatgs_module()) {
    const AatgsSetup given{{&setup, sizeof setup}, parts.data(), static_cast<uint32_t>(parts.size())};
    const AatgsTarget target{0, threads, block_shared};
    AatgsError error{};
    if (module_->plan(&given, &target, &plan_, &error)) throw std::runtime_error(error.message);
    arena_ = zeroed(plan_.constant_bytes + plan_.mutable_bytes + plan_.scratch_bytes);
    state_.resize(module_->state_bytes);
    module_->bind(&given, &target, &plan_, reinterpret_cast<uint64_t>(arena_.get()), arena_.get(), state_.data());
    shared_ = zeroed(AATGS_TEAM_SHARED_BYTES(threads));
    scratch_ = zeroed(AATGS_TEAM_SCRATCH_BYTES);
    for (uint32_t rank = 0; rank < threads; ++rank) {
      // Not zeroed memory: a block must not count on its content.
      block_shared_.push_back(zeroed(plan_.block_shared_bytes));
      std::memset(block_shared_.back().get(), 0xa5, plan_.block_shared_bytes);
      teams_.push_back({rank, threads, shared_.get(), scratch_.get(), block_shared_[rank].get(), &cancel_, 100, 0});
    }
  }

  Telemetry execute(const Config& config) {
    Telemetry telemetry{};
    std::vector<std::thread> others;
    for (uint32_t rank = 1; rank < teams_.size(); ++rank) {
      others.emplace_back([&, rank] { module_->run_host(&teams_[rank], &config, state_.data(), &telemetry); });
    }
    module_->run_host(&teams_[0], &config, state_.data(), &telemetry);
    for (auto& thread : others) thread.join();
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
  /// Everything a snapshot holds.
  std::vector<uint8_t> snapshot() const {
    const uint8_t* begin = arena_.get() + plan_.constant_bytes;
    return {begin, begin + plan_.mutable_bytes};
  }
  void restore(const std::vector<uint8_t>& bytes) {
    std::memcpy(arena_.get() + plan_.constant_bytes, bytes.data(), bytes.size());
  }

 protected:
  /// The module's state, as its step sees it.
  const void* bound() const { return state_.data(); }

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
  uint32_t cancel_ = 0;
  AatgsPlan plan_{};
  Memory arena_, shared_, scratch_;
  std::vector<Memory> block_shared_;
  std::vector<uint8_t> state_;
  std::vector<AatgsHostTeam> teams_;
};

}  // namespace aatgs::test
