#include "engine/cuda/arbiter.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace aatgs::engine::cuda {
namespace {

/// A grid that others wait for may stay this long.
constexpr int64_t kSliceNs = 2'000'000;

struct Floor {
  std::list<AatgsTenant*> tenants;
  std::deque<AatgsTenant*> queue;
  int32_t holds = 0;
  bool lost = false;
};

struct House {
  std::mutex mutex;
  std::map<int, Floor> floors;
};
/// Never destroyed: engine threads outlive static destructors.
House& house() {
  static auto* instance = new House();
  return *instance;
}

/// Runs `f` with one GPU's books, alone.
template <class F>
auto with(int device, F f) {
  const std::lock_guard lock(house().mutex);
  return f(house().floors[device]);
}

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

uint32_t enter(Floor& floor, AatgsTenant* tenant, uint32_t multiprocessors) {
  if (floor.holds > 0) return 0;
  uint32_t used = 0;
  for (const AatgsTenant* other : floor.tenants) used += other->on_gpu ? other->share : 0;
  const bool fits = used == 0 || used + tenant->share <= multiprocessors;
  const bool first = floor.queue.empty() || floor.queue.front() == tenant;
  const int64_t now = now_ns();
  if (fits && first) {
    if (tenant->waiting) floor.queue.pop_front();
    tenant->waiting = 0;
    tenant->on_gpu = 1;
    tenant->since_ns = now;
    return 1;
  }
  if (!tenant->waiting) {
    tenant->waiting = 1;
    floor.queue.push_back(tenant);
  }
  for (AatgsTenant* other : floor.tenants) {
    if (other->on_gpu && now - other->since_ns >= kSliceNs) other->yield(other->self);
  }
  return 0;
}

const AatgsArbiter kMine{
    [](int device, AatgsTenant* tenant) { with(device, [=](Floor& floor) { floor.tenants.push_back(tenant); }); },
    [](int device, AatgsTenant* tenant) {
      with(device, [=](Floor& floor) {
        floor.tenants.remove(tenant);
        std::erase(floor.queue, tenant);
      });
    },
    [](int device, AatgsTenant* tenant, uint32_t multiprocessors) {
      return with(device, [=](Floor& floor) { return enter(floor, tenant, multiprocessors); });
    },
    [](int device, AatgsTenant* tenant) { with(device, [=](Floor&) { tenant->on_gpu = 0; }); },
    [](int device, int32_t change) {
      with(device, [=](Floor& floor) {
        floor.holds += change;
        if (change <= 0) return;
        for (AatgsTenant* tenant : floor.tenants) {
          if (tenant->on_gpu) tenant->yield(tenant->self);
        }
      });
    },
    [](int device) {
      return with(device, [](Floor& floor) {
        const auto& all = floor.tenants;
        return uint32_t{std::any_of(all.begin(), all.end(), [](const AatgsTenant* t) { return t->on_gpu != 0; })};
      });
    },
    [](int device) { with(device, [](Floor& floor) { floor.lost = true; }); },
    [](int device) { return with(device, [](Floor& floor) { return uint32_t{floor.lost}; }); },
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const AatgsArbiter* aatgs_arbiter_v1() { return &kMine; }

namespace {

/// Keeps a library loaded for the life of the process: engine threads run in it, and other copies call into it.
void pin(const char* library) { dlopen(library, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE); }

/// The arbiter of the copy of this addon that was loaded first; our own where we are the only one.
const AatgsArbiter* find() {
  Dl_info me{};
  if (dladdr(&kMine, &me) != 0) pin(me.dli_fname);
  std::vector<std::string> addons;  // in the order they were loaded
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* into) {
        const std::string_view name = info->dlpi_name ? info->dlpi_name : "";
        if (name.ends_with(".node")) static_cast<std::vector<std::string>*>(into)->emplace_back(name);
        return 0;
      },
      &addons);
  for (const std::string& addon : addons) {
    void* library = dlopen(addon.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (!library) continue;
    const auto get = reinterpret_cast<const AatgsArbiter* (*)()>(dlsym(library, "aatgs_arbiter_v1"));
    if (get) pin(addon.c_str());
    dlclose(library);
    if (get) return get();
  }
  return &kMine;
}

}  // namespace

const AatgsArbiter& arbiter() {
  static const AatgsArbiter* found = find();
  return *found;
}

}  // namespace aatgs::engine::cuda
