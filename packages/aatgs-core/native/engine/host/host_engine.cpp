#include "engine/host/host_engine.hpp"

#if defined(__linux__)
#include <sched.h>
#endif

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <mutex>
#include <thread>

#include "engine/error.hpp"
#include "engine/host/host_scheduler.hpp"

namespace aatgs::engine {
namespace {

uint32_t usable_cores() {
#if defined(__linux__)
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<uint32_t>(CPU_COUNT(&set));
#endif
  return std::max(1u, std::thread::hardware_concurrency());
}

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "CPU";
}

void* allocate_zeroed(uint64_t bytes, uint64_t alignment) {
  const uint64_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* pointer = rounded < bytes ? nullptr : std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (!pointer) {
    throw EngineError("ERR_AATGS_OUT_OF_MEMORY", "could not allocate " + std::to_string(bytes) + " bytes of memory");
  }
  std::memset(pointer, 0, rounded);
  return pointer;
}

class HostEngine final : public Engine {
 public:
  explicit HostEngine(uint32_t threads)
      : threads_(threads != 0 ? threads : (usable_cores() > 1 ? usable_cores() - 1 : 1)) {}

  EngineInfo info() const override { return {"host", processor_name(), threads_}; }
  AatgsTarget target() const override { return {0, threads_, uint64_t{1} << 30}; }

  void* allocate_host(uint64_t bytes) override { return allocate_zeroed(bytes, 4096); }
  void free_host(void* pointer) noexcept override { std::free(pointer); }
  uint64_t device_address(const void* host_pointer) const override { return reinterpret_cast<uint64_t>(host_pointer); }
  uint64_t allocate_device(uint64_t bytes) override {
    return reinterpret_cast<uint64_t>(allocate_zeroed(bytes, bytes >= 4096 ? 4096 : 256));
  }
  void free_device(uint64_t address) noexcept override { std::free(reinterpret_cast<void*>(address)); }
  void upload(uint64_t target, const void* source, uint64_t bytes) override {
    if (bytes) std::memcpy(reinterpret_cast<void*>(target), source, bytes);
  }

  void start(const Program& program, const Ring& ring, Progress& progress) override {
    const auto scheduler = std::make_shared<HostScheduler>(program, ring, progress, threads_, usable_cores());
    // The leader comes last: until it is there nothing runs, so a start that fails halfway can be taken back.
    for (uint32_t rank = threads_; rank-- > 0;) {
      try {
        // Threads share ownership, so a step that will not end never outlives what it uses.
        std::thread([scheduler, rank] { scheduler->work(rank); }).detach();
      } catch (const std::exception& error) {
        scheduler->abandon(rank + 1);
        throw EngineError("ERR_AATGS_OUT_OF_MEMORY",
                          "could not start " + std::to_string(threads_) + " worker threads: " + error.what());
      }
    }
    scheduler_ = scheduler;
  }
  void nudge() noexcept override { scheduler_->nudge(); }
  bool stop(std::chrono::milliseconds timeout) noexcept override { return !scheduler_ || scheduler_->stop(timeout); }

 private:
  const uint32_t threads_;
  std::shared_ptr<HostScheduler> scheduler_;
};

}  // namespace

std::unique_ptr<Engine> make_host_engine(uint32_t threads) { return std::make_unique<HostEngine>(threads); }

}  // namespace aatgs::engine
