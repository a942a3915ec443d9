// A team of CPU threads outside any engine: what the tests of HostTeam run on.
#pragma once
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "aatgs/host_team.hpp"

namespace aatgs::test {

class TeamRig {
 public:
  static constexpr uint64_t kBlockShared = 1024;

  explicit TeamRig(uint32_t threads, uint32_t spin = 64) {
    void* shared = keep(AATGS_TEAM_SHARED_BYTES(threads));
    void* scratch = keep(AATGS_TEAM_SCRATCH_BYTES);
    for (uint32_t rank = 0; rank < threads; ++rank) {
      teams_.push_back({rank, threads, shared, scratch, keep(kBlockShared), &cancel_, spin, 0});
    }
  }
  uint32_t threads() const { return static_cast<uint32_t>(teams_.size()); }
  void cancel(uint32_t value) { __atomic_store_n(&cancel_, value, __ATOMIC_SEQ_CST); }

  /// Calls body(team) on every thread and waits for all of them.
  template <class F>
  void run(F body) {
    std::vector<std::thread> others;
    const auto work = [&](uint32_t rank) {
      HostTeam team(&teams_[rank]);
      body(team);
    };
    for (uint32_t rank = 1; rank < threads(); ++rank) others.emplace_back(work, rank);
    work(0);
    for (auto& thread : others) thread.join();
  }

 private:
  struct Free {
    void operator()(void* pointer) const { std::free(pointer); }
  };
  void* keep(uint64_t bytes) {
    // Exactly what the contract promises, so that AddressSanitizer sees a byte too far.
    const uint64_t rounded = (bytes + 63) / 64 * 64;
    void* pointer = std::aligned_alloc(64, rounded);
    std::memset(pointer, 0, rounded);
    return memory_.emplace_back(pointer).get();
  }

  uint32_t cancel_ = 0;
  std::vector<std::unique_ptr<void, Free>> memory_;
  std::vector<AatgsHostTeam> teams_;
};

}  // namespace aatgs::test
