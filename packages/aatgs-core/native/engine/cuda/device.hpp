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
#include <set>
#include <string>
#include <vector>

#include "aatgs/module.h"
#include "engine/cuda/arbiter.hpp"
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
  bool on_gpu() const { return tenant_.on_gpu != 0; }

 private:
  friend class Device;
  AatgsTenant tenant_{};  // multiprocessors it takes while on the GPU, and its place in the queue
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
  /// Zeroed device memory from a pool, without disturbing running grids. Engine thread only.
  CUdeviceptr allocate(uint64_t bytes);
  void free(CUdeviceptr address);
  /// Lets the kernels of another GPU read and write this one's memory. Engine thread only, with the GPU quiet.
  void let_in(int reader);
  /// Waits for the copy stream; grids that are in its way are asked to leave. Engine thread only.
  void settle();
  /// A module's kernels, loaded once for each device. Engine thread only.
  CUmodule module(const AatgsModule& module);

  void attach(Client& client, uint32_t share);
  void detach(Client& client);
  /// Whether the client may put its grid on the GPU now; see AatgsArbiter::enter.
  bool take_turn(Client& client) { return arbiter_.enter(info_.index, &client.tenant_, sms()) != 0; }
  void leave(Client& client) { arbiter_.leave(info_.index, &client.tenant_); }
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

  /// What the clients want of the engine thread: nothing, that it comes back, or that it comes back at once.
  enum class Interest { NONE, ACTIVE, WATCHED };

  explicit Device(const DeviceInfo& info);
  Interest look_at_clients();
  uint32_t sms() const { return static_cast<uint32_t>(info_.multiprocessors); }
  void open();
  void work();
  void perform(Task& task);
  /// Has every grid leave and keeps them away until release(); throws when the device is lost on the way.
  void quiesce();
  void release() { arbiter_.hold(info_.index, -1); }
  void bind_thread();
  void make_pool();

  const DeviceInfo info_;
  const Driver& cu_;
  const AatgsArbiter& arbiter_;
  CUcontext context_ = nullptr;
  CUstream copies_ = nullptr;
  CUmemoryPool pool_ = nullptr;
  std::map<const void*, CUmodule> modules_;
  std::set<int> readers_;  // GPUs that may use our memory

  std::mutex mutex_;
  std::condition_variable wake_up_, task_done_;
  std::deque<Task*> tasks_;
  std::list<Client*> clients_;
  std::atomic<bool> asked_{false};
  std::atomic<bool> asleep_{false};
  std::atomic<bool> lost_{false};
  bool given_up_ = false;  // the GPU could not be opened: the thread ends
  std::string lost_reason_;
};

/// Whether kernels of one GPU can use the memory of another; with `enable`, from now on they may.
bool peer_access(int owner, int reader, bool enable);

}  // namespace aatgs::engine::cuda
