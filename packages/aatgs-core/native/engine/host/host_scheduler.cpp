#include "engine/host/host_scheduler.hpp"

#include <cstdlib>
#include <cstring>

namespace aatgs::engine {
namespace {

using Clock = std::chrono::steady_clock;

void* aligned_zeroed(uint64_t bytes) {
  const uint64_t rounded = (bytes + 63) / 64 * 64 + 64;
  void* pointer = std::aligned_alloc(64, rounded);
  if (!pointer) throw std::bad_alloc();
  std::memset(pointer, 0, rounded);
  return pointer;
}

void add_one(uint32_t& word) {
  shared_word(word).store(shared_word(word).load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

}  // namespace

void HostScheduler::AlignedFree::operator()(void* pointer) const { std::free(pointer); }

HostScheduler::HostScheduler(const Program& program, const Ring& ring, Progress& progress, uint32_t threads,
                             uint32_t cores)
    : module_(program.module),
      ring_(ring),
      progress_(progress),
      threads_(threads),
      // With one core, spinning only keeps the other side from working.
      spin_(cores > 1 ? 50 : 0),
      gate_spin_(threads < cores ? 4096 : 32),
      state_(program.module->state_bytes),
      running_(threads) {
  std::memcpy(state_.data(), program.state, state_.size());
  const auto keep = [this](uint64_t bytes) { return memory_.emplace_back(aligned_zeroed(bytes)).get(); };
  void* shared = keep(AATGS_TEAM_SHARED_BYTES(threads));
  void* scratch = keep(AATGS_TEAM_SCRATCH_BYTES);
  for (uint32_t rank = 0; rank < threads; ++rank) {
    void* block_shared = keep(program.plan->block_shared_bytes);
    teams_.push_back({rank, threads, shared, scratch, block_shared, &ring_.host().cancel, gate_spin_, 0});
  }
}

void HostScheduler::work(uint32_t rank) {
  if (rank == 0) {
    lead();
  } else {
    for (;;) {
      gate_.wait(threads_, gate_spin_);
      if (!current_config_) break;
      run(rank, current_config_, current_telemetry_);
      gate_.wait(threads_, gate_spin_);
    }
  }
  const std::lock_guard lock(exit_mutex_);
  if (--running_ == 0) {
    shared_word(ring_.device().status).store(static_cast<uint32_t>(EngineStatus::STOPPED), std::memory_order_seq_cst);
    progress_.notify();
    exited_.notify_all();
  }
}

void HostScheduler::abandon(uint32_t missing) noexcept {
  // The others wait at the gate for the first step; come in the place of all who are missing, with no step to run.
  if (missing < threads_) {
    gate_.arrived.fetch_add(missing - 1, std::memory_order_acq_rel);
    gate_.wait(threads_, gate_spin_);
  }
  std::unique_lock lock(exit_mutex_);
  running_ -= missing;
  exited_.wait(lock, [this] { return running_ == 0; });
}

void HostScheduler::lead() {
  RingDeviceLine& device = ring_.device();
  RingHostLine& host = ring_.host();
  shared_word(device.epoch).store(1, std::memory_order_relaxed);
  shared_word(device.status).store(static_cast<uint32_t>(EngineStatus::RUNNING), std::memory_order_seq_cst);
  uint32_t read = device.config_read;
  uint32_t written = device.telemetry_write;
  const auto has_config = [&] { return shared_word(host.config_write).load(std::memory_order_seq_cst) != read; };
  const auto has_room = [&] {
    return written - shared_word(host.telemetry_read).load(std::memory_order_seq_cst) < ring_.shape().telemetry_slots;
  };
  while (wait_until(has_config)) {
    if (!has_room()) {
      add_one(device.stalls);
      if (!wait_until(has_room)) break;
    }
    const auto start = Clock::now();
    current_config_ = ring_.config_slot(read);
    current_telemetry_ = ring_.telemetry_slot(written);
    if (threads_ > 1) gate_.wait(threads_, gate_spin_);
    run(0, current_config_, current_telemetry_);
    if (threads_ > 1) gate_.wait(threads_, gate_spin_);
    if (stop_requested()) break;  // a cancelled step's result must not be taken for one
    auto& header = *static_cast<TelemetryHeader*>(current_telemetry_);
    header.duration_ns = static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now() - start).count());
    add_one(device.heartbeat);
    shared_word(device.config_read).store(++read, std::memory_order_release);
    shared_word(device.telemetry_write).store(++written, std::memory_order_seq_cst);
    progress_.notify();
  }
  current_config_ = nullptr;
  if (threads_ > 1) gate_.wait(threads_, gate_spin_);
}

void HostScheduler::run(uint32_t rank, const void* config, void* telemetry) {
  module_->run_host(&teams_[rank], config, state_.data(), telemetry);
}

template <class Ready>
bool HostScheduler::wait_until(Ready ready) {
  if (ready() && !stop_requested()) return true;
  RingDeviceLine& device = ring_.device();
  for (;;) {
    const auto start = Clock::now();
    do {
      for (int i = 0; i < 64; ++i) {
        if (stop_requested()) return false;
        if (ready()) return true;
        cpu_relax();
      }
    } while (Clock::now() - start < spin_);
    // Announce the sleep, then look again: nudge() writes its cursor first and looks at sleeping_ second.
    sleeping_.store(1, std::memory_order_seq_cst);
    if (!ready() && !stop_requested()) {
      add_one(device.parks);
      shared_word(device.status).store(static_cast<uint32_t>(EngineStatus::PARKED), std::memory_order_seq_cst);
      // News that is not for us, such as room for records while configs are missing, is no wake-up.
      do {
        sleeping_.wait(1, std::memory_order_seq_cst);
        sleeping_.store(1, std::memory_order_seq_cst);
      } while (!ready() && !stop_requested());
      shared_word(device.status).store(static_cast<uint32_t>(EngineStatus::RUNNING), std::memory_order_seq_cst);
      add_one(device.wakeups);
    }
    sleeping_.store(0, std::memory_order_seq_cst);
  }
}

bool HostScheduler::stop_requested() const {
  return (shared_word(ring_.host().control).load(std::memory_order_seq_cst) & static_cast<uint32_t>(Control::STOP)) !=
         0;
}

void HostScheduler::nudge() noexcept {
  if (sleeping_.load(std::memory_order_seq_cst) == 0) return;
  sleeping_.store(0, std::memory_order_seq_cst);
  sleeping_.notify_one();
}

bool HostScheduler::stop(std::chrono::milliseconds timeout) noexcept {
  shared_word(ring_.host().control).store(static_cast<uint32_t>(Control::STOP), std::memory_order_seq_cst);
  shared_word(ring_.host().cancel).store(1, std::memory_order_seq_cst);
  nudge();
  std::unique_lock lock(exit_mutex_);
  return exited_.wait_for(lock, timeout, [this] { return running_ == 0; });
}

}  // namespace aatgs::engine
