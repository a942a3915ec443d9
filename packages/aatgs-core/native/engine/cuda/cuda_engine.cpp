#include "engine/cuda/cuda_engine.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include "aatgs/cuda_shared.h"
#include "engine/cuda/device.hpp"
#include "engine/error.hpp"

namespace aatgs::engine {
namespace {

using namespace cuda;
using Clock = std::chrono::steady_clock;

/// Configs the workers may be ahead of the published ones: bounds how long a yield takes.
constexpr uint32_t kGrant = 8;
/// Launches under way at once.
constexpr uint32_t kInFlight = 6;

class CudaEngine final : public Engine, private Client {
 public:
  explicit CudaEngine(const CudaOptions& options) : options_(options), device_(Device::get(options.device)) {}
  ~CudaEngine() override {
    if (attached_) device_.detach(*this);
    if (device_.lost() || !attached_) return;
    try {
      device_.run(
          [this] {
            if (graph_exec_) device_.cu().cuGraphExecDestroy(graph_exec_);
            if (graph_) device_.cu().cuGraphDestroy(graph_);
            if (stream_) device_.cu().cuStreamDestroy_v2(stream_);
            if (memory_) device_.cu().cuMemFree_v2(memory_);
          },
          true);
    } catch (...) {  // the device was lost meanwhile; what it held goes with it
    }
  }

  EngineInfo info() const override {
    return {options_.resident ? "resident" : "launch", device_.info().name, workers_};
  }
  AatgsTarget target() const override {
    const DeviceInfo& gpu = device_.info();
    // A little is left for the team's own shared memory.
    return {1, static_cast<uint32_t>(gpu.multiprocessors), static_cast<uint64_t>(gpu.max_shared_bytes - 8192)};
  }

  void* allocate_host(uint64_t bytes) override {
    void* pointer = nullptr;
    device_.run(
        [&] {
          check(device_.cu().cuMemHostAlloc(&pointer, std::max<uint64_t>(bytes, 1),
                                            CU_MEMHOSTALLOC_PORTABLE | CU_MEMHOSTALLOC_DEVICEMAP),
                "cuMemHostAlloc");
          std::memset(pointer, 0, bytes);
          CUdeviceptr address = 0;
          check(device_.cu().cuMemHostGetDevicePointer_v2(&address, pointer, 0), "cuMemHostGetDevicePointer");
          host_addresses_[pointer] = address;
        },
        true);
    return pointer;
  }
  void free_host(void* pointer) noexcept override {
    host_addresses_.erase(pointer);
    quietly([&] { device_.cu().cuMemFreeHost(pointer); });
  }
  uint64_t device_address(const void* pointer) const override { return host_addresses_.at(const_cast<void*>(pointer)); }
  uint64_t allocate_device(uint64_t bytes) override {
    CUdeviceptr address = 0;
    device_.run(
        [&] {
          check(device_.cu().cuMemAlloc_v2(&address, std::max<uint64_t>(bytes, 1)), "cuMemAlloc");
          check(device_.cu().cuMemsetD8Async(address, 0, std::max<uint64_t>(bytes, 1), device_.copies()),
                "cuMemsetD8Async");
          check(device_.cu().cuStreamSynchronize(device_.copies()), "cuStreamSynchronize");
        },
        true);
    return address;
  }
  void free_device(uint64_t address) noexcept override {
    quietly([&] { device_.cu().cuMemFree_v2(address); });
  }
  void upload(uint64_t target, const void* source, uint64_t bytes) override {
    if (bytes == 0) return;
    device_.run(
        [&] {
          check(device_.cu().cuMemcpyHtoDAsync_v2(target, source, bytes, device_.copies()), "cuMemcpyHtoDAsync");
          check(device_.cu().cuStreamSynchronize(device_.copies()), "cuStreamSynchronize");
        },
        false);
  }

  void start(const Program& program, const Ring& ring, Progress& progress) override;
  void nudge() noexcept override;
  void watch() noexcept override { device_.wake(); }
  // Longer than most steps: the words are in host memory, and the engine thread would only add a hop.
  std::chrono::microseconds spin() const noexcept override { return std::chrono::milliseconds(2); }
  bool stop(std::chrono::milliseconds timeout) noexcept override;
  bool lost() const noexcept override { return device_.lost(); }
  std::string lost_reason() const override { return device_.lost() ? device_.lost_reason() : std::string(); }

 private:
  template <class F>
  void quietly(F f) noexcept {
    try {
      device_.run(f, true);
    } catch (...) {  // lost: the memory goes with the device
    }
  }
  uint32_t host_word(uint32_t& word) const { return shared_word(word).load(std::memory_order_acquire); }
  /// Configs that may run now: published, and with room for their records.
  uint32_t runnable(uint32_t from) const {
    RingHostLine& host = ring_->host();
    const uint32_t pending = host_word(host.config_write) - from;
    const uint32_t room = host_word(host.telemetry_read) + ring_->shape().telemetry_slots - from;
    return std::min(pending, room);
  }
  bool has_status(EngineStatus status) const {
    return host_word(ring_->device().status) == static_cast<uint32_t>(status);
  }

  bool service() override;
  bool watched() const override { return progress_->watched(); }
  void lose() noexcept override;
  void yield() noexcept override {
    shared_word(ring_->host().control).fetch_or(static_cast<uint32_t>(Control::YIELD), std::memory_order_seq_cst);
  }
  void serve_resident();
  void serve_launches();
  void launch_resident();
  CUresult launch_one(uint32_t sequence);
  void check_pulse();
  void failed(CUresult result);

  const CudaOptions options_;
  Device& device_;
  std::map<void*, uint64_t> host_addresses_;
  bool attached_ = false;
  uint32_t workers_ = 0;

  const Ring* ring_ = nullptr;
  Progress* progress_ = nullptr;
  uint32_t block_threads_ = 0, shared_bytes_ = 0;
  std::vector<std::byte> state_;
  CudaParams params_{};
  CUfunction kernel_ = nullptr;
  CUstream stream_ = nullptr;
  CUgraph graph_ = nullptr;  // owns node_
  CUgraphNode node_ = nullptr;
  CUgraphExec graph_exec_ = nullptr;
  CUdeviceptr memory_ = 0;

  uint32_t launched_ = 0;  // launch engine: configs handed to the GPU
  bool stalled_ = false;   // launch engine: configs wait for room in the telemetry ring
  uint32_t notified_ = 0;
  uint32_t last_beat_ = 0;
  Clock::time_point beat_at_{}, queried_at_{};
  std::atomic<bool> stopping_{false}, stopped_{false};
};

void CudaEngine::start(const Program& program, const Ring& ring, Progress& progress) {
  ring_ = &ring;
  progress_ = &progress;
  const auto* bytes = static_cast<const std::byte*>(program.state);
  state_.assign(bytes, bytes + program.module->state_bytes);
  const Driver& cu = device_.cu();
  uint32_t share_of_gpu = 0;
  device_.run(
      [&] {
        CUmodule module = device_.module(*program.module);
        const AatgsCudaImage& image = *program.module->cuda;
        const char* name = options_.resident ? image.resident_kernel : image.launch_kernel;
        check(cu.cuModuleGetFunction(&kernel_, module, name), "cuModuleGetFunction");
        block_threads_ = image.block_threads;
        shared_bytes_ = static_cast<uint32_t>(program.plan->block_shared_bytes);
        check(cu.cuFuncSetAttribute(kernel_, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                                    static_cast<int>(shared_bytes_)),
              "cuFuncSetAttribute");
        int per_sm = 0;
        check(cu.cuOccupancyMaxActiveBlocksPerMultiprocessor(&per_sm, kernel_, static_cast<int>(block_threads_),
                                                             shared_bytes_),
              "cuOccupancyMaxActiveBlocksPerMultiprocessor");
        if (per_sm == 0) {
          throw EngineError("ERR_AATGS_GRID_TOO_LARGE", std::string("one block of ") + program.module->name +
                                                            " needs more than a multiprocessor has");
        }
        // One worker a multiprocessor: more would only make barriers dearer. The service block shares a multiprocessor
        // where two blocks fit, and takes one for itself where they do not.
        const auto sms = static_cast<uint32_t>(device_.info().multiprocessors);
        const uint32_t service = options_.resident ? 1 : 0;
        workers_ = per_sm > 1 ? sms : sms - service;
        for (const uint32_t limit : {options_.max_blocks, program.plan->blocks}) {
          if (limit != 0) workers_ = std::min(workers_, limit);
        }
        const uint32_t share = (workers_ + service + static_cast<uint32_t>(per_sm) - 1) / static_cast<uint32_t>(per_sm);

        check(cu.cuStreamCreate(&stream_, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
        const RingShape& shape = ring.shape();
        const uint64_t configs = kCudaControlBytes;
        const uint64_t telemetry = configs + uint64_t{256} * shape.config_slots;
        const uint64_t team = telemetry + uint64_t{64} * shape.telemetry_slots;
        const uint64_t total = team + cuda_team_bytes(workers_);
        check(cu.cuMemAlloc_v2(&memory_, total), "cuMemAlloc");
        check(cu.cuMemsetD8Async(memory_, 0, total, stream_), "cuMemsetD8Async");
        CudaControl control{};
        control.turn.available = control.kept.done = ring.device().config_read;
        check(cu.cuMemcpyHtoDAsync_v2(memory_, &control, sizeof control, stream_), "cuMemcpyHtoDAsync");
        check(cu.cuStreamSynchronize(stream_), "cuStreamSynchronize");
        params_.ring = device_address(ring.base());
        params_.control = memory_;
        params_.configs = memory_ + configs;
        params_.telemetry = memory_ + telemetry;
        params_.team = memory_ + team;
        params_.host_configs = ring.places().configs;
        params_.host_telemetry = ring.places().telemetry;
        params_.config_slots = shape.config_slots;
        params_.telemetry_slots = shape.telemetry_slots;
        params_.workers = workers_;
        params_.grant = kGrant;
        params_.idle_us = options_.idle_us;
        params_.resident_us = options_.resident_ms * 1000;
        if (!options_.resident) {
          // One graph of one cooperative kernel; each launch brings its config as the kernel's last parameter.
          void* arguments[] = {&params_, state_.data(), ring.config_slot(0)};
          check(cu.cuStreamBeginCapture_v2(stream_, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL), "cuStreamBeginCapture");
          check(cu.cuLaunchCooperativeKernel(kernel_, workers_, 1, 1, block_threads_, 1, 1, shared_bytes_, stream_,
                                             arguments),
                "cuLaunchCooperativeKernel");
          check(cu.cuStreamEndCapture(stream_, &graph_), "cuStreamEndCapture");
          size_t nodes = 1;
          check(cu.cuGraphGetNodes(graph_, &node_, &nodes), "cuGraphGetNodes");
          check(cu.cuGraphInstantiateWithFlags(&graph_exec_, graph_, 0), "cuGraphInstantiate");
        }
        launched_ = notified_ = ring.device().config_read;
        share_of_gpu = share;
      },
      true);
  device_.attach(*this, share_of_gpu);
  attached_ = true;
}

void CudaEngine::nudge() noexcept {
  if (!options_.resident && options_.inline_launch && device_.try_inline([this] { serve_launches(); })) return;
  // A running resident grid sees the ring by itself.
  if (!has_status(EngineStatus::RUNNING)) device_.wake();
}

bool CudaEngine::service() {
  if (device_.lost() || stopped_) return false;
  if (options_.resident) {
    serve_resident();
  } else {
    serve_launches();
  }
  if (device_.lost()) return false;
  const uint32_t written = host_word(ring_->device().telemetry_write);
  if (written != notified_) {
    notified_ = written;
    progress_->notify();
  }
  if (stopping_ && !on_gpu()) {
    shared_word(ring_->device().status).store(static_cast<uint32_t>(EngineStatus::STOPPED), std::memory_order_seq_cst);
    stopped_ = true;
    progress_->notify();
    return false;
  }
  return on_gpu() || stopping_ || runnable(written) > 0;
}

void CudaEngine::serve_resident() {
  RingDeviceLine& line = ring_->device();
  if (on_gpu()) {
    const bool parked = host_word(line.epoch) == params_.epoch && has_status(EngineStatus::PARKED);
    const auto now = Clock::now();
    if (parked || now - queried_at_ > std::chrono::milliseconds(1)) {
      queried_at_ = now;
      const CUresult result = device_.cu().cuStreamQuery(stream_);
      if (result == CUDA_SUCCESS) {
        device_.leave(*this);
      } else if (result != CUDA_ERROR_NOT_READY) {
        failed(result);
      } else {
        check_pulse();
      }
    }
  }
  if (!on_gpu() && !stopping_ && !device_.lost() && runnable(host_word(line.config_read)) > 0 &&
      device_.take_turn(*this)) {
    launch_resident();
  }
}

void CudaEngine::launch_resident() {
  const Driver& cu = device_.cu();
  shared_word(ring_->host().control).fetch_and(~static_cast<uint32_t>(Control::YIELD), std::memory_order_seq_cst);
  params_.epoch++;
  if (params_.epoch > 1) shared_word(ring_->device().wakeups).store(params_.epoch - 1, std::memory_order_relaxed);
  void* arguments[] = {&params_, state_.data()};
  // Arrivals count from the launch.
  CUresult result = cu.cuMemsetD8Async(memory_ + offsetof(CudaControl, turn.arrived), 0, 4, stream_);
  if (result == CUDA_SUCCESS) result = cu.cuMemsetD8Async(memory_ + offsetof(CudaControl, barrier), 0, 4, stream_);
  if (result == CUDA_SUCCESS) {
    result = cu.cuLaunchCooperativeKernel(kernel_, workers_ + 1, 1, 1, block_threads_, 1, 1, shared_bytes_, stream_,
                                          arguments);
  }
  beat_at_ = queried_at_ = Clock::now();
  if (result != CUDA_SUCCESS) failed(result);
}

void CudaEngine::serve_launches() {
  RingDeviceLine& line = ring_->device();
  const uint32_t done = host_word(line.config_read);
  const bool asked_to_leave = (host_word(ring_->host().control) & static_cast<uint32_t>(Control::YIELD)) != 0;
  if (!stopping_ && !asked_to_leave) {
    const uint32_t pending = host_word(ring_->host().config_write) - launched_;
    const bool stalled = pending > 0 && runnable(launched_) == 0;
    if (stalled && !stalled_) shared_word(line.stalls).store(host_word(line.stalls) + 1, std::memory_order_relaxed);
    stalled_ = stalled;
    while (launched_ - done < kInFlight && runnable(launched_) > 0 && (on_gpu() || device_.take_turn(*this))) {
      if (launched_ == done) beat_at_ = Clock::now();
      const CUresult result = launch_one(launched_);
      if (result != CUDA_SUCCESS) return failed(result);
      ++launched_;
    }
  }
  if (!on_gpu()) return;
  if (launched_ != done) {
    const auto now = Clock::now();
    if (now - queried_at_ < std::chrono::milliseconds(1)) return;
    queried_at_ = now;
    const CUresult result = device_.cu().cuStreamQuery(stream_);
    if (result != CUDA_SUCCESS && result != CUDA_ERROR_NOT_READY) return failed(result);
    return check_pulse();
  }
  shared_word(ring_->host().control).fetch_and(~static_cast<uint32_t>(Control::YIELD), std::memory_order_seq_cst);
  device_.leave(*this);
}

CUresult CudaEngine::launch_one(uint32_t sequence) {
  const Driver& cu = device_.cu();
  void* arguments[] = {&params_, state_.data(), ring_->config_slot(sequence)};
  const CUDA_KERNEL_NODE_PARAMS params{kernel_, workers_,      1,         1,       block_threads_, 1,
                                       1,       shared_bytes_, arguments, nullptr, nullptr,        nullptr};
  const CUresult result = cu.cuGraphExecKernelNodeSetParams_v2(graph_exec_, node_, &params);
  return result == CUDA_SUCCESS ? cu.cuGraphLaunch(graph_exec_, stream_) : result;
}

void CudaEngine::check_pulse() {
  RingDeviceLine& line = ring_->device();
  const uint32_t beat = host_word(line.heartbeat) + host_word(line.config_read);
  const auto now = Clock::now();
  if (beat != last_beat_ || host_word(line.config_read) == host_word(ring_->host().config_write)) {
    last_beat_ = beat;
    beat_at_ = now;
  } else if (now - beat_at_ > std::chrono::milliseconds(options_.heartbeat_ms)) {
    device_.lose("a step made no progress for " + std::to_string(options_.heartbeat_ms) + " ms");
  }
}

void CudaEngine::failed(CUresult result) {
  const char* text = nullptr;
  device_.cu().cuGetErrorString(result, &text);
  device_.lose(text ? text : "an unknown CUDA error");
}

void CudaEngine::lose() noexcept {
  if (stopped_) return;
  shared_word(ring_->device().status).store(static_cast<uint32_t>(EngineStatus::LOST), std::memory_order_seq_cst);
  progress_->notify();
}

bool CudaEngine::stop(std::chrono::milliseconds timeout) noexcept {
  if (!attached_ || stopped_ || device_.lost()) return true;
  RingHostLine& host = ring_->host();
  shared_word(host.cancel).store(1, std::memory_order_seq_cst);
  shared_word(host.control).fetch_or(static_cast<uint32_t>(Control::STOP), std::memory_order_seq_cst);
  if (!stopping_.exchange(true) && !options_.resident) {
    // No service block passes the cancel word on; a copy beside the running kernel does.
    static const uint32_t one = 1;
    try {
      device_.run(
          [&] {
            device_.cu().cuMemcpyHtoDAsync_v2(memory_ + offsetof(CudaControl, grants.cancel), &one, 4,
                                              device_.copies());
          },
          false);
    } catch (...) {
    }
  }
  const auto end = Clock::now() + timeout;
  do {
    device_.wake();
    if (stopped_ || device_.lost()) return true;
    progress_->sleep({}, std::chrono::milliseconds(1));
  } while (Clock::now() < end);
  return stopped_ || device_.lost();
}

}  // namespace

std::unique_ptr<Engine> make_cuda_engine(const CudaOptions& options) { return std::make_unique<CudaEngine>(options); }

}  // namespace aatgs::engine
