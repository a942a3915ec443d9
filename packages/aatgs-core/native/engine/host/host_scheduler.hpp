// The scheduler on the CPU: worker 0 watches the ring and leads, the others join it for each step.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "aatgs/host_barrier.hpp"
#include "engine/engine.hpp"

namespace aatgs::engine {

class HostScheduler {
 public:
  HostScheduler(const Program& program, const Ring& ring, Progress& progress, uint32_t threads, uint32_t cores);

  /// A worker thread's whole life.
  void work(uint32_t rank);
  /// Takes back a start that failed: `missing` workers, the leader among them, never came. Waits for the others to end.
  void abandon(uint32_t missing) noexcept;
  /// Any thread: the host wrote a cursor.
  void nudge() noexcept;
  /// Asks all workers to end and waits for them; false when they did not end in time.
  bool stop(std::chrono::milliseconds timeout) noexcept;

 private:
  struct AlignedFree {
    void operator()(void* pointer) const;
  };
  using Memory = std::unique_ptr<void, AlignedFree>;

  void lead();
  void run(uint32_t rank, const void* config, void* telemetry);
  /// Spins, then sleeps, until `ready()`; false when the host wants the scheduler to stop.
  template <class Ready>
  bool wait_until(Ready ready);
  bool stop_requested() const;

  const AatgsModule* module_;
  Ring ring_;
  Progress& progress_;
  const uint32_t threads_;
  const std::chrono::microseconds spin_;
  const uint32_t gate_spin_;
  std::vector<std::byte> state_;
  std::vector<AatgsHostTeam> teams_;
  std::vector<Memory> memory_;

  HostBarrier gate_{};  // opens a step for the other workers, and closes it
  const void* current_config_ = nullptr;  // null at the gate means: go home
  void* current_telemetry_ = nullptr;

  alignas(64) std::atomic<uint32_t> sleeping_{0};
  std::mutex exit_mutex_;
  std::condition_variable exited_;
  uint32_t running_;
};

}  // namespace aatgs::engine
