// The CUDA engines. Resident: a persistent grid consumes the ring by itself. Launch: one cooperative launch a config.
#pragma once
#include <memory>

#include "engine/engine.hpp"

namespace aatgs::engine {

/// Adaptive: resident, and launches for as long as steps are so long that residency gains nothing.
enum class CudaMode { RESIDENT, LAUNCH, ADAPTIVE };

struct CudaOptions {
  int device = 0;
  CudaMode mode = CudaMode::RESIDENT;
  bool inline_launch = false;     ///< sync mode: launch on the caller's thread, which waits for the result anyway
  uint32_t max_blocks = 0;        ///< worker blocks at most; 0: as many as the GPU and the step can use
  uint32_t idle_us = 1000;        ///< a resident grid without work leaves the GPU after this time
  uint32_t resident_ms = 1000;    ///< and in any case after this time; it comes back if there is work
  uint32_t heartbeat_ms = 30000;  ///< a step that makes no progress for this long counts as hung: the device is lost
};

std::unique_ptr<Engine> make_cuda_engine(const CudaOptions& options);

}  // namespace aatgs::engine
