// How an engine tells JavaScript that something happened, without costing anything while nobody waits.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>

#include "aatgs/host_barrier.hpp"
#include "engine/ring.hpp"

namespace aatgs::engine {

/// What somebody waits for: any of the selected cursors reaching its target, or the engine ending.
struct Watch {
  static constexpr uint32_t kConfig = 1, kTelemetry = 2;
  uint32_t mask = 0;
  uint32_t config_target = 0;
  uint32_t telemetry_target = 0;

  bool met(const Ring& ring) const {
    RingDeviceLine& device = ring.device();
    const auto reached = [](uint32_t& word, uint32_t target) {
      return static_cast<int32_t>(shared_word(word).load(std::memory_order_seq_cst) - target) >= 0;
    };
    if (shared_word(device.status).load(std::memory_order_seq_cst) >= static_cast<uint32_t>(EngineStatus::STOPPED)) {
      return true;
    }
    return ((mask & kConfig) && reached(device.config_read, config_target)) ||
           ((mask & kTelemetry) && reached(device.telemetry_write, telemetry_target));
  }
};

class Progress {
 public:
  explicit Progress(const Ring& ring) : ring_(ring) {}

  /// Called on an engine thread when a watch is met; may be called once for each arm().
  void on_wake(std::function<void()> callback) {
    const std::lock_guard lock(mutex_);
    callback_ = std::move(callback);
  }

  /// Engine side, after a seq_cst store to a cursor: one load when nobody waits.
  void notify() noexcept {
    if (waiters_.load(std::memory_order_seq_cst) != 0) wake();
  }

  /// Whether anybody waits now.
  bool watched() const noexcept { return waiters_.load(std::memory_order_relaxed) != 0; }

  /// Asks for one callback when the watch is met; false when it is met already, and then no callback comes.
  bool arm(const Watch& watch) {
    const std::lock_guard lock(mutex_);
    disarm_locked();
    armed_ = watch;
    waiters_.fetch_add(1, std::memory_order_seq_cst);  // before the look below: the engine stores, then loads waiters_
    if (!watch.met(ring_)) return true;
    disarm_locked();
    return false;
  }

  /// Looks again and again until the watch is met (true) or the time is over; most steps are short.
  bool spin(const Watch& watch, std::chrono::microseconds time) const {
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < time) {
      for (int i = 0; i < 32; ++i) {
        if (watch.met(ring_)) return true;
        cpu_relax();
      }
    }
    return false;
  }

  /// Sleeps until the watch is met (true) or the time is over.
  bool sleep(const Watch& watch, std::chrono::microseconds timeout) {
    std::unique_lock lock(mutex_);
    waiters_.fetch_add(1, std::memory_order_seq_cst);
    const bool met = changed_.wait_for(lock, timeout, [&] { return watch.met(ring_); });
    waiters_.fetch_sub(1, std::memory_order_seq_cst);
    return met;
  }

 private:
  void wake() noexcept {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    if (armed_.mask != 0 && armed_.met(ring_)) {
      disarm_locked();
      if (callback_) callback_();
    }
  }
  void disarm_locked() {
    if (armed_.mask == 0) return;
    armed_.mask = 0;
    waiters_.fetch_sub(1, std::memory_order_seq_cst);
  }

  const Ring& ring_;
  std::atomic<uint32_t> waiters_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  Watch armed_;
  std::function<void()> callback_;
};

}  // namespace aatgs::engine
