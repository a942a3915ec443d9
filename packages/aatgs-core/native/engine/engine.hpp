// The interface every engine implements: it makes a module's step run for each config, in order, exactly once.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "aatgs/module.h"
#include "engine/progress.hpp"
#include "engine/ring.hpp"

namespace aatgs::engine {

/// What an engine runs: a module's entry points and its bound state.
struct Program {
  const AatgsModule* module = nullptr;
  const AatgsPlan* plan = nullptr;
  const void* state = nullptr;  ///< module->state_bytes, filled by bind()
};

/// What a user can learn about where the work runs.
struct EngineInfo {
  std::string engine;       ///< "host", "resident" or "launch"
  std::string device_name;  ///< the processor's or the GPU's name
  uint32_t workers = 0;     ///< threads, or blocks
};

/// Lifetime: construct, allocate, start once, stop once. All calls but nudge() come from one thread at a time.
class Engine {
 public:
  virtual ~Engine() = default;

  virtual EngineInfo info() const = 0;
  virtual AatgsTarget target() const = 0;

  /// Host memory the device can address; zeroed, page-aligned. Throws ERR_AATGS_OUT_OF_MEMORY.
  virtual void* allocate_host(uint64_t bytes) = 0;
  virtual void free_host(void* pointer) noexcept = 0;
  /// The address of host memory from allocate_host() as the device sees it.
  virtual uint64_t device_address(const void* host_pointer) const = 0;
  /// Device memory; zeroed, 256-byte aligned. Throws ERR_AATGS_OUT_OF_MEMORY.
  virtual uint64_t allocate_device(uint64_t bytes) = 0;
  virtual void free_device(uint64_t address) noexcept = 0;
  /// Copies into device memory; only before start().
  virtual void upload(uint64_t target, const void* source, uint64_t bytes) = 0;

  virtual void start(const Program& program, const Ring& ring, Progress& progress) = 0;
  /// Tells a sleeping scheduler that the host wrote a cursor; never blocks.
  virtual void nudge() noexcept = 0;
  /// Tells the engine that somebody waits for progress; an engine that notifies from its own workers need not care.
  virtual void watch() noexcept {}
  /// How long a blocking wait looks at the cursors itself before it sleeps.
  virtual std::chrono::microseconds spin() const noexcept { return std::chrono::microseconds(20); }
  /// Ends the scheduler; a running step is asked to end early. False when it did not end in time: then everything the
  /// engine holds must be leaked, since a step may still be using it.
  virtual bool stop(std::chrono::milliseconds timeout) noexcept = 0;
  /// After stop(): frees what the engine itself holds on the device, which else would wait for the garbage collector.
  virtual void retire() noexcept {}
  /// Whether the device cannot be used any more: then nothing of it may be freed.
  virtual bool lost() const noexcept { return false; }
  /// Why it was lost; empty otherwise.
  virtual std::string lost_reason() const { return {}; }
};

}  // namespace aatgs::engine
