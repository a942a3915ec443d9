// A module's two kernels on one GPU, ready to launch: the resident scheduler, and one launch for one config. They share
// the rings and the scheduler's words in device memory, so either can go on where the other has ended.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "aatgs/cuda_shared.h"
#include "engine/cuda/cuda_engine.hpp"
#include "engine/cuda/device.hpp"

namespace aatgs::engine::cuda {

/// All calls come from the thread that holds the device's lock, and report the driver's own result.
class CudaProgram {
 public:
  struct Grid {
    CUfunction kernel = nullptr;
    uint32_t workers = 0;
    uint32_t multiprocessors = 0;  // that it fills, its service block included
  };

  /// Loads, sizes and allocates. All grids must have left the GPU.
  CudaProgram(Device& device, const Program& program, const Ring& ring, uint64_t ring_address,
              const CudaOptions& options);
  /// Likewise. Nothing is freed of a lost device.
  ~CudaProgram();
  CudaProgram(const CudaProgram&) = delete;
  CudaProgram& operator=(const CudaProgram&) = delete;

  const Grid& resident() const { return resident_; }
  const Grid& launch() const { return launch_; }
  uint32_t epoch() const { return params_.epoch; }

  /// The next resident grid, whose first config is `first`.
  CUresult start_resident(uint32_t first);
  /// Before a launch after a resident grid has left.
  CUresult reset_arrivals();
  /// One launch for the config in this slot.
  CUresult launch_one(uint32_t sequence);
  /// Whether everything launched has ended: CUDA_SUCCESS, CUDA_ERROR_NOT_READY, or what went wrong.
  CUresult query() const { return device_.cu().cuStreamQuery(stream_); }
  /// Copies how often the workers have met at their barrier in this launch to pinned host memory, beside running steps.
  CUresult fetch_barriers(uint32_t* into);
  /// Tells running launches to end early; no service block passes the host's word on to them.
  CUresult cancel_launches();

 private:
  Grid size(CUmodule module, const std::string& kernel, uint32_t service, const Program& program,
            const CudaOptions& options);
  void allocate(const Ring& ring, uint64_t ring_address, const CudaOptions& options);
  void make_graph();
  CUdeviceptr word(size_t offset) const { return memory_ + offset; }

  Device& device_;
  const Driver& cu_;
  const Ring& ring_;
  std::vector<std::byte> state_;
  uint32_t block_threads_ = 0, shared_bytes_ = 0;
  Grid resident_, launch_;
  CudaParams params_{};
  CUdeviceptr memory_ = 0;
  CUstream stream_ = nullptr;
  CUgraph graph_ = nullptr;  // owns node_
  CUgraphNode node_ = nullptr;
  CUgraphExec graph_exec_ = nullptr;
};

}  // namespace aatgs::engine::cuda
