#include "engine/cuda/device.hpp"

#include <algorithm>
#include <thread>

#include "aatgs/host_barrier.hpp"
#include "engine/error.hpp"

namespace aatgs::engine::cuda {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

/// How long the thread spins for a watcher before it naps, and how long it dozes when nobody watches.
constexpr microseconds kSpin{300}, kNap{20}, kDoze{1000};
/// How long stream-ordered work beside a running grid may take before the grid is asked to make room.
constexpr microseconds kPatience{500};
/// Freed device memory we keep for the next allocation.
constexpr uint64_t kPoolBytes = uint64_t{256} << 20;

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

Device::Device(const DeviceInfo& info) : info_(info), cu_(*driver()), arbiter_(arbiter()) {
  std::thread thread([this] { work(); });
  try {
    run([this] { open(); }, false);
  } catch (...) {
    {
      const std::lock_guard lock(mutex_);
      given_up_ = true;
      asked_.store(true);
      wake_up_.notify_one();
    }
    thread.join();
    throw;
  }
  thread.detach();
}

void Device::open() {
  CUdevice device = 0;
  check(cu_.cuDeviceGet(&device, info_.index), "cuDeviceGet");
  check(cu_.cuDevicePrimaryCtxRetain(&context_, device), "cuDevicePrimaryCtxRetain");
  bind_thread();
  check(cu_.cuStreamCreate(&copies_, CU_STREAM_NON_BLOCKING), "cuStreamCreate");
  make_pool();
}

void Device::bind_thread() {
  thread_local CUcontext bound = nullptr;
  if (bound == context_) return;
  check(cu_.cuCtxSetCurrent(context_), "cuCtxSetCurrent");
  bound = context_;
}

void Device::make_pool() {
  CUmemPoolProps properties{};
  properties.allocType = CU_MEM_ALLOCATION_TYPE_PINNED;
  properties.location = {CU_MEM_LOCATION_TYPE_DEVICE, info_.index};
  check(cu_.cuMemPoolCreate(&pool_, &properties), "cuMemPoolCreate");
  uint64_t kept = kPoolBytes;
  check(cu_.cuMemPoolSetAttribute(pool_, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &kept), "cuMemPoolSetAttribute");
}

CUdeviceptr Device::allocate(uint64_t bytes) {
  bytes = std::max<uint64_t>(bytes, 1);
  CUdeviceptr address = 0;
  check(cu_.cuMemAllocFromPoolAsync(&address, bytes, pool_, copies_), "cuMemAllocFromPoolAsync");
  check(cu_.cuMemsetD8Async(address, 0, bytes, copies_), "cuMemsetD8Async");
  settle();
  return address;
}

void Device::free(CUdeviceptr address) { check(cu_.cuMemFreeAsync(address, copies_), "cuMemFreeAsync"); }

void Device::let_in(int reader) {
  if (readers_.contains(reader)) return;
  // All of our memory comes from the pool, which cuCtxEnablePeerAccess() does not cover.
  const CUmemAccessDesc access{{CU_MEM_LOCATION_TYPE_DEVICE, reader}, CU_MEM_ACCESS_FLAGS_PROT_READWRITE};
  check(cu_.cuMemPoolSetAccess(pool_, &access, 1), "cuMemPoolSetAccess");
  readers_.insert(reader);
}

bool peer_access(int owner, int reader, bool enable) {
  const Driver* cu = driver();
  if (!cu) throw EngineError("ERR_AATGS_NO_GPU", driver_problem());
  CUdevice owns = 0, reads = 0;
  check(cu->cuDeviceGet(&owns, owner), "cuDeviceGet");
  check(cu->cuDeviceGet(&reads, reader), "cuDeviceGet");
  int can = 0;
  check(cu->cuDeviceCanAccessPeer(&can, reads, owns), "cuDeviceCanAccessPeer");
  if (can && enable) {
    Device& device = Device::get(owner);
    device.run([&] { device.let_in(reader); }, true);
  }
  return can != 0;
}

void Device::settle() {
  const auto start = Clock::now();
  bool held = false;
  CUresult state;
  while ((state = cu_.cuStreamQuery(copies_)) == CUDA_ERROR_NOT_READY) {
    if (!held && Clock::now() - start > kPatience) {
      quiesce();
      held = true;
    }
    cpu_relax();
  }
  if (held) release();
  check(state, "cuStreamQuery");
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
  client.tenant_ = {&client, [](void* self) { static_cast<Client*>(self)->yield(); }, share, 0, 0, 0};
  arbiter_.join(info_.index, &client.tenant_);
  clients_.push_back(&client);
}

void Device::detach(Client& client) {
  const std::lock_guard lock(mutex_);
  arbiter_.part(info_.index, &client.tenant_);
  clients_.remove(&client);
}

void Device::lose(const std::string& why) noexcept {
  if (lost()) return;
  lost_reason_ = why;
  lost_.store(true, std::memory_order_release);
  arbiter_.lose(info_.index);
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

void Device::quiesce() {
  arbiter_.hold(info_.index, 1);
  while (arbiter_.occupied(info_.index) && !lost()) {
    look_at_clients();
    cpu_relax();
  }
  if (!lost()) return;
  release();
  throw EngineError("ERR_AATGS_DEVICE_LOST", "the GPU was lost while its grids were asked to leave");
}

void Device::perform(Task& task) {
  try {
    if (task.quiet) quiesce();
    try {
      (*task.work)();
    } catch (...) {
      task.error = std::current_exception();
    }
    if (task.quiet) release();
  } catch (...) {
    task.error = std::current_exception();
  }
  task.done = true;
  task_done_.notify_all();
}

Device::Interest Device::look_at_clients() {
  if (!lost() && arbiter_.lost(info_.index)) lose("another copy of @aatgs/core in this process lost it");
  Interest interest = Interest::NONE;
  for (Client* client : clients_) {
    if (client->service()) interest = std::max(interest, client->watched() ? Interest::WATCHED : Interest::ACTIVE);
  }
  return interest;
}

void Device::work() {
  std::unique_lock lock(mutex_);
  auto changed = Clock::now();
  while (!given_up_) {
    if (asked_.exchange(false, std::memory_order_seq_cst)) changed = Clock::now();
    while (!tasks_.empty()) {
      Task* task = tasks_.front();
      tasks_.pop_front();
      perform(*task);
    }
    const Interest interest = look_at_clients();
    const bool active = interest != Interest::NONE, watched = interest == Interest::WATCHED;
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
