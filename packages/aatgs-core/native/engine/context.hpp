// One module instance on one engine: its memory, its ring and its lifetime. The glue wraps it for JavaScript.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/cuda/cuda_engine.hpp"
#include "engine/engine.hpp"

namespace aatgs::engine {

struct ContextOptions {
  const AatgsModule* module = nullptr;
  AatgsSetup setup{};
  RingShape shape;
  uint32_t threads = 0;
  uint32_t initial_sequence = 0;
  bool on_gpu = false;  ///< run on the GPU named in `cuda`, otherwise on the CPU
  CudaOptions cuda;
};

class Context {
 public:
  /// Plans, allocates, binds and starts. Throws ERR_AATGS_INVALID_SETUP or ERR_AATGS_OUT_OF_MEMORY.
  explicit Context(const ContextOptions& options);
  ~Context();
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Ring& ring() const { return *ring_; }
  Progress& progress() { return *progress_; }
  const Engine& engine() const { return *engine_; }
  const AatgsModule& module() const { return *module_; }
  const AatgsPlan& plan() const { return plan_; }
  uint64_t arena() const { return arena_; }
  uint64_t ring_device_address() const;
  uint64_t device_bytes() const;
  bool stopped() const { return stopped_; }

  /// See Progress::arm.
  bool arm(const Watch& watch);
  /// Blocks until the watch is met (true) or the time is over.
  bool wait(const Watch& watch, std::chrono::milliseconds timeout);

  /// The hot path: makes the doorbell's cursors visible to the engine and mirrors the engine's.
  void publish() noexcept;

  /// Host memory for bulk transfers, and device memory for buffers; freed explicitly or with the context.
  uint64_t allocate(bool on_device, uint64_t bytes);
  void free(uint64_t address) noexcept;
  /// Copies between JavaScript and a host allocation; the range must lie inside one allocation.
  void write_host(uint64_t address, std::span<const std::byte> from);
  void read_host(uint64_t address, std::span<std::byte> into) const;

  /// Ends the engine. False when a step would not end: the memory is then leaked on purpose.
  bool stop(std::chrono::milliseconds timeout) noexcept;
  /// After stop(): frees all but the ring, which JavaScript may still hold a view of.
  void release_device_memory() noexcept;

 private:
  struct Allocation {
    bool on_device;
    uint64_t bytes;
    void* host;
  };
  std::byte* host_range(uint64_t address, uint64_t bytes) const;
  void release() noexcept;

  const AatgsModule* module_;
  std::unique_ptr<Engine> engine_;
  AatgsPlan plan_{};
  uint64_t arena_ = 0;
  std::byte* ring_memory_ = nullptr;
  std::unique_ptr<Ring> ring_;
  std::unique_ptr<Progress> progress_;
  std::map<uint64_t, Allocation> allocations_;
  bool stopped_ = false;
};

}  // namespace aatgs::engine
