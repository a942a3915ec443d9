#include "engine/cuda/cuda_program.hpp"

#include <algorithm>
#include <cstddef>

#include "engine/error.hpp"

namespace aatgs::engine::cuda {
namespace {

/// Configs the workers may be ahead of the published ones; a quarter of it when steps are long.
constexpr uint32_t kGrant = 16;

}  // namespace

CudaProgram::CudaProgram(Device& device, const Program& program, const Ring& ring, uint64_t ring_address,
                         const CudaOptions& options)
    : device_(device), cu_(device.cu()), ring_(ring) {
  const auto* state = static_cast<const std::byte*>(program.state);
  state_.assign(state, state + program.module->state_bytes);
  CUmodule module = device_.module(*program.module);
  block_threads_ = program.plan->block_threads;
  shared_bytes_ = static_cast<uint32_t>(program.plan->block_shared_bytes);
  // The macros of module.hpp always name them; a descriptor written by hand may not.
  if (!program.plan->kernels || block_threads_ == 0)
    throw EngineError("ERR_AATGS_MODULE_INVALID",
                      std::string(program.module->name) + ": the plan names no kernels, or no threads of a block");
  const std::string kernels = program.plan->kernels;
  resident_ = size(module, kernels + "_resident", 1, program, options);
  launch_ = size(module, kernels + "_launch", 0, program, options);
  check(cu_.cuStreamCreate(&stream_, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
  allocate(ring, ring_address, options);
  make_graph();
}

CudaProgram::~CudaProgram() {
  if (device_.lost()) return;
  if (graph_exec_) cu_.cuGraphExecDestroy(graph_exec_);
  if (graph_) cu_.cuGraphDestroy(graph_);
  if (stream_) cu_.cuStreamDestroy_v2(stream_);
  if (memory_) cu_.cuMemFreeAsync(memory_, device_.copies());
}

CudaProgram::Grid CudaProgram::size(CUmodule module, const std::string& kernel, uint32_t service,
                                    const Program& program, const CudaOptions& options) {
  Grid grid;
  check(cu_.cuModuleGetFunction(&grid.kernel, module, kernel.c_str()), "cuModuleGetFunction");
  check(cu_.cuFuncSetAttribute(grid.kernel, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                               static_cast<int>(shared_bytes_)),
        "cuFuncSetAttribute");
  int fitting = 0;
  check(cu_.cuOccupancyMaxActiveBlocksPerMultiprocessor(&fitting, grid.kernel, static_cast<int>(block_threads_),
                                                        shared_bytes_),
        "cuOccupancyMaxActiveBlocksPerMultiprocessor");
  if (fitting == 0) {
    throw EngineError("ERR_AATGS_GRID_TOO_LARGE",
                      std::string("one block of ") + program.module->name + " needs more than a multiprocessor has");
  }
  // One worker a multiprocessor: more would only make barriers dearer, unless the module asks for them. The service block
  // shares a multiprocessor where two blocks fit, and takes one for itself where they do not.
  const auto per_sm = static_cast<uint32_t>(fitting);
  const auto sms = static_cast<uint32_t>(device_.info().multiprocessors);
  grid.workers = per_sm > 1 ? sms : sms - service;
  if (program.plan->blocks > sms) grid.workers = per_sm * sms - service;
  for (const uint32_t limit : {options.max_blocks, program.plan->blocks}) {
    if (limit != 0) grid.workers = std::min(grid.workers, limit);
  }
  grid.multiprocessors = (grid.workers + service + per_sm - 1) / per_sm;
  return grid;
}

void CudaProgram::allocate(const Ring& ring, uint64_t ring_address, const CudaOptions& options) {
  const RingShape& shape = ring.shape();
  const uint64_t configs = kCudaControlBytes;
  const uint64_t telemetry = configs + uint64_t{256} * shape.config_slots;
  const uint64_t team = telemetry + uint64_t{64} * shape.telemetry_slots;
  memory_ = device_.allocate(team + cuda_team_bytes(std::max(resident_.workers, launch_.workers)));
  params_.ring = ring_address;
  params_.control = memory_;
  params_.configs = memory_ + configs;
  params_.telemetry = memory_ + telemetry;
  params_.team = memory_ + team;
  params_.host_configs = ring.places().configs;
  params_.host_telemetry = ring.places().telemetry;
  params_.config_slots = shape.config_slots;
  params_.telemetry_slots = shape.telemetry_slots;
  params_.grant = kGrant;
  params_.idle_us = options.idle_us;
  params_.resident_us = options.resident_ms * 1000;
}

/// One graph of one cooperative kernel; each launch brings its config as the kernel's last parameter.
void CudaProgram::make_graph() {
  params_.workers = launch_.workers;
  void* arguments[] = {&params_, state_.data(), ring_.config_slot(0)};
  check(cu_.cuStreamBeginCapture_v2(stream_, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), "cuStreamBeginCapture");
  check(cu_.cuLaunchCooperativeKernel(launch_.kernel, launch_.workers, 1, 1, block_threads_, 1, 1, shared_bytes_,
                                      stream_, arguments),
        "cuLaunchCooperativeKernel");
  check(cu_.cuStreamEndCapture(stream_, &graph_), "cuStreamEndCapture");
  size_t nodes = 1;
  check(cu_.cuGraphGetNodes(graph_, &node_, &nodes), "cuGraphGetNodes");
  check(cu_.cuGraphInstantiateWithFlags(&graph_exec_, graph_, 0), "cuGraphInstantiate");
}

CUresult CudaProgram::start_resident(uint32_t first) {
  params_.workers = resident_.workers;
  params_.epoch++;
  CUresult result = reset_arrivals();
  for (const size_t offset : {offsetof(CudaControl, turn.available), offsetof(CudaControl, kept.done)}) {
    if (result == CUDA_SUCCESS) result = cu_.cuMemsetD32Async(word(offset), first, 1, stream_);
  }
  if (result != CUDA_SUCCESS) return result;
  void* arguments[] = {&params_, state_.data()};
  return cu_.cuLaunchCooperativeKernel(resident_.kernel, resident_.workers + 1, 1, 1, block_threads_, 1, 1,
                                       shared_bytes_, stream_, arguments);
}

CUresult CudaProgram::reset_arrivals() {
  const CUresult result = cu_.cuMemsetD32Async(word(offsetof(CudaControl, turn.arrived)), 0, 1, stream_);
  if (result != CUDA_SUCCESS) return result;
  return cu_.cuMemsetD32Async(word(offsetof(CudaControl, barrier)), 0, 1, stream_);
}

CUresult CudaProgram::launch_one(uint32_t sequence) {
  params_.workers = launch_.workers;
  void* arguments[] = {&params_, state_.data(), ring_.config_slot(sequence)};
  const CUDA_KERNEL_NODE_PARAMS params{launch_.kernel, launch_.workers, 1,       1,       block_threads_, 1, 1,
                                       shared_bytes_,  arguments,       nullptr, nullptr, nullptr};
  const CUresult result = cu_.cuGraphExecKernelNodeSetParams_v2(graph_exec_, node_, &params);
  return result == CUDA_SUCCESS ? cu_.cuGraphLaunch(graph_exec_, stream_) : result;
}

CUresult CudaProgram::fetch_barriers(uint32_t* into) {
  return cu_.cuMemcpyDtoHAsync_v2(into, word(offsetof(CudaControl, barrier)), sizeof *into, device_.copies());
}

CUresult CudaProgram::cancel_launches() {
  static const uint32_t one = 1;
  return cu_.cuMemcpyHtoDAsync_v2(word(offsetof(CudaControl, grants.cancel)), &one, 4, device_.copies());
}

}  // namespace aatgs::engine::cuda
