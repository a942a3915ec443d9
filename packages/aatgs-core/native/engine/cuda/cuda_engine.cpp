#include "engine/cuda/cuda_engine.hpp"

#include <algorithm>
#include <cstring>
#include <map>

#include "engine/cuda/cuda_program.hpp"
#include "engine/error.hpp"

namespace aatgs::engine {
namespace {

using namespace cuda;
using Clock = std::chrono::steady_clock;

/// Launches under way at once.
constexpr uint32_t kInFlight = 6;
/// The engine thread asks the driver about a running grid this often.
constexpr std::chrono::milliseconds kQueryEvery{1};
/// Launches: a long step is asked for a sign of life this often.
constexpr std::chrono::milliseconds kPulseEvery{50};
/// Adaptive: steps this long are launched, steps this short run in a resident grid again.
constexpr uint64_t kLongStepNs = 1'000'000, kShortStepNs = 500'000;

class CudaEngine final : public Engine, private Client {
 public:
  explicit CudaEngine(const CudaOptions& options) : options_(options), device_(Device::get(options.device)) {}
  ~CudaEngine() override { retire(); }

  EngineInfo info() const override {
    const bool resident = resident_;
    const uint32_t workers = program_ ? (resident ? program_->resident() : program_->launch()).workers : 0;
    return {resident ? "resident" : "launch", device_.info().name, workers};
  }
  AatgsTarget target() const override {
    const DeviceInfo& gpu = device_.info();
    // A little is left for the team's own shared memory.
    return {1, static_cast<uint32_t>(gpu.multiprocessors), static_cast<uint64_t>(gpu.max_shared_bytes - 4096)};
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
    quietly([&] { device_.cu().cuMemFreeHost(pointer); }, true);
  }
  uint64_t device_address(const void* pointer) const override { return host_addresses_.at(const_cast<void*>(pointer)); }
  uint64_t allocate_device(uint64_t bytes) override {
    CUdeviceptr address = 0;
    device_.run([&] { address = device_.allocate(bytes); }, false);
    return address;
  }
  void free_device(uint64_t address) noexcept override {
    quietly([&] { device_.free(address); }, false);
  }
  void upload(uint64_t target, const void* source, uint64_t bytes) override {
    if (bytes == 0) return;
    device_.run(
        [&] {
          check(device_.cu().cuMemcpyHtoDAsync_v2(target, source, bytes, device_.copies()), "cuMemcpyHtoDAsync");
          device_.settle();
        },
        false);
  }

  void start(const Program& program, const Ring& ring, Progress& progress) override;
  void nudge() noexcept override;
  void watch() noexcept override { device_.wake(); }
  // Longer than most steps: the words are in host memory, and the engine thread would only add a hop.
  std::chrono::microseconds spin() const noexcept override { return std::chrono::milliseconds(2); }
  bool stop(std::chrono::milliseconds timeout) noexcept override;
  void retire() noexcept override {
    if (attached_) device_.detach(*this);
    attached_ = false;
    if (program_) quietly([this] { program_.reset(); }, true);
  }
  bool lost() const noexcept override { return device_.lost(); }
  std::string lost_reason() const override { return device_.lost() ? device_.lost_reason() : std::string(); }

 private:
  template <class F>
  void quietly(F f, bool alone) noexcept {
    try {
      device_.run(f, alone);
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
  /// Launches: no service block says it. Nobody decides by it but health().
  void say(EngineStatus status) noexcept {
    shared_word(ring_->device().status).store(static_cast<uint32_t>(status), std::memory_order_release);
  }
  /// Whether our grid may be on the GPU, and is from now on. A request to leave that was met before is forgotten first:
  /// nobody asks before we are there, and one that comes after must not be lost.
  bool enter() {
    if (on_gpu()) return true;
    shared_word(ring_->host().control).fetch_and(~static_cast<uint32_t>(Control::YIELD), std::memory_order_seq_cst);
    return device_.take_turn(*this);
  }
  void choose();
  uint64_t longest_recent_step() const;
  bool prefers_resident() const;
  void serve_resident();
  void serve_launches();
  void start_resident();
  bool pause_is_over();
  void feel_pulse();
  void check_pulse();
  void failed(CUresult result);

  const CudaOptions options_;
  Device& device_;
  std::map<void*, uint64_t> host_addresses_;
  bool attached_ = false;

  const Ring* ring_ = nullptr;
  Progress* progress_ = nullptr;
  std::unique_ptr<CudaProgram> program_;
  /// Which kernel serves the ring now; the calling thread looks at it when it decides whether to wake us.
  std::atomic<bool> resident_{false};

  uint32_t first_ = 0;  // sequence of the first config ever
  uint32_t launched_ = 0;  // launches: configs handed to the GPU
  bool stalled_ = false;  // launches: configs wait for room in the telemetry ring
  uint32_t notified_ = 0;
  uint64_t last_beat_ = 0;
  Clock::time_point beat_at_{}, queried_at_{}, pulse_at_{};
  std::atomic<bool> stopping_{false}, stopped_{false};
};

void CudaEngine::start(const Program& program, const Ring& ring, Progress& progress) {
  ring_ = &ring;
  progress_ = &progress;
  resident_ = options_.mode != CudaMode::LAUNCH;
  first_ = launched_ = notified_ = ring.device().config_read;
  device_.run(
      [&] { program_ = std::make_unique<CudaProgram>(device_, program, ring, device_address(ring.base()), options_); },
      true);
  uint32_t share = program_->launch().multiprocessors;
  if (resident_) share = std::max(share, program_->resident().multiprocessors);
  device_.attach(*this, share);
  attached_ = true;
}

void CudaEngine::nudge() noexcept {
  if (!resident_ && options_.inline_launch && device_.try_inline([this] { serve_launches(); })) return;
  // A running resident grid sees the ring by itself.
  if (!resident_ || !has_status(EngineStatus::RUNNING)) device_.wake();
}

bool CudaEngine::service() {
  if (device_.lost() || stopped_) return false;
  if (options_.mode == CudaMode::ADAPTIVE && !on_gpu()) choose();
  if (resident_) {
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

/// Adaptive: which kernel goes on. Nothing of ours is on the GPU, so the other can take over at once.
void CudaEngine::choose() {
  const bool resident = prefers_resident();
  if (resident == resident_) return;
  if (!resident) {
    launched_ = host_word(ring_->device().config_read);
    const CUresult result = program_->reset_arrivals();
    if (result != CUDA_SUCCESS) return failed(result);
  }
  resident_ = resident;
}

/// Of the last few records, so that a short transfer between long steps does not look like a change.
uint64_t CudaEngine::longest_recent_step() const {
  const uint32_t written = host_word(ring_->device().telemetry_write);
  const uint32_t recent = std::min({written - first_, ring_->shape().telemetry_slots, uint32_t{4}});
  uint64_t longest = 0;
  for (uint32_t i = 1; i <= recent; ++i) {
    longest =
        std::max(longest, reinterpret_cast<const TelemetryHeader*>(ring_->telemetry_slot(written - i))->duration_ns);
  }
  return longest;
}

bool CudaEngine::prefers_resident() const {
  if (options_.mode != CudaMode::ADAPTIVE) return options_.mode == CudaMode::RESIDENT;
  return longest_recent_step() < (resident_ ? kLongStepNs : kShortStepNs);
}

void CudaEngine::serve_resident() {
  RingDeviceLine& line = ring_->device();
  if (on_gpu()) {
    const bool parked = host_word(line.epoch) == program_->epoch() && has_status(EngineStatus::PARKED);
    if (!parked && !pause_is_over()) return;
    const CUresult result = program_->query();
    if (result == CUDA_ERROR_NOT_READY) {
      if (!prefers_resident()) yield();
      return check_pulse();
    }
    if (result != CUDA_SUCCESS) return failed(result);
    device_.leave(*this);
    if (!prefers_resident()) return;
  }
  if (!stopping_ && runnable(host_word(line.config_read)) > 0 && enter()) start_resident();
}

void CudaEngine::start_resident() {
  if (program_->epoch() > 0) {
    shared_word(ring_->device().wakeups).store(program_->epoch(), std::memory_order_relaxed);
  }
  const CUresult result = program_->start_resident(host_word(ring_->device().config_read));
  beat_at_ = queried_at_ = Clock::now();
  if (result != CUDA_SUCCESS) failed(result);
}

void CudaEngine::serve_launches() {
  RingDeviceLine& line = ring_->device();
  const uint32_t done = host_word(line.config_read);
  const bool asked_to_leave =
      on_gpu() && (host_word(ring_->host().control) & static_cast<uint32_t>(Control::YIELD)) != 0;
  if (!stopping_ && !asked_to_leave && !prefers_resident()) {
    const uint32_t pending = host_word(ring_->host().config_write) - launched_;
    const bool stalled = pending > 0 && runnable(launched_) == 0;
    if (stalled && !stalled_) shared_word(line.stalls).store(host_word(line.stalls) + 1, std::memory_order_relaxed);
    stalled_ = stalled;
    while (launched_ - done < kInFlight && runnable(launched_) > 0 && enter()) {
      if (launched_ == done) {
        beat_at_ = pulse_at_ = Clock::now();
        say(EngineStatus::RUNNING);
      }
      const CUresult result = program_->launch_one(launched_);
      if (result != CUDA_SUCCESS) return failed(result);
      ++launched_;
    }
  }
  if (!on_gpu()) return;
  if (launched_ != done) {
    if (!pause_is_over()) return;
    const CUresult result = program_->query();
    if (result != CUDA_SUCCESS && result != CUDA_ERROR_NOT_READY) return failed(result);
    feel_pulse();
    return check_pulse();
  }
  say(EngineStatus::PARKED);
  device_.leave(*this);
}

bool CudaEngine::pause_is_over() {
  const auto now = Clock::now();
  if (now - queried_at_ < kQueryEvery) return false;
  queried_at_ = now;
  return true;
}

/// Launches have no service block that moves the heartbeat: the copy engine brings the workers' count of barriers.
void CudaEngine::feel_pulse() {
  const auto now = Clock::now();
  if (now - pulse_at_ < kPulseEvery) return;
  pulse_at_ = now;
  const CUresult result = program_->fetch_barriers(&ring_->device().heartbeat);
  if (result != CUDA_SUCCESS) failed(result);
}

void CudaEngine::check_pulse() {
  RingDeviceLine& line = ring_->device();
  const uint32_t done = host_word(line.config_read);
  const uint64_t beat = uint64_t{host_word(line.heartbeat)} << 32 | done;
  const auto now = Clock::now();
  // Who has nothing to run, or no room for records, is not hung.
  if (beat != last_beat_ || runnable(done) == 0) {
    last_beat_ = beat;
    beat_at_ = now;
  } else if (now - beat_at_ > std::chrono::milliseconds(options_.heartbeat_ms)) {
    device_.lose("a step made no progress for " + std::to_string(options_.heartbeat_ms) +
                 " ms. Other GPUs can still be used");
  }
}

void CudaEngine::failed(CUresult result) {
  const char* text = nullptr;
  device_.cu().cuGetErrorString(result, &text);
  std::string reason = text ? text : "an unknown CUDA error";
  // Seen on R580: then every call on every GPU of the process fails, whatever context it is made in.
  if (result >= CUDA_ERROR_ILLEGAL_ADDRESS && result <= CUDA_ERROR_LAUNCH_FAILED)
    reason += "; CUDA gives up all GPUs of a process after that. Use them again in a new process";
  device_.lose(reason);
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
  if (!stopping_.exchange(true) && !resident_) quietly([&] { program_->cancel_launches(); }, false);
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
