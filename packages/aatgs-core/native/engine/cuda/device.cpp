#include "engine/cuda/device.hpp"

#include <algorithm>
#include <thread>

#include "aatgs/host_barrier.hpp"
#include "engine/error.hpp"

namespace aatgs::engine::cuda {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

/// A grid that others wait for may stay this long.
constexpr microseconds kSlice{2000};
/// How long the thread spins for a watcher before it naps, and how long it dozes when nobody watches.
constexpr microseconds kSpin{300}, kNap{20}, kDoze{1000};

}  // namespace

Device& Device::get(int index) {
  static auto* mutex = new std::mutex();
  static auto* made = new std::map<int, Device*>();
  const std::lock_guard lock(*mutex);
  if (const auto found = made->find(index); found != made->end()) return *found->second;
  if (!driver()) throw EngineError("ERR_AATGS_NO_GPU", driver_problem());
  for (const DeviceInfo& info : list_devices()) {
    if (info.index == index) return *((*made)[index] = new Device(info));
  }
  throw EngineError("ERR_AATGS_NO_GPU", "there is no usable GPU with index " + std::to_string(index));
}

Device::Device(const DeviceInfo& info) : info_(info), cu_(*driver()) {
  std::thread([this] { work(); }).detach();
  run(
      [this] {
        CUdevice device = 0;
        check(cu_.cuDeviceGet(&device, info_.index), "cuDeviceGet");
        check(cu_.cuDevicePrimaryCtxRetain(&context_, device), "cuDevicePrimaryCtxRetain");
        bind_thread();
        check(cu_.cuStreamCreate(&copies_, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
      },
      false);
}

void Device::bind_thread() {
  thread_local CUcontext bound = nullptr;
  if (bound == context_) return;
  check(cu_.cuCtxSetCurrent(context_), "cuCtxSetCurrent");
  bound = context_;
}

void Device::run(const std::function<void()>& task, bool quiet) {
  if (lost())
    throw EngineError("ERR_AATGS_DEVICE_LOST",
                      "the GPU was lost earlier in this process (" + lost_reason_ + "); restart the process to use it");
  Task mine{&task, quiet, false, nullptr};
  {
    std::unique_lock lock(mutex_);
    tasks_.push_back(&mine);
    asked_.store(true);
    wake_up_.notify_one();
    task_done_.wait(lock, [&] { return mine.done; });
  }
  if (mine.error) std::rethrow_exception(mine.error);
}

CUmodule Device::module(const AatgsModule& module) {
  if (!module.cuda) {
    throw EngineError("ERR_AATGS_NO_GPU",
                      std::string("module ") + module.name + " was built without CUDA; it runs on the CPU only");
  }
  CUmodule& loaded = modules_[module.cuda->fatbin];
  if (!loaded) check(cu_.cuModuleLoadData(&loaded, module.cuda->fatbin), "cuModuleLoadData");
  return loaded;
}

void Device::attach(Client& client, uint32_t share) {
  const std::lock_guard lock(mutex_);
  client.share_ = share;
  clients_.push_back(&client);
}

void Device::detach(Client& client) {
  const std::lock_guard lock(mutex_);
  clients_.remove(&client);
  std::erase(waiting_, &client);
}

bool Device::take_turn(Client& client) {
  if (quieting_) return false;
  uint32_t used = 0;
  for (const Client* other : clients_) used += other->on_gpu_ ? other->share_ : 0;
  const bool fits = used == 0 || used + client.share_ <= static_cast<uint32_t>(info_.multiprocessors);
  const bool first = waiting_.empty() || waiting_.front() == &client;
  const auto now = Clock::now();
  if (fits && first) {
    if (client.waiting_) waiting_.pop_front();
    client.waiting_ = false;
    client.on_gpu_ = true;
    client.since_ = now;
    return true;
  }
  if (!client.waiting_) {
    client.waiting_ = true;
    waiting_.push_back(&client);
  }
  for (Client* other : clients_) {
    if (other->on_gpu_ && now - other->since_ >= kSlice) other->yield();
  }
  return false;
}

void Device::leave(Client& client) { client.on_gpu_ = false; }

void Device::lose(const std::string& why) noexcept {
  if (lost()) return;
  lost_reason_ = why;
  lost_.store(true, std::memory_order_release);
  for (Client* client : clients_) client->lose();
}

void Device::wake() noexcept {
  asked_.store(true, std::memory_order_seq_cst);
  if (!asleep_.load(std::memory_order_seq_cst)) return;
  const std::lock_guard lock(mutex_);
  wake_up_.notify_one();
}

bool Device::try_inline(const std::function<void()>& act) {
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || lost()) return false;
  bind_thread();
  act();
  return true;
}

bool Device::quiesce() {
  quieting_ = true;
  const auto busy = [this] {
    return std::any_of(clients_.begin(), clients_.end(), [](Client* c) { return c->on_gpu_; });
  };
  while (busy() && !lost()) {
    for (Client* client : clients_) {
      if (client->on_gpu_) client->yield();
      client->service();
    }
    cpu_relax();
  }
  return !lost();
}

void Device::perform(Task& task) {
  try {
    if (task.quiet && !quiesce())
      throw EngineError("ERR_AATGS_DEVICE_LOST", "the GPU was lost while its grids were asked to leave");
    (*task.work)();
  } catch (...) {
    task.error = std::current_exception();
  }
  quieting_ = false;
  task.done = true;
  task_done_.notify_all();
}

void Device::work() {
  std::unique_lock lock(mutex_);
  auto changed = Clock::now();
  for (;;) {
    if (asked_.exchange(false, std::memory_order_seq_cst)) changed = Clock::now();
    while (!tasks_.empty()) {
      Task* task = tasks_.front();
      tasks_.pop_front();
      perform(*task);
    }
    bool active = false, watched = false;
    for (Client* client : clients_) {
      if (!client->service()) continue;
      active = true;
      watched = watched || client->watched();
    }
    const auto pending = [this] { return asked_.load(std::memory_order_seq_cst) || !tasks_.empty(); };
    if (active && watched && Clock::now() - changed < kSpin) {
      lock.unlock();  // let an inline launch or a task in
      for (int i = 0; i < 16; ++i) cpu_relax();
      lock.lock();
      continue;
    }
    asleep_.store(true, std::memory_order_seq_cst);
    if (active) {
      wake_up_.wait_for(lock, watched ? kNap : kDoze, pending);
    } else {
      wake_up_.wait(lock, pending);
    }
    asleep_.store(false, std::memory_order_seq_cst);
  }
}

}  // namespace aatgs::engine::cuda
