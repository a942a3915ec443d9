// One GPU of this process: its engine thread, which alone calls the driver, and the turns its contexts take.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "aatgs/module.h"
#include "engine/cuda/driver.hpp"

namespace aatgs::engine::cuda {

/// What the engine thread looks after: one context's scheduler.
class Client {
 public:
  virtual ~Client() = default;
  /// Looks at the world and acts; called by the engine thread, and with the device's lock held. True while the thread
  /// must come back soon.
  virtual bool service() = 0;
  /// Whether somebody waits for its progress, so that the thread should not doze.
  virtual bool watched() const = 0;
  /// The device cannot be used any more: say so, and never call the driver again.
  virtual void lose() noexcept = 0;
  /// Asks a running grid to leave at the next opportunity.
  virtual void yield() noexcept = 0;
  bool on_gpu() const { return on_gpu_; }

 protected:
  bool on_gpu_ = false;  // its grid holds multiprocessors
 private:
  friend class Device;
  uint32_t share_ = 0;  // multiprocessors it takes while on the GPU
  bool waiting_ = false;
  std::chrono::steady_clock::time_point since_{};
};

class Device {
 public:
  /// Made on first use and never destroyed. Throws ERR_AATGS_NO_GPU.
  static Device& get(int index);

  const DeviceInfo& info() const { return info_; }
  const Driver& cu() const { return cu_; }
  CUstream copies() const { return copies_; }
  bool lost() const { return lost_.load(std::memory_order_acquire); }
  /// Why; written once, before lost() holds.
  const std::string& lost_reason() const { return lost_reason_; }

  /// Runs `task` on the engine thread and waits for it; what it throws is thrown here. With `quiet`, all grids have left
  /// the GPU first: allocation, freeing and module loading may wait for running kernels otherwise.
  void run(const std::function<void()>& task, bool quiet);
  /// A module's kernels, loaded once for each device. Engine thread only.
  CUmodule module(const AatgsModule& module);

  void attach(Client& client, uint32_t share);
  void detach(Client& client);
  /// Whether the client may put its grid on the GPU now. If not, those that have been there for a while are asked to
  /// leave, and the client's turn comes: first come, first served.
  bool take_turn(Client& client);
  void leave(Client& client);
  /// Marks the device lost and tells every client.
  void lose(const std::string& why) noexcept;

  /// Any thread: there is something to do.
  void wake() noexcept;
  /// Any thread: calls `act` with the lock held, on this thread, if the engine thread is not busy; false otherwise.
  bool try_inline(const std::function<void()>& act);

 private:
  struct Task {
    const std::function<void()>* work;
    bool quiet;
    bool done = false;
    std::exception_ptr error;
  };

  explicit Device(const DeviceInfo& info);
  void work();
  void perform(Task& task);
  /// Has every grid leave; false when the device was lost on the way.
  bool quiesce();
  void bind_thread();

  const DeviceInfo info_;
  const Driver& cu_;
  CUcontext context_ = nullptr;
  CUstream copies_ = nullptr;
  std::map<const void*, CUmodule> modules_;

  std::mutex mutex_;
  std::condition_variable wake_up_, task_done_;
  std::deque<Task*> tasks_;
  std::list<Client*> clients_;
  std::deque<Client*> waiting_;
  bool quieting_ = false;
  std::atomic<bool> asked_{false};
  std::atomic<bool> asleep_{false};
  std::atomic<bool> lost_{false};
  std::string lost_reason_;
};

}  // namespace aatgs::engine::cuda
